"""Themes: what several departments build on the base libraries (办法 art. 14-3), and what of it is shared."""

from collections.abc import Iterator

import dagster as dg

from assets.keys import key, key_of_table, lineage
from assets.night import Night
from assets.share import columns_of, publish
from assets.theme_metadata import of_theme, standing, theme_columns, theme_lineage, theme_types
from foundation.catalogue.catalogue import Catalogue
from foundation.catalogue.themes import Theme
from foundation.publication.tables import PREFIX, shared_themes
from foundation.themes.affected import consumed_tables
from foundation.themes.query import ThemeQuery, table_of
from foundation.themes.stage import ThemeWritten
from quality.findings import GATE
from quality.measuring import Quality
from quality.themes import bring_up_to_date
from resources.installation import Installation


def theme_assets(catalogue: Catalogue) -> list[dg.AssetsDefinition]:
    shared = [shared_theme_asset(catalogue, name) for name in shared_themes(catalogue)]
    return [*(theme_asset(catalogue, name) for name in catalogue.themes), *shared]


def when_changed(catalogue: Catalogue) -> dg.AutomationCondition:
    """What it rests on has changed, and each library table among it passed its gate in the state that it has now.

    A table that a person let pass has not: the run for which it was let pass takes it up.
    """
    gates = dg.AssetSelection.checks(*(dg.AssetCheckKey(key("library", name), GATE) for name in catalogue.tables))
    passed = dg.AutomationCondition.all_checks_match(dg.AutomationCondition.check_passed()).allow(gates)
    changed = dg.AutomationCondition.eager() & dg.AutomationCondition.all_deps_match(passed)
    return changed.with_label("what it rests on has changed and passed its gates")


def theme_asset(catalogue: Catalogue, name: str) -> dg.AssetsDefinition:
    theme = catalogue.themes[name]
    consumed = consumed_tables(ThemeQuery(catalogue, name, Night().date))

    @dg.asset(
        key=key("theme", name),
        deps=[key_of_table(table) for table in consumed],
        output_required=False,  # a theme that keeps its last state is observed, not materialized
        **of_theme(catalogue, name, {"duckdb", "parquet"}, theme.summary),
        metadata={
            "dagster/column_schema": theme_columns(catalogue, name),
            "dagster/column_lineage": lineage(theme_lineage(catalogue, name)),
        },
        check_specs=[
            dg.AssetCheckSpec(rule, asset=key("theme", name), blocking=one.blocking, description=one.title)
            for rule, one in theme.rules.items()
        ],
        automation_condition=when_changed(catalogue),
    )
    def theme_rows(
        context: dg.AssetExecutionContext, installation: dg.ResourceParam[Installation], night: Night
    ) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
        lake, query = installation.lake, ThemeQuery(installation.catalogue, name, night.date)
        decision, written = bring_up_to_date(Quality(installation), query)
        rows, said = lake.rows(table_of(name)), {"数据截至": standing(lake, query)}
        yield from _checks(theme, written, rows)
        if decision.is_held:
            context.log.warning(f"{name} keeps its last state: {decision.reason}")
            said |= {"保留上次结果": dg.MetadataValue.text(decision.reason)}
            context.log_event(dg.AssetObservation(context.asset_key, description="保留上次结果", metadata=said))
            return
        yield dg.MaterializeResult(
            metadata={
                "dagster/row_count": rows,
                "本次核对": written.looked_at,
                "本次变更": written.changed,
                "本次移出": written.gone,
                **said,
            }
        )

    return theme_rows


def _checks(theme: Theme, written: ThemeWritten, rows: int) -> list[dg.AssetCheckResult]:
    return [
        dg.AssetCheckResult(
            check_name=name,
            passed=rule.passes(written.breaking[name], rows),
            severity=dg.AssetCheckSeverity.ERROR if rule.blocking else dg.AssetCheckSeverity.WARN,
            metadata={"不符合": written.breaking[name], "总数": rows},
        )
        for name, rule in theme.rules.items()
    ]


def shared_theme_asset(catalogue: Catalogue, name: str) -> dg.AssetsDefinition:
    source = key("theme", name)

    @dg.asset(
        key=key("share", PREFIX + name),
        deps=[source],
        **of_theme(catalogue, name, {"postgres", "parquet", "csv"}, "无条件共享的信息项，少于 5 人的人数不发布"),
        metadata=columns_of(catalogue, PREFIX + name, source, theme_types(catalogue, name)),
        automation_condition=dg.AutomationCondition.eager(),
    )
    def shared_theme(installation: dg.ResourceParam[Installation], night: Night) -> dg.MaterializeResult:
        return dg.MaterializeResult(metadata=publish(installation, PREFIX + name, night.date))

    return shared_theme
