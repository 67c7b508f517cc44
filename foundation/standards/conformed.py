"""What a standard makes of a delivered text: the value, and the rule that it broke if it broke one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import NamedTuple

import pyarrow as pa

from foundation.catalogue.catalogue import Codes


class Severity(StrEnum):
    """An error makes an identifier unusable for identity; a warning does not."""

    ERROR = "error"
    WARNING = "warning"


class Rule(NamedTuple):
    """A reason code such as `citizen_id.check_character`, its Chinese title, and how grave it is."""

    code: str
    title: str
    severity: Severity


class Conformed(NamedTuple):
    """Values after normalisation (null: nothing known) and the code of the rule that each broke (null: none)."""

    value: pa.Array
    issue: pa.Array


@dataclass(frozen=True)
class Setting:
    """What a standard may need beside the text."""

    dates: str = "YYYY-MM-DD"
    today: date = date(1, 1, 1)
    codes: Codes | None = None
    values: dict[str, str] = field(default_factory=dict)
    length: int | None = None
    crs: str | None = None


@dataclass(frozen=True)
class Standard:
    """A conforming function by name, the Arrow type that it gives, and the rules that it may report."""

    name: str
    type: pa.DataType
    conform: Callable[[pa.Array, Setting], Conformed]
    rules: tuple[Rule, ...]
    is_identifier: bool = False
