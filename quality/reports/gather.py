"""Gathering a page's facts from the results, scores, deliveries, discrepancies and rejected rows of a business date."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from foundation.catalogue.catalogue import Catalogue
from quality.gates import Decision, last_decisions
from quality.measuring import Quality
from quality.reports.examples import Examples
from quality.reports.facts import Page, RuleLine, TableSection, Task
from quality.reports.happenings import deliveries, disputes, rejected
from quality.reports.places import page_name
from quality.results import Result, results
from quality.rules import Suite
from quality.scores import Score, scores

TREND_DAYS = 90
URGENCY = {"blocking": "立即", "error": "本周", "warning": "本月"}
MOST_TASKS = 8


@dataclass
class Night:
    """Everything of a business date, read once for all pages."""

    quality: Quality
    on: date
    results: dict[str, list[Result]]
    before: dict[tuple[str, str], int]
    scores: list[Score]
    decisions: dict[str, Decision]

    @property
    def catalogue(self) -> Catalogue:
        return self.quality.installation.catalogue

    def score(self, level: str, on: date | None = None, **of: str) -> Score | None:
        return next(iter(self.scores_of(level, on or self.on, **of)), None)

    def scores_of(self, level: str, on: date | None = None, **of: str) -> list[Score]:
        """Scores of a level on a date, or on all of the span."""
        return [
            one
            for one in self.scores
            if one.level == level
            and (on is None or one.measured_on == on)
            and all(getattr(one, name) == value for name, value in of.items())
        ]


def read_night(quality: Quality, on: date) -> Night:
    """Results, the failing numbers of the measurement before, and the scores of the last 90 days."""
    con = quality.lake.con
    grouped: dict[str, list[Result]] = {table: [] for table in quality.suites}
    for result in results(con, on):
        grouped.setdefault(result.table_name, []).append(result)
    before = con.execute(
        """SELECT table_name, CASE WHEN item = '' THEN rule ELSE item || '.' || rule END, elements - conforming
        FROM quality.result WHERE measured_on = (SELECT max(measured_on) FROM quality.result WHERE measured_on < ?)""",
        [on],
    ).fetchall()
    levels = ["province", "department", "department_dimension", "library", "library_dimension", "table"]
    return Night(
        quality,
        on,
        grouped,
        {(table, key): failing for table, key, failing in before},
        scores(con, on - timedelta(days=TREND_DAYS), on, levels),
        last_decisions(quality.lake.postgres, on),
    )


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
    con = night.quality.lake.con
    tables = [_section(night, suite) for suite in suites]
    gates = [
        (night.catalogue.tables[one.table_name].title, _gate(one))
        for one in night.decisions.values()
        if one.reason and one.business_date == night.on and _concerns(night, one, level, of)
    ]
    late = deliveries(night.quality.lake, night.catalogue, datasets, night.on)
    open_cases = disputes(con, night.catalogue, level, of, night.on)
    refused = rejected(con, night.catalogue, datasets if level == "department" else [], night.on)
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
        disputes=open_cases,
        rejected=refused,
        gates=gates,
        tasks=_tasks(tables, gates, late, open_cases, refused),
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
    examples = Examples(night.quality.lake.con, night.catalogue, suite, night.on).all(found)
    lines = [
        RuleLine(one, night.before.get((suite.table, one.key)), examples.get(one.key, []))
        for one in sorted(found, key=lambda one: (one.passed, URGENCY_ORDER[one.severity], -one.failing))
    ]
    score = night.score("table", table_name=suite.table)
    return TableSection(
        suite.table,
        suite.title,
        score.score if score else None,
        [line for line in lines if line.result.failing or not line.result.passed],
        [line for line in lines if not line.result.failing and line.result.passed],
    )


URGENCY_ORDER = {"blocking": 0, "error": 1, "warning": 2}


def _tasks(tables: list[TableSection], gates: list[tuple[str, str]], late, cases, refused) -> list[Task]:  # type: ignore[no-untyped-def]
    """What to do first: held publications, missing deliveries, failed rules by severity and number, overdue cases."""
    tasks = [Task("立即", reason, title, 1) for title, reason in gates]
    tasks += [Task("立即", f"补报：{one.state}", one.title, 1) for one in late if one.is_late]
    overdue = sum(one.overdue for one in cases)
    if overdue:
        tasks.append(Task("立即", "答复已过期限的数据差异", "多元校核", overdue))
    lines = [(table.title, line) for table in tables for line in table.found if not line.result.passed]
    order = {id(line): number for number, (_, line) in enumerate(lines)}
    lines.sort(key=lambda pair: (URGENCY_ORDER[pair[1].result.severity], -pair[1].result.failing, order[id(pair[1])]))
    tasks += [_task(title, line.result) for title, line in lines if not line.result.is_blocking]
    rows = sum(one.rows for one in refused)
    if rows:
        tasks.append(Task("本周", "补正未能接收的行，重新报送", "报送", rows))
    return sorted(tasks, key=lambda task: list(URGENCY.values()).index(task.urgency))[:MOST_TASKS]


def _task(title: str, result: Result) -> Task:
    what = result.title if result.error is None else f"规则出错：{result.title}（{result.error}）"
    return Task(URGENCY[result.severity], what, title, result.failing)


def gathered(night: Night) -> Iterable[Page]:
    """All pages of a night: departments that deliver, then libraries."""
    delivering = dict.fromkeys(name.partition("/")[0] for name in night.catalogue.datasets)
    for department in delivering:
        yield department_page(night, department)
    for library in night.catalogue.libraries:
        yield library_page(night, library)
