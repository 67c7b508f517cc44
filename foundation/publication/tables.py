"""The tables of `share`: those of the libraries by their own name, and `theme_<name>` for what a theme may share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from foundation.catalogue.catalogue import Catalogue
from foundation.themes.names import dataset_of
from foundation.themes.query import table_of
from foundation.themes.sharing import ThemeSharing

PREFIX = "theme_"


@dataclass(frozen=True)
class PublishedTable:
    """What is said of a published table: its key, titles, the lake table that it shows, the datasets under it."""

    title: str
    code: str
    key: str
    stored: str
    titles: Mapping[str, str]
    datasets: frozenset[str]


def theme_of(name: str) -> str | None:
    """The theme that a published table shows; None for a library's."""
    return name.removeprefix(PREFIX) if name.startswith(PREFIX) else None


def shared_themes(catalogue: Catalogue) -> list[str]:
    """Themes with something that every department may use without asking."""
    return [name for name, theme in catalogue.themes.items() if ThemeSharing(catalogue, theme).shared]


def published_table(catalogue: Catalogue, name: str) -> PublishedTable:
    """A published table as the catalogue declares it."""
    theme = theme_of(name)
    if theme is None:
        table = catalogue.tables[name]
        titles = {item: one.title for item, one in catalogue.items[table.subject].items()}
        referred = [catalogue.tables[item.refers_to.table] for item in table.items.values() if item.refers_to]
        subjects = {table.subject, *(other.subject for other in referred)}
        datasets = frozenset(one for one, declared in catalogue.datasets.items() if declared.subject in subjects)
        return PublishedTable(table.title, table.code, table.key, f"stored.{name}", titles, datasets)
    declared = catalogue.themes[theme]
    grain = catalogue.tables[declared.grain]
    titles = {item: one.title for item, one in catalogue.items[grain.subject].items()}
    titles |= {item: one.title for item, one in declared.items.items()}
    datasets = frozenset(dataset_of(one)[0] for one in declared.sources.values() if one.dataset)
    return PublishedTable(declared.title, declared.code, grain.key, table_of(theme), titles, datasets)
