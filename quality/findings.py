"""What the checks of an asset say: the results of a table's rules, kind by kind."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from foundation.catalogue.quality import RuleSeverity
from quality.results import Result
from quality.rules import Suite

GATE = "publication_gate"
KINDS = {
    GATE: "发布关口：不符合即暂缓发布",
    "freshness": "按更新周期报送",
    "volume": "记录数",
    "accepted_rows": "报送的各行均被接收",
    "accepted_deliveries": "报送均被接收",
    "reconciliation": "与报送的全量核对一致",
    "mandatory": "必填项",
    "standard": "国家标准、代码表和格式",
    "length": "长度",
    "range": "取值范围",
    "unique": "唯一性",
    "condition": "信息项之间的关系",
    "reference": "与其他基础库的关联",
    "filled": "基础信息项的完整",
    "identifier_filled": "标识有效",
    "registered": "主体由权威部门登记",
    "undisputed": "与其他部门数据核对一致",
    "published_rows": "可发布的记录数",
    "not_empty": "可发布的记录不为空",
}


@dataclass(frozen=True)
class Finding:
    """The rules of one kind on one table, and a table of those that found something."""

    name: str
    passed: bool
    is_error: bool
    rules: int
    failed_rules: int
    elements: int
    failing: int
    table: str


def check_of(severity: str, kind: str) -> str:
    """The check that shows a rule."""
    return GATE if severity == RuleSeverity.BLOCKING else kind


def check_names(suite: Suite) -> dict[str, str]:
    """The checks of a table with their titles."""
    names = dict.fromkeys(check_of(rule.severity, rule.kind) for rule in suite.rules)
    return {name: KINDS[name] for name in names}


def findings(suite: Suite, results: Iterable[Result]) -> list[Finding]:
    """One finding for each check of the table."""
    grouped: dict[str, list[Result]] = {name: [] for name in check_names(suite)}
    for result in results:
        grouped.setdefault(check_of(result.severity, result.kind), []).append(result)
    return [_finding(name, ones) for name, ones in grouped.items()]


def _finding(name: str, results: Sequence[Result]) -> Finding:
    failed = [one for one in results if not one.passed]
    return Finding(
        name=name,
        passed=not failed,
        is_error=any(one.severity != RuleSeverity.WARNING or one.error for one in failed),
        rules=len(results),
        failed_rules=len(failed),
        elements=sum(one.elements for one in results),
        failing=sum(one.failing for one in results),
        table=_table([one for one in results if one.failing or not one.passed]),
    )


def _table(results: Sequence[Result]) -> str:
    if not results:
        return "全部符合。"
    lines = ["| 规则 | 检查 | 不符合 | 符合率 | 要求 | 结果 |", "| --- " * 6 + "|"]
    for one in sorted(results, key=lambda one: (one.passed, -one.failing)):
        share = "—" if one.share is None else f"{one.share:.2%}"
        verdict = "通过" if one.passed else "未通过" if one.error is None else f"出错：{one.error}"
        title = f"{one.title}（{one.key}）".replace("|", "\\|")
        lines.append(f"| {title} | {one.elements:,} | {one.failing:,} | {share} | {one.at_least:.0%} | {verdict} |")
    return "\n".join(lines)
