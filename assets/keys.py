"""Names of assets, and what the catalogue says of each: group, owner, kinds, description, columns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import dagster as dg

from foundation.catalogue.catalogue import Catalogue, split_name, table_name
from foundation.catalogue.model import Item
from foundation.catalogue.sources import Source
from foundation.linkage.tables import identity_tables


def key(layer: str, name: str) -> dg.AssetKey:
    """The key of a dataset's or table's asset in a layer: ingest/health/birth_certificate, library/person."""
    return dg.AssetKey([layer, *name.split("/")])


def link_key(catalogue: Catalogue, name: str) -> dg.AssetKey:
    return dg.AssetKey(identity_tables(name, catalogue.tables[name]).link.split("."))


def key_of_table(lake_table: str) -> dg.AssetKey:
    """The asset that writes a lake table, e.g. conformed.health__birth_certificate."""
    layer, _, name = lake_table.partition(".")
    return dg.AssetKey(["library" if layer == "stored" else layer, *name.split("__")])


def library_of(catalogue: Catalogue, dataset: str) -> str:
    """The library that a dataset serves."""
    return catalogue.library_of[catalogue.datasets[dataset].subject]


def of_dataset(catalogue: Catalogue, layer: str, name: str, kinds: set[str]) -> dict[str, Any]:
    """What the asset decorator takes from the catalogue for a department's dataset."""
    dataset = catalogue.datasets[name]
    department, _ = split_name(name)
    return {
        "group_name": f"{layer}_{library_of(catalogue, name)}",
        "owners": [f"team:{department}"],
        "kinds": kinds,
        "description": f"{catalogue.departments[department].title}·{dataset.title}。{dataset.summary}",
        "tags": {"onesource/library": library_of(catalogue, name), "onesource/department": department},
    }


def of_table(catalogue: Catalogue, layer: str, name: str, kinds: set[str], what: str) -> dict[str, Any]:
    """What the asset decorator takes from the catalogue for a library table."""
    library = catalogue.libraries[catalogue.library_of[name]]
    return {
        "group_name": f"{layer}_{catalogue.library_of[name]}",
        "owners": [f"team:{library.lead}"],
        "kinds": kinds,
        "description": f"{library.title}·{catalogue.tables[name].title}：{what}",
        "tags": {"onesource/library": catalogue.library_of[name], "onesource/department": library.lead},
    }


def schema(columns: Mapping[str, str], titles: Mapping[str, str | None]) -> dg.TableSchema:
    """A column schema with the items' Chinese titles."""
    return dg.TableSchema([dg.TableColumn(name, kind, description=titles.get(name)) for name, kind in columns.items()])


def types_of(items: Mapping[str, Item]) -> dict[str, str]:
    """The items' types as column schemas name them."""
    return {name: item.type.name.lower() for name, item in items.items()} | {"updated_at": "datetime"}


def lineage(columns: Mapping[str, list[tuple[dg.AssetKey, str]]]) -> dg.TableColumnLineage:
    """Which columns of other assets each column comes from."""
    return dg.TableColumnLineage(
        {name: [dg.TableColumnDep(asset, column) for asset, column in deps] for name, deps in columns.items() if deps}
    )


def conformed_column(source: Source, item: str) -> tuple[dg.AssetKey, str] | None:
    """The conformed column that carries an item in a source."""
    column = source.columns.get(item)
    if column is None or not column.startswith('"'):
        return None
    return key_of_table(f"conformed.{table_name(source.dataset)}"), column.strip('"')
