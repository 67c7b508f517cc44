"""The facts of each page, out of those of the night."""

from __future__ import annotations

from quality.gates import Decision
from quality.reports.examples import Examples
from quality.reports.facts import Page, RuleLine, TableSection
from quality.reports.night import Night
from quality.reports.places import page_name
from quality.reports.tasks import SEVERITY_ORDER, tasks
from quality.rules import Suite


def department_page(night: Night, department: str) -> Page:
    """The page of a department on the datasets that it delivers."""
    suites = [one for one in night.quality.suites.values() if not one.is_library and one.department == department]
    title = night.catalogue.departments[department].title
    return _page(night, suites, page_name(department), title, "数据质量报告", "department", department)


def library_page(night: Night, library: str) -> Page:
    """The page of a library, for its lead department."""
    suites = [one for one in night.quality.suites.values() if one.is_library and one.library == library]
    declared = night.catalogue.libraries[library]
    lead = night.catalogue.departments[declared.lead].title
    name = page_name(declared.lead, library)
    return _page(night, suites, name, declared.title, f"牵头部门：{lead}", "library", library)


def _page(night: Night, suites: list[Suite], name: str, title: str, subtitle: str, level: str, of: str) -> Page:
    trend = [(one.measured_on, one.score) for one in night.scores_of(level, **{level: of})]
    earlier = [day for day, _ in trend if day < night.on]
    datasets = _datasets(night, level, of)
    tables = [_section(night, suite) for suite in suites]
    gates = [
        (night.catalogue.tables[one.table_name].title, _gate(one))
        for one in night.decisions.values()
        if one.reason and one.business_date == night.on and _concerns(night, one, level, of)
    ]
    late = [night.deliveries[name] for name in datasets]
    cases = [one for one in night.disputes if (one.department if level == "department" else one.library) == of]
    refused = [line for name in datasets for line in night.rejected.get(name, [])] if level == "department" else []
    return Page(
        name=name,
        title=title,
        subtitle=subtitle,
        on=night.on,
        score=night.score(level, **{level: of}),
        before=night.score(level, earlier[-1], **{level: of}) if earlier else None,
        trend=trend,
        dimensions=night.scores_of(f"{level}_dimension", night.on, **{level: of}),
        tables=tables,
        deliveries=late,
        disputes=cases,
        rejected=refused,
        gates=gates,
        tasks=tasks(tables, gates, late, cases, refused, night.on),
        is_library=level == "library",
    )


def _concerns(night: Night, decision: Decision, level: str, of: str) -> bool:
    library = night.catalogue.library_of[decision.table_name]
    return library == of if level == "library" else night.catalogue.libraries[library].lead == of


def _gate(decision: Decision) -> str:
    how = f"已由 {decision.overridden_by} 放行" if decision.overridden_by else "暂缓发布，仍为上一次发布的数据"
    return f"{how}：{decision.reason}"


def _datasets(night: Night, level: str, of: str) -> list[str]:
    """The datasets of a department, or those that serve a library."""
    catalogue = night.catalogue
    if level == "department":
        return [name for name in catalogue.datasets if name.partition("/")[0] == of]
    return [name for name, dataset in catalogue.datasets.items() if catalogue.library_of[dataset.subject] == of]


def _section(night: Night, suite: Suite) -> TableSection:
    found = night.results[suite.table]
    keys = night.failing.get(suite.table, [])
    examples = Examples(night.quality.lake.con, night.catalogue, suite, night.columns[suite.table]).of(keys)
    lines = [
        RuleLine(one, night.before.get((suite.table, one.key)), examples.get(one.key, []))
        for one in sorted(found, key=lambda one: (one.passed, SEVERITY_ORDER[one.severity], -one.failing))
    ]
    score = night.score("table", table_name=suite.table)
    return TableSection(
        suite.table,
        suite.title,
        score.score if score else None,
        [line for line in lines if line.result.failing or not line.result.passed],
        [line for line in lines if not line.result.failing and line.result.passed],
    )
