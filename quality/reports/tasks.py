"""What to do first: held publications, missing deliveries, overdue answers, then broken rules by severity and number."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from quality.reports.facts import Disputes, Punctuality, Rejected, TableSection, Task
from quality.results import Result

NOW, THIS_WEEK, THIS_MONTH = "立即", "本周", "本月"
URGENCY = {"blocking": NOW, "error": THIS_WEEK, "warning": THIS_MONTH}
URGENCIES = (NOW, THIS_WEEK, THIS_MONTH)
SEVERITY_ORDER = {"blocking": 0, "error": 1, "warning": 2}
ACTIONS = {"mandatory": "补填", "unique": "查重", "reference": "核对", "undisputed": "核对", "registered": "核对"}
# Told by the deliveries, the rejected rows and the gates themselves.
TOLD_ELSEWHERE = {"freshness", "accepted_rows", "accepted_deliveries"}
SOON = timedelta(days=7)


def tasks(
    tables: list[TableSection],
    gates: list[tuple[str, str]],
    late: list[Punctuality],
    cases: list[Disputes],
    refused: list[Rejected],
    on: date,
) -> list[Task]:
    """Everything that is to be done, the most urgent first."""
    found = [Task(NOW, "发布", reason, title) for title, reason in gates]
    found += _of_deliveries([one for one in late if one.tone == "bad"])
    found += [*_of_cases(cases, on), *_of_rules(tables)]
    rows = sum(one.rows for one in refused)
    if rows:
        found.append(Task(THIS_WEEK, "补正", "未能接收的行，补正后重新报送", "、".join(_datasets(refused)), rows))
    return sorted(found, key=lambda task: URGENCIES.index(task.urgency))


def _of_deliveries(late: list[Punctuality]) -> Iterator[Task]:
    """What was sent back each with its reason, what is missing in one."""
    for one in late:
        if one.is_rejected:
            yield Task(NOW, "重报", f"{one.state}：{one.reason}", one.title)
    for state in dict.fromkeys(one.state for one in late if not one.is_rejected):
        missing = [one for one in late if one.state == state and not one.is_rejected]
        what = "：".join(filter(None, (state, missing[0].reason if len(missing) == 1 else "")))
        count = len(missing) if len(missing) > 1 else None
        yield Task(NOW, "报送", what, "、".join(one.title for one in missing), count)


def _of_cases(cases: list[Disputes], on: date) -> Iterator[Task]:
    """Answers that the quick check asks for."""
    overdue = sum(one.overdue for one in cases)
    if overdue:
        yield Task(NOW, "答复", "已过期限的数据差异", "快速校核", overdue)
    waiting = sum(one.total - one.answered - one.overdue for one in cases)
    due = min((one.next_due for one in cases if one.next_due), default=None)
    if waiting > 0 and due is not None:
        urgency = THIS_WEEK if due <= on + SOON else THIS_MONTH
        yield Task(urgency, "答复", f"未答复的数据差异，最近期限 {due}", "快速校核", waiting)


def _of_rules(tables: list[TableSection]) -> list[Task]:
    failed = [
        (table.title, line.result)
        for table in tables
        for line in table.found
        if not line.result.passed and not line.result.is_blocking and line.result.kind not in TOLD_ELSEWHERE
    ]
    failed.sort(key=lambda pair: (SEVERITY_ORDER[pair[1].severity], -pair[1].failing))
    return [_of_rule(title, result) for title, result in failed]


def _of_rule(title: str, result: Result) -> Task:
    if result.error is not None:
        return Task(NOW, "修复", f"规则出错：{result.title}（{result.error}）", title)
    return Task(URGENCY[result.severity], ACTIONS.get(result.kind, "更正"), result.title, title, result.failing)


def _datasets(refused: list[Rejected]) -> list[str]:
    return list(dict.fromkeys(one.dataset for one in refused))
