"""Library: one row per entity, each item from its authority (一数一源), and the history of every state."""

import dagster as dg

from assets.keys import conformed_column, key, key_of_table, lineage, of_table
from assets.night import Night
from foundation.catalogue.catalogue import Catalogue
from foundation.library.consolidate import Consolidation
from foundation.library.stage import consolidate, consumed_tables
from resources.installation import Installation


def library_assets(catalogue: Catalogue) -> list[dg.AssetsDefinition]:
    return [library_asset(catalogue, name) for name in catalogue.tables]


def library_asset(catalogue: Catalogue, name: str) -> dg.AssetsDefinition:
    consumed = consumed_tables(catalogue, name)

    @dg.asset(
        key=key("library", name),
        deps=[key_of_table(table) for table in consumed],
        **of_table(catalogue, "library", name, {"duckdb", "parquet"}, "一数一源的各项取值及其来源、历史"),
        metadata={
            "dagster/column_schema": _schema(catalogue, name),
            "dagster/column_lineage": lineage(_lineage(catalogue, name)),
        },
    )
    def library(
        context: dg.AssetExecutionContext, installation: dg.ResourceParam[Installation], night: Night
    ) -> dg.MaterializeResult:
        lake = installation.lake
        with lake.consuming(context.asset_key.to_user_string(), consumed) as changes:
            written = consolidate(changes, installation.catalogue, name, night.date)
        return dg.MaterializeResult(
            metadata={
                "dagster/row_count": lake.rows(f"stored.{name}"),
                "本次变更": written.changed,
                "本次注销": written.gone,
            }
        )

    return library


def _schema(catalogue: Catalogue, name: str) -> dg.TableSchema:
    table = catalogue.tables[name]
    items = catalogue.items[table.subject]
    return dg.TableSchema(
        [
            dg.TableColumn(item, items[item].type.name.lower(), description=items[item].title)
            for item in dict.fromkeys([table.key, *table.items])
            if item in items
        ]
    )


def _lineage(catalogue: Catalogue, name: str) -> dict[str, list[tuple[dg.AssetKey, str]]]:
    table = catalogue.tables[name]
    sources = Consolidation(catalogue, name, table).sources
    deps: dict[str, list[tuple[dg.AssetKey, str]]] = {}
    for item_name, item in table.items.items():
        found = [conformed_column(source, item.from_item or item_name) for source in sources]
        deps[item_name] = list(dict.fromkeys(one for one in found if one is not None))
        if item.refers_to is not None:
            there = catalogue.tables[item.refers_to.table].key
            deps[item_name] = [(key("library", item.refers_to.table), there)]
    return deps
