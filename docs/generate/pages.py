"""Which reference pages there are, and whether those in docs/ are current."""

from __future__ import annotations

from pathlib import Path

from docs.generate.catalogue import catalogue_page
from docs.generate.commands import commands_page
from docs.generate.refusals import refusals_page
from docs.generate.settings import settings_page
from docs.generate.standards import standards_page
from docs.generate.themes import themes_page
from foundation.catalogue.load import load

DOCS = Path(__file__).resolve().parents[1]


def pages() -> dict[str, str]:
    """The text of each generated page by its file name in docs/."""
    catalogue = load()
    return {
        "catalogue.md": catalogue_page(catalogue),
        "commands.md": commands_page(),
        "refusals.md": refusals_page(),
        "settings.md": settings_page(),
        "standards.md": standards_page(catalogue),
        "themes.md": themes_page(catalogue),
    }


def outdated() -> list[str]:
    """Names of the pages whose file says something else."""
    return [name for name, text in pages().items() if _written(DOCS / name) != text]


def _written(file: Path) -> str | None:
    return file.read_text(encoding="utf-8") if file.exists() else None
