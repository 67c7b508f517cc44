"""Conformed: one row per record that a department now holds, its items brought to the national standards."""

import dagster as dg

from assets.feedback import FEEDBACK_KEY
from assets.keys import key, lineage, of_dataset, schema
from assets.night import Night
from foundation.catalogue.catalogue import Catalogue, table_name
from foundation.conform import conformed_schema
from foundation.conforming.stage import conform_changes
from foundation.crosscheck.corrections import Corrected, apply_corrections
from foundation.crosscheck.tables import CORRECTION
from resources.installation import Installation


def conformed_assets(catalogue: Catalogue) -> list[dg.AssetsDefinition]:
    return [conformed_asset(catalogue, name) for name in catalogue.datasets]


def conformed_asset(catalogue: Catalogue, name: str) -> dg.AssetsDefinition:
    held = key("ingest", name)
    columns = catalogue.conformed_columns(name)
    types = {field.name: str(field.type) for field in conformed_schema(catalogue, name)}

    @dg.asset(
        key=key("conformed", name),
        deps=[held, FEEDBACK_KEY],
        **of_dataset(catalogue, "conformed", name, {"python", "parquet"}),
        metadata={
            "dagster/column_schema": schema(types, {column.name: column.item.title for column in columns}),
            "dagster/column_lineage": lineage({column.name: [(held, column.delivered)] for column in columns}),
        },
    )
    def conformed(
        context: dg.AssetExecutionContext, installation: dg.ResourceParam[Installation], night: Night
    ) -> dg.MaterializeResult:
        lake, source = installation.lake, f"ingest.{table_name(name)}"
        with lake.consuming(context.asset_key.to_user_string(), [source]) as changes:
            written = conform_changes(changes, installation.catalogue, name, installation.settings.threads)
            corrected = Corrected()
            if not lake.is_empty(CORRECTION):
                corrected = apply_corrections(changes.con, installation.catalogue, name, night.date)
            rows = lake.rows(f"conformed.{table_name(name)}")
        return dg.MaterializeResult(
            metadata={
                "dagster/row_count": rows,
                "本次标准化": written.conformed,
                "本次注销": written.withdrawn,
                "本次采用的更正": corrected.applied,
            }
        )

    return conformed
