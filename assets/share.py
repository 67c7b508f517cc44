"""Share: what every department may use without asking, in PostgreSQL and as files (办法 art. 14-2)."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import dagster as dg

from assets.keys import key, lineage, of_table, types_of
from assets.night import Night
from foundation.catalogue.catalogue import Catalogue
from foundation.publication.rows import published_columns
from foundation.publication.tables import published_table
from quality.gates import decide
from quality.measuring import Quality
from resources.installation import Installation


def share_assets(catalogue: Catalogue) -> list[dg.AssetsDefinition]:
    return [share_asset(catalogue, name) for name in catalogue.tables]


def share_asset(catalogue: Catalogue, name: str) -> dg.AssetsDefinition:
    library = key("library", name)
    types = types_of(catalogue.items[catalogue.tables[name].subject])

    @dg.asset(
        key=key("share", name),
        deps=[library],
        output_required=False,  # a table that is held back is observed, not materialized
        **of_table(catalogue, "share", name, {"postgres", "parquet", "csv"}, "无条件共享的基础信息项"),
        metadata=columns_of(catalogue, name, library, types),
    )
    def share(
        context: dg.AssetExecutionContext, installation: dg.ResourceParam[Installation], night: Night
    ) -> Iterator[dg.MaterializeResult]:
        decision = decide(Quality(installation), name, night.date)
        if decision.is_held:
            context.log.warning(f"publication held back: {decision.reason}")
            context.log_event(
                dg.AssetObservation(key("share", name), description="暂缓发布", metadata={"暂缓发布": decision.reason})
            )
            return
        let_pass = {"放行": f"{decision.overridden_by}：{decision.reason}"} if decision.overridden_by else {}
        yield dg.MaterializeResult(metadata={**publish(installation, name, night.date), **let_pass})

    return share


def columns_of(catalogue: Catalogue, name: str, source: dg.AssetKey, types: Mapping[str, str]) -> dict[str, Any]:
    """The columns of a published table with types and titles, and that each comes from the same of the source."""
    columns, titles = published_columns(catalogue, name), published_table(catalogue, name).titles
    return {
        "dagster/column_schema": dg.TableSchema(
            [dg.TableColumn(column, types.get(column, "text"), description=titles.get(column)) for column in columns]
        ),
        "dagster/column_lineage": lineage({column: [(source, column)] for column in columns}),
    }


def publish(installation: Installation, name: str, on: date) -> dict[str, Any]:
    """Bring a table of `share` and its files up to date; what is told of that."""
    published = installation.share.publish(name, on)
    try:
        folder = installation.published.write(name, on, published)
    finally:
        if published.csv is not None:
            published.csv.unlink(missing_ok=True)
    return {
        "dagster/row_count": published.rows,
        "本次写入": published.written,
        "本次撤下": published.withdrawn,
        "文件": dg.MetadataValue.path(folder),
    }
