"""Ingest: what each department now holds, as delivered, and the register of deliveries and rejected rows."""

import dagster as dg

from assets.keys import key, lineage, of_dataset, schema
from assets.night import Night
from foundation.catalogue.catalogue import Catalogue, table_name
from foundation.ingest.held import held_columns
from foundation.ingest.register import Outcome
from resources.installation import Installation


def ingest_assets(catalogue: Catalogue) -> list[dg.AssetsDefinition]:
    return [ingest_asset(catalogue, name) for name in catalogue.datasets]


def ingest_asset(catalogue: Catalogue, name: str) -> dg.AssetsDefinition:
    dataset = catalogue.datasets[name]
    source = key("deliveries", name)
    titles = {header: catalogue.item(name, column.item).title for header, column in dataset.columns.items()}

    @dg.asset(
        key=key("ingest", name),
        deps=[source],
        **of_dataset(catalogue, "ingest", name, {"duckdb", "parquet"}),
        metadata={
            "dagster/column_schema": schema(held_columns(dataset), titles),
            "dagster/column_lineage": lineage({header: [(source, header)] for header in dataset.columns}),
        },
    )
    def ingest(
        context: dg.AssetExecutionContext, installation: dg.ResourceParam[Installation], night: Night
    ) -> dg.MaterializeResult:
        outcomes = installation.deliveries.ingest(installation.lake, name, night.date)
        for outcome in outcomes:
            if outcome.status == "rejected":
                context.log.warning(f"{outcome.delivery_id}: {outcome.reason}")
        rows = installation.lake.rows(f"ingest.{table_name(name)}")
        return dg.MaterializeResult(metadata={"dagster/row_count": rows, "报送": _outcomes(outcomes)})

    return ingest


def _outcomes(outcomes: list[Outcome]) -> dg.MarkdownMetadataValue:
    if not outcomes:
        return dg.MetadataValue.md("没有新的报送。")
    head = "| 报送 | 业务日期 | 结果 | 行数 | 接收 | 拒收 | 变更 | 注销 | 原因 |\n" + "| --- " * 9 + "|\n"
    lines = [
        f"| {one.delivery_id} | {one.arrival.business_date} | {one.status} | {one.rows} | {one.accepted_rows} "
        f"| {one.rejected_rows} | {one.changed} | {one.withdrawn} | {one.reason} |"
        for one in outcomes
    ]
    return dg.MetadataValue.md(head + "\n".join(lines))
