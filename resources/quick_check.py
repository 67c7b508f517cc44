"""The quick check's workbooks: written for each department, read back from the delivery folder or from a file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from foundation.catalogue.catalogue import Catalogue
from foundation.crosscheck.cases import open_cases
from foundation.crosscheck.feedback import Taken, register, take_over
from foundation.crosscheck.filled import WorkbookRefused, read_workbook
from foundation.crosscheck.report import escalated
from foundation.crosscheck.tables import FEEDBACK_FILE
from foundation.crosscheck.workbook import write_workbook
from foundation.delivery import sha256
from resources.lake import Lake
from resources.settings import Settings

FOLDER = "快速校核"


@dataclass(frozen=True)
class QuickCheck:
    """Work lists out, answers in."""

    settings: Settings
    catalogue: Catalogue
    lake: Lake

    def export(self, on: date, folder: Path | None = None) -> dict[str, tuple[Path, int]]:
        """A workbook for each department with open cases, and each lead of a library with overdue ones: path and cases."""
        written = {}
        for department, declared in self.catalogue.departments.items():
            cases = open_cases(self.lake.con, self.catalogue, department, on)
            overdue = escalated(self.lake.con, self.catalogue, department, on)
            if cases or overdue:
                path = (folder or self.settings.home / "quick_check") / department / f"{FOLDER}-{on}.xlsx"
                write_workbook(path, department, declared.title, cases, on, overdue)
                written[department] = (path, len(cases))
        return written

    def receive(self, on: date) -> list[Taken]:
        """Take over every workbook that departments have put into `<deliveries>/<department>/快速校核/` since."""
        taken = []
        for department in self.catalogue.departments:
            place = self.settings.deliveries_folder / department / FOLDER
            files = sorted(place.glob("*")) if place.is_dir() else []
            for path in files:
                if path.is_file() and not path.name.startswith((".", "~$")):
                    one = self.take(path, department, on)
                    taken += [one] if one is not None else []
        return taken

    def take(self, path: Path, department: str | None, on: date) -> Taken | None:
        """Take one workbook over; None where the same file was taken before. `department` None: the one it names."""
        digest = sha256(path)
        with self.lake.postgres.lock("crosscheck.feedback"), self.lake.transaction():
            con = self.lake.con
            if con.execute(f"SELECT 1 FROM {FEEDBACK_FILE} WHERE sha256 = ?", [digest]).fetchone():
                return None
            file = (digest, path.name)
            try:
                filled = read_workbook(path)
            except WorkbookRefused as refusal:
                return register(con, Taken(department or "", "rejected", 0, [], str(refusal)), file, 0, on)
            return take_over(
                con,
                self.catalogue,
                filled,
                department or filled.department,
                on=on,
                file=file,
                working_days=self.settings.quick_check_days,
            )
