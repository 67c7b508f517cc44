"""Quality: one check of each kind of rule on each table; what blocks a publication is the check `publication_gate`."""

from collections.abc import Iterator

import dagster as dg

from assets.keys import key, key_of_table
from assets.night import Night
from foundation.catalogue.catalogue import Catalogue
from foundation.crosscheck.tables import DISCREPANCY
from quality.findings import Finding, check_names, findings
from quality.measuring import Quality
from quality.reports.places import page_of
from quality.rules import Suite, suites
from resources.installation import Installation

SEVERITY = {True: dg.AssetCheckSeverity.ERROR, False: dg.AssetCheckSeverity.WARN}


def quality_checks(catalogue: Catalogue) -> list[dg.AssetChecksDefinition]:
    return [quality_check(suite) for suite in suites(catalogue).values()]


def quality_check(suite: Suite) -> dg.AssetChecksDefinition:
    asset = key_of_table(suite.table)
    read = [key_of_table(table) for table in suite.sources if table.startswith("stored.")]
    if DISCREPANCY in suite.sources:
        read.append(key("crosscheck", suite.name))
    specs = [
        dg.AssetCheckSpec(
            name, asset=asset, description=title, additional_deps=[other for other in read if other != asset]
        )
        for name, title in check_names(suite).items()
    ]

    @dg.multi_asset_check(name=f"quality__{suite.table.replace('.', '__')}", specs=specs)
    def check(installation: dg.ResourceParam[Installation], night: Night) -> Iterator[dg.AssetCheckResult]:
        page = page_of(installation.settings.home, night.date, suite)
        for finding in findings(suite, Quality(installation).measured(suite.table, night.date)):
            yield dg.AssetCheckResult(
                check_name=finding.name,
                asset_key=asset,
                passed=finding.passed,
                severity=SEVERITY[finding.is_error],
                metadata={**_metadata(finding), "报告": dg.MetadataValue.path(page)},
            )

    return check


def _metadata(finding: Finding) -> dict[str, dg.MetadataValue]:
    return {
        "规则": dg.MetadataValue.int(finding.rules),
        "未通过的规则": dg.MetadataValue.int(finding.failed_rules),
        "检查的数据": dg.MetadataValue.int(finding.elements),
        "不符合的数据": dg.MetadataValue.int(finding.failing),
        "明细": dg.MetadataValue.md(finding.table),
    }
