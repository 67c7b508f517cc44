"""The reports of a night: measured where that is still to be done, scored, and written to `$ONESOURCE_HOME/reports`."""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from quality.gates import decide
from quality.measuring import WRITING, Quality
from quality.reports.facts import Page
from quality.reports.gather import department_page, library_page
from quality.reports.night import Night, read_night
from quality.reports.places import folder_of
from quality.reports.render import index_html, overview_html, page_html
from quality.reports.workbook import write_overview, write_page
from quality.results import forget_failing
from quality.scores import write_scores
from resources.installation import Installation

TITLE = re.compile(r"<title>(.*?) 数据质量 ")


@dataclass(frozen=True)
class WrittenPage:
    title: str
    path: Path


@dataclass(frozen=True)
class Written:
    """Where the reports of a night lie, and the province's score."""

    index: Path
    pages: list[WrittenPage]
    score: float


def write_reports(installation: Installation, on: date) -> Written:
    """Write every page of a business date; a reader sees the earlier ones until all are there."""
    night = _measured_night(Quality(installation), on)
    catalogue = installation.catalogue
    delivering = dict.fromkeys(name.partition("/")[0] for name in catalogue.datasets)
    departments = [department_page(night, name) for name in delivering]
    libraries = [library_page(night, name) for name in catalogue.libraries]
    folder = folder_of(installation.settings.home, on)
    aside = folder.with_name(f".{on}.{os.getpid()}")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    _write_pages(aside, night, departments, libraries)
    shutil.rmtree(folder, ignore_errors=True)
    aside.rename(folder)
    _write_index(folder.parent, on, installation.settings.reports_keep_days)
    score = night.score("province")
    pages = [WrittenPage(page.title, folder / page.name) for page in [*departments, *libraries]]
    return Written(folder / "index.html", pages, score.score if score else 0.0)


def _measured_night(quality: Quality, on: date) -> Night:
    """The night's facts, once every table is measured, its gate decided on, and all is scored."""
    for table, suite in quality.suites.items():
        if not suite.is_library:  # those are measured for their gates
            quality.measured(table, on)
    for name in quality.installation.catalogue.tables:
        decide(quality, name, on)
    keep = timedelta(days=quality.installation.settings.failing_keep_days)
    with WRITING, quality.lake.transaction():
        write_scores(quality.lake.con, on)
        forget_failing(quality.lake.con, on - keep)
    return read_night(quality, on)


def _write_pages(folder: Path, night: Night, departments: list[Page], libraries: list[Page]) -> None:
    titles = {name: department.title for name, department in night.catalogue.departments.items()}
    for page in [*departments, *libraries]:
        (folder / page.name).write_text(page_html(page, titles), encoding="utf-8")
        write_page((folder / page.name).with_suffix(".xlsx"), page, titles)
    (folder / "index.html").write_text(overview_html(night, departments, libraries), encoding="utf-8")
    write_overview(folder / "index.xlsx", [*departments, *libraries])


def _write_index(reports: Path, on: date, keep_days: int) -> None:
    """The list of all business dates, after those that are too old have been removed."""
    oldest = str(on - timedelta(days=keep_days))
    days = []
    for folder in sorted(reports.glob("[0-9]*"), reverse=True):
        if folder.name < oldest:
            shutil.rmtree(folder)
        else:
            days.append((folder.name, [(file.name, _title(file)) for file in sorted(folder.glob("*.html"))]))
    (reports / "index.html").write_text(index_html(days), encoding="utf-8")


def _title(file: Path) -> str:
    with file.open(encoding="utf-8") as stream:
        found = TITLE.search(stream.read(4096))
    return found[1] if found else "总览"
