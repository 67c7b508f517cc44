"""Which deliveries of a dataset lie in the delivery folder."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from foundation.catalogue.model import Dataset
from foundation.delivery.control import control_path
from foundation.delivery.refusal import DeliveryRefused

_UNFINISHED = (".tmp", ".part", ".filepart", ".crdownload", ".partial")
_SIDE_FILES = ("-wal", "-shm", "-journal")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True)
class Found:
    """A file in a dataset's folder; `problem` says why it is no delivery, then the business date may be unknown.

    `modified_ns`: when it or its control file was changed last.
    """

    business_date: date | None
    path: Path
    size: int
    modified_ns: int
    problem: DeliveryRefused | None = None


def discover(folder: Path, department: str, name: str, dataset: Dataset) -> list[Found]:
    """The files in `<folder>/<department>/<name>/` by business date; those with a wrong name come first, as problems.

    Hidden, control and unfinished files are left out. A database dataset has none.
    """
    place = folder / department / name
    if dataset.format.kind == "database" or not place.is_dir():
        return []
    found = [_found(path, dataset.format.kind) for path in place.iterdir() if _is_delivery(path)]
    return sorted(found, key=lambda one: (one.business_date or date.min, one.path.name))


def unread(folder: Path, datasets: Mapping[str, Dataset]) -> list[str]:
    """Folders, relative to the delivery folder, with files of the delivered formats in them that no dataset reads.

    Their name is misspelt, their dataset is read from a database, or they lie within a dataset's own.
    """
    read = {name for name, dataset in datasets.items() if dataset.format.kind != "database"}
    formats = tuple({f".{datasets[name].format.kind}" for name in read})
    found = []
    for place, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        name = Path(place).relative_to(folder).as_posix()
        if name not in read and any(
            file.lower().endswith(formats) and _is_delivery(Path(place, file)) for file in files
        ):
            found.append(name)
    return sorted(found)


def _is_delivery(path: Path) -> bool:
    name = path.name.lower()
    if name.startswith((".", "~$")) or name.endswith((*_UNFINISHED, *_SIDE_FILES, ".control.json")):
        return False
    return path.is_file()


def _found(path: Path, extension: str) -> Found:
    status = path.stat()
    business_date = _business_date(path.stem)
    problem = None
    if business_date is None or path.suffix.lower() != f".{extension}":
        what = "文件名不是业务日期" if business_date is None else f"扩展名不是 .{extension}"
        problem = DeliveryRefused("file_name", path.name, what, f"请命名为 YYYY-MM-DD.{extension} 后重新报送。")
    beside = control_path(path)
    modified = max(status.st_mtime_ns, beside.stat().st_mtime_ns if beside.is_file() else 0)
    return Found(business_date, path, status.st_size, modified, problem)


def _business_date(stem: str) -> date | None:
    if not _DATE.fullmatch(stem):
        return None
    try:
        return date.fromisoformat(stem)
    except ValueError:
        return None
