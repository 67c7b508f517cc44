"""Cross-check: what the other departments say against the library's values (多元校核), and the quick check (快速校核)."""

import dagster as dg

from assets.keys import key, key_of_table, of_table, schema
from assets.night import Night
from foundation.catalogue.catalogue import Catalogue
from foundation.crosscheck.affected import consumed_tables, needed_tables
from foundation.crosscheck.heatmap import agreement_picture
from foundation.crosscheck.report import agreement_rows, kind_counts, overdue_cases
from foundation.crosscheck.stage import cross_check
from foundation.crosscheck.tables import DISCREPANCY_COLUMNS
from resources.installation import Installation


def crosscheck_assets(catalogue: Catalogue) -> list[dg.AssetsDefinition]:
    return [crosscheck_asset(catalogue, name) for name in catalogue.crosschecks]


def crosscheck_asset(catalogue: Catalogue, name: str) -> dg.AssetsDefinition:
    consumed = consumed_tables(catalogue, name)

    @dg.asset(
        key=key("crosscheck", name),
        deps=[key_of_table(table) for table in needed_tables(catalogue, name)],
        **of_table(catalogue, "crosscheck", name, {"duckdb", "parquet"}, "各部门记录与数源逐项比较的结果和不一致清单"),
        metadata={"dagster/column_schema": schema(DISCREPANCY_COLUMNS, {})},
    )
    def crosscheck(
        context: dg.AssetExecutionContext, installation: dg.ResourceParam[Installation], night: Night
    ) -> dg.MaterializeResult:
        lake, days = installation.lake, installation.settings.quick_check_days
        with lake.consuming(context.asset_key.to_user_string(), consumed) as changes:
            checked = cross_check(changes, installation.catalogue, name, night.date, days)
        overdue = overdue_cases(lake.con, name, night.date)
        if overdue:
            context.log.warning(f"{name}: {sum(overdue.values())} discrepancies are overdue")
        rates = agreement_rows(lake.con, installation.catalogue, name)
        return dg.MaterializeResult(
            metadata={
                "本次比较的对象": checked.entities,
                "本次比较的数值": checked.values,
                "新增": checked.lived.opened,
                "重现": checked.lived.reopened,
                "消除": checked.lived.closed,
                "未办结": dg.MetadataValue.md(kind_counts(lake.con, installation.catalogue, name)),
                "逾期未办（按责任部门）": overdue,
                "一致率": dg.MetadataValue.md(agreement_picture(rates)),
            }
        )

    return crosscheck
