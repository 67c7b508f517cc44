"""The same report as a workbook, one sheet for each section."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from foundation.catalogue.quality import INDICATORS
from quality.reports.facts import Disputes, Page, Punctuality
from quality.reports.render import SEVERITIES

Row = Sequence[Any]
WIDEST = 60


def write_page(path: Path, page: Page, departments: dict[str, str]) -> None:
    """The workbook of a page."""
    score = page.score
    summary = [
        ("报告", page.title),
        ("业务日期", str(page.on)),
        ("得分", round(score.score, 2) if score else None),
        ("等级", page.grade),
        ("较上次", None if page.change is None else round(page.change, 2)),
        ("规则", page.rules),
        ("未达要求的规则", page.failed),
        ("不符合的数据", page.failing),
        *[(f"暂缓发布或放行：{table}", reason) for table, reason in page.gates],
        *[(f"维度：{one.dimension}", round(one.score, 2)) for one in page.dimensions],
    ]
    sheets = {
        "概览": (("项目", "值"), summary),
        "先做什么": (TASK_HEAD, [(t.urgency, t.action, t.what, t.where, t.count) for t in page.tasks]),
        "规则": (RULE_HEAD, _rules(page, departments)),
        "样例": (("表", "规则", "记录（脱敏）", "位置", "取值（脱敏）"), _examples(page)),
        "报送": (DELIVERY_HEAD, [_delivery(one) for one in page.deliveries]),
        "差异": (DISPUTE_HEAD, [_dispute(one, departments) for one in page.disputes]),
        "未能接收的行": (
            ("数据集", "原因", "行数", "例如"),
            [(r.dataset, r.reason, r.rows, r.examples) for r in page.rejected],
        ),
        "得分": (("业务日期", "得分"), [(str(day), round(value, 2)) for day, value in page.trend]),
    }
    write(path, sheets)


TASK_HEAD = ("时限", "要做", "事项", "所在", "数量")
RULE_HEAD = (
    "表", "规则", "规则名", "维度", "指标", "严重程度", "检查", "符合", "不符合", "符合率", "要求", "较上次", "结果", "责任部门",
)  # fmt: skip
DELIVERY_HEAD = (
    "数据集", "更新周期", "最近一次", "接收时间", "期限", "下次期限", "行数", "拒收行", "现有", "状态", "原因",
)  # fmt: skip
DISPUTE_HEAD = (
    "信息项", "责任部门", "合计", "已答复", "7 日内", "8–30 日", "31–90 日", "90 日以上", "最早", "已逾期", "最近期限",
)  # fmt: skip


def _rules(page: Page, departments: dict[str, str]) -> Iterable[Row]:
    for table in page.tables:
        for line in [*table.found, *table.sound]:
            one = line.result
            yield (
                table.title, one.title, one.key, one.dimension, f"{one.indicator} {INDICATORS[one.indicator]}",
                SEVERITIES[one.severity], one.elements, one.conforming, one.failing,
                None if one.share is None else round(one.share, 6), one.at_least, line.change,
                one.error or ("达标" if one.passed else "未达标"),
                departments.get(one.responsible_department, one.responsible_department),
            )  # fmt: skip


def _examples(page: Page) -> Iterable[Row]:
    for table in page.tables:
        for line in table.found:
            for example in line.examples:
                yield table.title, line.result.title, example.record, example.place, example.value


def _delivery(one: Punctuality) -> Row:
    return (
        one.title, one.cycle, one.business_date, one.received_at, one.deadline, one.next_due, one.rows,
        one.rejected_rows, one.held, one.state, one.reason,
    )  # fmt: skip


def _dispute(one: Disputes, departments: dict[str, str]) -> Row:
    return (
        one.item, departments.get(one.department, one.department), one.total, one.answered, one.week, one.month,
        one.quarter, one.older, one.oldest, one.overdue, str(one.next_due or ""),
    )  # fmt: skip


def write_overview(path: Path, pages: Sequence[Page]) -> None:
    """All pages in one list, and their scores by dimension."""
    head = ("报告", "得分", "等级", "较上次", "规则", "未达要求的规则", "不符合的数据", "未办结差异")
    rows = [
        (
            page.title, round(page.score.score, 2) if page.score else None, page.grade,
            None if page.change is None else round(page.change, 2), page.rules, page.failed, page.failing,
            sum(one.total for one in page.disputes),
        )
        for page in pages
    ]  # fmt: skip
    scores = [(page.title, one.dimension, round(one.score, 2)) for page in pages for one in page.dimensions]
    write(path, {"总览": (head, rows), "维度": (("报告", "维度", "得分"), scores)})


def write(path: Path, sheets: dict[str, tuple[Row, Iterable[Row]]]) -> None:
    """A workbook of these sheets: text stays text, never a formula or a link."""
    import xlsxwriter

    with xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        head_format = book.add_format({"bold": True, "bg_color": "#E8EFEF", "bottom": 1, "text_wrap": True})
        cell_format = book.add_format({"valign": "top"})
        for name, (head, rows) in sheets.items():
            sheet = book.add_worksheet(name)
            sheet.freeze_panes(1, 0)
            sheet.set_landscape()
            sheet.set_paper(9)
            sheet.fit_to_pages(1, 0)
            sheet.write_row(0, 0, head, head_format)
            widths = [_width(value) for value in head]
            last = 0
            for last, row in enumerate(rows, start=1):
                sheet.write_row(last, 0, row, cell_format)
                widths = [max(width, _width(value)) for width, value in zip(widths, row, strict=True)]
            for place, width in enumerate(widths):
                sheet.set_column(place, place, min(WIDEST, width + 2))
            sheet.autofilter(0, 0, max(last, 1), len(head) - 1)


def _width(value: object) -> int:
    """Columns that a value takes, of which a Chinese character takes two."""
    return sum(2 if ord(character) > 0x2E80 else 1 for character in str("" if value is None else value))
