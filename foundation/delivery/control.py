"""The control file beside a delivery: what it says is binding."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from foundation.delivery.refusal import DeliveryRefused


class Control(BaseModel):
    """Rows of the delivery (rejected ones included), SHA-256 of its bytes, and whether it is full or a delta."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    rows: int | None = Field(None, ge=0)
    sha256: Annotated[str, Field(pattern=r"^[0-9a-fA-F]{64}$")] | None = None
    mode: Literal["full", "delta"] = "full"


def control_path(path: Path) -> Path:
    """Where the control file of a delivery lies: `<date>.control.json` beside it."""
    return path.with_name(f"{path.name.partition('.')[0]}.control.json")


def control(path: Path) -> Control | None:
    """The control file of the delivery at `path`, None if there is none; DeliveryRefused if it is malformed."""
    beside = control_path(path)
    if not beside.is_file():
        return None
    try:
        return Control.model_validate_json(beside.read_bytes().removeprefix(b"\xef\xbb\xbf"))
    except ValidationError as error:
        places = sorted({str(detail["loc"][0]) for detail in error.errors() if detail["loc"]})
        raise DeliveryRefused(
            "control_malformed",
            beside.name,
            f"控制文件有误：{'、'.join(places) or '不是 JSON'}",
            '请写成 {"rows": 行数, "sha256": "64 位十六进制", "mode": "full" 或 "delta"}。',
        ) from None


def sha256(path: Path) -> str:
    """SHA-256 of the file's bytes in lower-case hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def check_control(control: Control | None, file: str, *, sha256: str | None = None, rows: int | None = None) -> None:
    """DeliveryRefused if the hash (hash_mismatch) or number of rows (row_count_mismatch) is not the control file's."""
    if control is None:
        return
    if sha256 is not None and control.sha256 is not None and control.sha256.lower() != sha256:
        raise DeliveryRefused(
            "hash_mismatch", file, "文件的 SHA-256 与控制文件不一致", "传输可能不完整，请重新上传文件和控制文件。"
        )
    if rows is not None and control.rows is not None and control.rows != rows:
        raise DeliveryRefused(
            "row_count_mismatch", file, f"文件有 {rows} 行，控制文件写明 {control.rows} 行", "请核对后重新报送。"
        )
