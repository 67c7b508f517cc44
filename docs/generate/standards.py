"""docs/standards.md, from foundation/standards/."""

from __future__ import annotations

import inspect

from docs.generate.markdown import GENERATED, code, table
from foundation.catalogue.catalogue import Catalogue
from foundation.standards.conformed import Severity, Standard
from foundation.standards.registry import RULES, STANDARDS

HEAD = """# Standards and their rules

A standard is the function that brings an item's delivered text to its national form. An item names its standard in
`catalog/items/`. A rule that a value breaks is recorded in the column `issues` of the conformed table, by item and rule; the
record stays. After an **error** an identifier no longer says who is meant, and other values are empty where nothing could be
read; after a **warning** the value is used. Where the value says something else than what was delivered, the delivered text
stands in the column `delivered`.

    onesource sql "SELECT one.item, one.rule, count(*) FROM conformed.education__student, unnest(issues) AS t(one) GROUP BY ALL"

## Standards

"""
SEVERITIES = {Severity.ERROR: "error 错误", Severity.WARNING: "warning 警告"}


def standards_page(catalogue: Catalogue) -> str:
    used = _items_by_standard(catalogue)
    standards = table(
        ["standard", "what it stands for", "value", "type", "items"],
        [
            (code(name), *_summaries(standard), code(standard.type), "、".join(used.get(name, [])))
            for name, standard in STANDARDS.items()
        ],
    )
    rules = table(
        ["rule", "title", "severity", "reported by"],
        [
            (code(rule), found.title, SEVERITIES[found.severity], ", ".join(code(name) for name in _reporting(rule)))
            for rule, found in sorted(RULES.items())
        ],
    )
    return (GENERATED + HEAD + standards + "## Rules\n\n" + rules).rstrip() + "\n"


def _summaries(standard: Standard) -> tuple[str, str]:
    """The first paragraphs of the module that holds the standard, and of its function."""
    module, function = inspect.getmodule(standard.conform), standard.conform
    about, gives = (inspect.getdoc(place) or "" for place in (module, function))
    return about.partition("\n\n")[0], gives.partition("\n\n")[0]


def _items_by_standard(catalogue: Catalogue) -> dict[str, list[str]]:
    """Titles of the items that a standard conforms, wherever they are declared."""
    used: dict[str, dict[str, None]] = {}
    for dataset in catalogue.datasets:
        for column in catalogue.conformed_columns(dataset):
            used.setdefault(column.standard, {})[column.item.title] = None
    return {name: list(titles) for name, titles in used.items()}


def _reporting(rule: str) -> list[str]:
    return [name for name, standard in STANDARDS.items() if any(one.code == rule for one in standard.rules)]
