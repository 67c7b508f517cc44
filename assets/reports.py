"""Reports: each department's and each library's quality of the night, as pages and workbooks."""

import dagster as dg

from assets.keys import key, key_of_table
from assets.night import Night
from foundation.catalogue.catalogue import Catalogue
from quality.reports.write import write_reports
from quality.rules import suites
from resources.installation import Installation


def report_asset(catalogue: Catalogue) -> dg.AssetsDefinition:
    """Not after `share`: what a gate holds back leaves nothing there, and what needs it would be left out of the run."""

    @dg.asset(
        key=key("reports", "quality"),
        deps=[
            *(key_of_table(table) for table in suites(catalogue)),
            *(key("crosscheck", name) for name in catalogue.crosschecks),
        ],
        group_name="reports",
        kinds={"html", "excel"},
        description="各部门、各基础库的数据质量报告：评分、趋势、规则、差异和待办。",
    )
    def reports(installation: dg.ResourceParam[Installation], night: Night) -> dg.MaterializeResult:
        written = write_reports(installation, night.date)
        links = "\n".join(f"- [{page.title}]({page.path.as_uri()})" for page in written.pages)
        return dg.MaterializeResult(
            metadata={
                "首页": dg.MetadataValue.path(written.index),
                "页面": dg.MetadataValue.md(links),
                "得分": dg.MetadataValue.float(round(written.score, 2)),
            }
        )

    return reports
