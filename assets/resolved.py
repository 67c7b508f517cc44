"""Resolved: which person or organisation each record speaks of."""

import dagster as dg

from assets.keys import key_of_table, link_key, of_table, schema
from assets.linkage_report import link_metadata
from assets.night import Night
from foundation.catalogue.catalogue import Catalogue
from foundation.linkage.stage import conformed_sources, resolve
from foundation.linkage.tables import identity_tables
from resources.installation import Installation


def resolved_assets(catalogue: Catalogue) -> list[dg.AssetsDefinition]:
    return [resolved_asset(catalogue, name) for name, table in catalogue.tables.items() if table.identity]


def resolved_asset(catalogue: Catalogue, name: str) -> dg.AssetsDefinition:
    tables = identity_tables(name, catalogue.tables[name])
    sources = conformed_sources(catalogue, name)

    @dg.asset(
        key=link_key(catalogue, name),
        deps=[key_of_table(source) for source in sources],
        **of_table(catalogue, "resolved", name, {"duckdb", "parquet"}, "各部门记录所指的对象"),
        metadata={"dagster/column_schema": schema(tables.link_columns, {})},
    )
    def resolved(
        context: dg.AssetExecutionContext, installation: dg.ResourceParam[Installation], night: Night
    ) -> dg.MaterializeResult:
        lake = installation.lake
        with lake.consuming(context.asset_key.to_user_string(), sources) as changes:
            judgements = installation.review.judgements(name)
            result = resolve(changes, installation.catalogue, name, night.date, judgements, installation.models_folder)
        open_cases = installation.review.synchronise(name, night.date)
        for rule, keys in result.linked.skipped.items():
            context.log.warning(f"{name}: {keys} 个取值超出区块上限，未参与比对：{rule}")
        if result.linked.cut:
            context.log.warning(
                f"{name}: {result.linked.cut} 个聚类不可能是同一对象（姓名、出生日期或记录数不符），已拆分"
            )
        return dg.MaterializeResult(metadata=link_metadata(installation, name, result, open_cases))

    return resolved
