"""Where the reports of a business date lie."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from quality.rules import Suite


def folder_of(home: Path, on: date) -> Path:
    return home / "reports" / str(on)


def page_name(department: str, library: str | None = None) -> str:
    """The file of a department's page, or of the page on a library for its lead department."""
    return f"library_{library}.html" if library else f"{department}.html"


def page_of(home: Path, on: date, suite: Suite) -> Path:
    """The page that shows a table's results."""
    return folder_of(home, on) / page_name(suite.department, suite.library if suite.is_library else None)
