"""The header of a delivery against the columns that the catalogue declares; their order is free."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Literal

from foundation.catalogue.model import Dataset
from foundation.delivery.refusal import DeliveryRefused

Mode = Literal["full", "delta"]
OPERATION = "操作"
DELETION = "删除"
OPERATIONS = ("新增", "变更", DELETION)
GEOMETRY = "geometry"


def expected_columns(dataset: Dataset, mode: Mode) -> list[str]:
    """The columns that a delivery must have, in the declared order, then 操作 where it is a delta."""
    return [*dataset.columns, OPERATION] if mode == "delta" else list(dataset.columns)


def normalised(name: str) -> str:
    """A column name as it is compared: NFKC, without byte order mark and surrounding blanks."""
    return unicodedata.normalize("NFKC", name.replace("\ufeff", "")).strip()


def matches(dataset: Dataset, mode: Mode, names: Sequence[str]) -> bool:
    """Whether the names hold every expected column."""
    return {normalised(name) for name in expected_columns(dataset, mode)} <= {normalised(name) for name in names}


def match_header(dataset: Dataset, mode: Mode, names: Sequence[str], file: str) -> list[str]:
    """The names as the catalogue spells them, by position; DeliveryRefused if one is missing, doubled or unknown."""
    spelled = {normalised(name): name for name in [*expected_columns(dataset, mode), *dataset.ignored]}
    found = [normalised(name) for name in names]
    doubled = [name for name, count in Counter(found).items() if count > 1]
    if doubled:
        what = f"列名重复：{_doubled(doubled, found, spelled)}"
        raise DeliveryRefused("column_doubled", file, what, "请删除重复的列后重新报送，列名须在第一行。")
    unknown = [name for name in found if name not in spelled]
    missing = [name for name in expected_columns(dataset, mode) if normalised(name) not in found]
    remedy = _remedy(missing, unknown)
    if missing:
        raise DeliveryRefused("column_missing", file, f"缺少列：{_with_near(missing, unknown)}", remedy)
    if unknown:
        raise DeliveryRefused("column_unknown", file, f"目录未登记的列：{_unknown(unknown, found)}", remedy)
    return [spelled[name] for name in found]


def listed(names: Sequence[str]) -> str:
    """Names for a message: at most ten, long ones cut, so that a data row in the header's place is not quoted whole."""
    shown = "、".join(f"“{name[:20]}”" for name in names[:10])
    return f"{shown} 等 {len(names)} 列" if len(names) > 10 else shown


def _with_near(missing: Sequence[str], unknown: Sequence[str]) -> str:
    near = {name: get_close_matches(name, unknown, n=1, cutoff=0.6) for name in missing}
    hints = [f"“{name}”疑为文件中的“{close[0]}”" for name, close in near.items() if close]
    return "，".join([listed(missing), *hints[:5]])


def _doubled(doubled: Sequence[str], found: Sequence[str], spelled: Mapping[str, str]) -> str:
    """Doubled columns; one that the catalogue does not list by its places only, for it may be a row in the header's place."""
    return "、".join(
        f"“{spelled[name]}”"
        if name in spelled
        else "第 " + "、".join(str(place) for place, one in enumerate(found, start=1) if one == name) + " 列"
        for name in doubled[:10]
    )


def _unknown(unknown: Sequence[str], found: Sequence[str]) -> str:
    """Unknown columns by position; a name that looks like data (digits) is not repeated."""
    return "、".join(
        f"第 {found.index(name) + 1} 列" + (f"“{name[:20]}”" if name and not _looks_like_data(name) else "")
        for name in unknown[:10]
    )


def _looks_like_data(name: str) -> bool:
    return sum(character.isdigit() for character in name) >= 6


def _remedy(missing: Sequence[str], unknown: Sequence[str]) -> str:
    if OPERATION in missing:
        return "增量报送须有“操作”列（新增、变更、删除）；若为全量报送，请将控制文件的 mode 改为 full。"
    if OPERATION in unknown:
        return "“操作”列仅用于增量报送；若为增量报送，请在控制文件中写明 mode 为 delta。"
    if missing:
        return "请按目录登记的列名补齐后重新报送，列名须在第一行。"
    return "请删除该列，或先在目录中登记后重新报送。"
