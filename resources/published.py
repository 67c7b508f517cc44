"""The published files: each table of `share` as Parquet and CSV by business date, with a manifest.

A folder is written aside and moved into place, so a reader never sees half of it.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from foundation.catalogue.catalogue import Catalogue
from foundation.library.states import columns_of
from foundation.publication.rows import ordered_sql, published_sql
from foundation.publication.tables import published_table
from foundation.sql import text
from resources.lake import Lake
from resources.settings import Settings
from resources.share import Published

MANIFEST = "manifest.json"
DATED = "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]"


@dataclass(frozen=True)
class PublishedFiles:
    """Writes the batch files under `$ONESOURCE_HOME/published/<table>/<business date>/`."""

    settings: Settings
    catalogue: Catalogue
    lake: Lake

    def write(self, name: str, on: date, published: Published) -> Path:
        """The folder of the business date, holding what `share` shows; nothing is done where it holds that already.

        Where a later date was published it is that one's: what `share` shows now is not what it showed on the earlier date.
        """
        place = self.settings.home / "published" / name
        manifests = {folder: _read(folder) for folder in sorted(place.glob(DATED))}
        folder = max([place / str(on), *(one for one, manifest in manifests.items() if manifest.get("snapshot"))])
        deliveries = self._delivery_dates(published_table(self.catalogue, name).datasets)
        shown = manifests.get(folder, {})
        if (shown.get("snapshot"), shown.get("deliveries")) == (published.snapshot, deliveries):
            return folder
        aside = folder.with_name(f".{folder.name}.{os.getpid()}")
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir(parents=True)
        same = next(
            (one for one, manifest in manifests.items() if manifest.get("snapshot") == published.snapshot), None
        )
        if same is not None:
            for file in same.iterdir():
                if file.name != MANIFEST:
                    os.link(file, aside / file.name)
        else:
            self._write_files(name, aside, published.csv)
        manifest = self._manifest(name, folder.name, aside, published, deliveries)
        (aside / MANIFEST).write_text(manifest, encoding="utf-8")
        _move(aside, folder)
        self._remove_old(place, date.fromisoformat(folder.name))
        return folder

    def _write_files(self, name: str, folder: Path, written: Path | None) -> None:
        parquet, csv = folder / f"{name}.parquet", folder / f"{name}.csv"
        rows, con = ordered_sql(self.catalogue, name, as_text=False), self.lake.con
        con.execute(f"COPY ({rows}) TO {text(str(parquet))} (FORMAT parquet, COMPRESSION zstd)")
        if written is not None:
            written.replace(csv)
        else:
            # An empty Parquet file has forgotten that its column is a geometry: the CSV is not made from it.
            con.execute(f"COPY ({ordered_sql(self.catalogue, name)}) TO {text(str(csv))} (FORMAT csv, HEADER)")

    def _manifest(self, name: str, on: str, folder: Path, published: Published, deliveries: Mapping[str, str]) -> str:
        table = published_table(self.catalogue, name)
        types = columns_of(self.lake.con, published_sql(self.catalogue, name, as_text=False))
        manifest = {
            "table": name,
            "title": table.title,
            "code": table.code,
            "business_date": on,
            "rows": published.rows,
            "snapshot": published.snapshot,
            "schema": [
                {"name": column, "type": kind, "title": table.titles.get(column)} for column, kind in types.items()
            ],
            "files": {
                file.name: {"bytes": file.stat().st_size, "sha256": _sha256(file)} for file in sorted(folder.iterdir())
            },
            "deliveries": deliveries,
        }
        return json.dumps(manifest, ensure_ascii=False, indent=2)

    def _delivery_dates(self, datasets: Collection[str]) -> dict[str, str]:
        """The business date of the last delivery taken from each dataset that the table rests on."""
        rows = self.lake.con.execute(
            "SELECT department || '/' || dataset, max(business_date)::VARCHAR FROM ingest.delivery "
            "WHERE status IN ('accepted', 'duplicate') GROUP BY ALL ORDER BY ALL"
        ).fetchall()
        return {name: day for name, day in rows if name in datasets}

    def _remove_old(self, place: Path, on: date) -> None:
        oldest = str(on - timedelta(days=self.settings.published_keep_days))
        for folder in place.glob(DATED):
            if folder.name < oldest:
                shutil.rmtree(folder)


def _read(folder: Path) -> dict[str, Any]:
    """A folder's manifest; empty where there is none that can be read."""
    try:
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        return manifest
    except (FileNotFoundError, json.JSONDecodeError):
        return {}


def _move(aside: Path, folder: Path) -> None:
    if folder.exists():
        before = folder.with_name(f".{folder.name}.before")
        shutil.rmtree(before, ignore_errors=True)
        folder.rename(before)
        aside.rename(folder)
        shutil.rmtree(before)
    else:
        aside.rename(folder)


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
