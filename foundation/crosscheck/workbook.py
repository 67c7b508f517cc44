"""The quick check's work list as an Excel workbook that an officer fills in (办法 art. 18)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from foundation.crosscheck.cases import Case
from foundation.crosscheck.report import Overdue

VERSION = "1"
CASES, ABOUT, OVERDUE = "待核实", "填写说明", "逾期督办"
CONFIRM, MAINTAIN, UNVERIFIABLE = "确认更正", "维持原值", "无法核实"
ANSWERS = (CONFIRM, MAINTAIN, UNVERIFIABLE)
HEAD_ROW = 0

Cell = Callable[[Case], str]
KEY_COLUMNS: dict[str, tuple[int, Cell]] = {
    "案件编号": (15, lambda case: case.discrepancy_id),
    "基础库": (10, lambda case: case.library),
    "信息项": (10, lambda case: case.item),
    "问题": (16, lambda case: case.kind + ("（多个部门与数源不同）" if case.is_majority else "")),
    "数源": (16, lambda case: case.authority),
    "数源记录": (13, lambda case: case.authority_record_key),
    "数源的值": (14, lambda case: case.authority_value),
    "对方": (16, lambda case: case.other),
    "对方记录": (13, lambda case: case.other_record_key),
    "对方的值": (14, lambda case: case.other_value),
    "严重程度": (6, lambda case: case.severity),
    "首次发现": (11, lambda case: case.first_seen.isoformat()),
    "办理期限": (11, lambda case: case.due_on.isoformat() + ("（暂定）" if case.due_is_provisional else "")),
    "是否逾期": (6, lambda case: "逾期" if case.is_overdue else ""),
    "办理建议": (28, lambda case: case.advice),
    "依据": (12, lambda case: case.article),
}
ANSWER_COLUMNS = {"核实结果": 10, "更正值": 16, "备注": 18, "核实人": 8}
ROW_HEIGHT = 56  # points: four lines
COLUMNS = (*KEY_COLUMNS, *ANSWER_COLUMNS)
CHECKED = ("案件编号", "数源的值", "对方的值")  # what has to be as it was when the workbook was made

GUIDE = (
    ("这是什么", "各部门数据与数源（一数一源）逐项比较后，需要贵单位核实的记录。记录核实期间照常使用，不因核实停用。"),
    ("怎样填写", "只填“待核实”表右侧浅黄色的四列；其余各列受保护，请不要修改，也不要增删列。不填的行视为尚未核实。"),
    (CONFIRM, "贵单位的记录确有错误。请在“更正值”中写正确的值；贵单位的数据没有这一信息项的，更正值留空，在备注中说明处理情况。"),
    (MAINTAIN, "贵单位的记录正确。案件转给对方部门核实；“更正值”留空。"),
    (UNVERIFIABLE, "现有材料无法判断。案件转给该库的牵头部门协调；“更正值”留空。"),
    ("更正后", "更正值自当晚起在库中采用，并注明来自贵单位的核实；请在下次报送中一并更正，报送一致后案件自动办结。"),
    ("期限", "办理期限按国务院办公厅公布的工作日计算；标有“暂定”的，所在年份的放假通知尚未公布。逾期的案件由该库牵头部门督办。"),
    ("怎样交回", "另存为 .xlsx，放入本单位报送目录的“快速校核”文件夹；或由平台用 onesource feedback import 导入。"),
    ("哪些不收", "列有改动、版本不符的，整本退回；案件编号不存在、不属于贵单位、含公式、前后矛盾的行逐行退回并写明原因。"),
)  # fmt: skip


def write_workbook(
    path: Path, department: str, title: str, cases: list[Case], on: date, overdue: Sequence[Overdue] = ()
) -> None:
    """Write the work list of a department; `title` is its Chinese name, `overdue` what it follows up as a library's lead."""
    import xlsxwriter

    path.parent.mkdir(parents=True, exist_ok=True)
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(path, options) as book:
        _write_cases(book, cases)
        _write_about(book, department, title, len(cases), on)
        if overdue:
            _write_overdue(book, overdue)
    path.chmod(0o600)


def _write_cases(book: Any, cases: list[Case]) -> None:
    sheet = book.add_worksheet(CASES)
    base = {"font_name": "宋体", "font_size": 10, "valign": "top", "text_wrap": True, "border": 1, "num_format": "@"}
    head = book.add_format({**base, "bold": True, "bg_color": "#DCE6F1"})
    locked = book.add_format({**base, "locked": True})
    late = book.add_format({**base, "locked": True, "font_color": "#C00000", "bold": True})
    free = book.add_format({**base, "locked": False, "bg_color": "#FFF9DB"})
    widths = [width for width, _ in KEY_COLUMNS.values()] + list(ANSWER_COLUMNS.values())
    for place, (column, width) in enumerate(zip(COLUMNS, widths, strict=True)):
        sheet.set_column(place, place, width)
        sheet.write_string(HEAD_ROW, place, column, head)
    for row, case in enumerate(cases, start=HEAD_ROW + 1):
        sheet.set_row(row, ROW_HEIGHT)
        for place, (_, value) in enumerate(KEY_COLUMNS.values()):
            sheet.write_string(row, place, value(case), late if case.is_overdue and place == 13 else locked)
        for place in range(len(KEY_COLUMNS), len(COLUMNS)):
            sheet.write_blank(row, place, None, free)
    last = max(HEAD_ROW + len(cases), HEAD_ROW + 1)
    answer = COLUMNS.index("核实结果")
    choice = {"validate": "list", "source": list(ANSWERS), "error_title": "核实结果", "error_message": "请从列表中选择"}
    sheet.data_validation(HEAD_ROW + 1, answer, last, answer, choice)
    sheet.autofilter(HEAD_ROW, 0, last, len(COLUMNS) - 1)
    sheet.freeze_panes(HEAD_ROW + 1, 1)
    sheet.protect("", {"autofilter": True, "format_columns": True, "format_rows": True, "sort": True})
    sheet.set_landscape()
    sheet.set_paper(8)  # A3
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.5)
    sheet.set_footer("&C第 &P 页，共 &N 页")
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(HEAD_ROW)


def _write_about(book: Any, department: str, title: str, number: int, on: date) -> None:
    sheet = book.add_worksheet(ABOUT)
    left = book.add_format({"font_name": "宋体", "bold": True, "valign": "top"})
    right = book.add_format({"font_name": "宋体", "text_wrap": True, "valign": "top", "num_format": "@"})
    sheet.set_column(0, 0, 14)
    sheet.set_column(1, 1, 90)
    facts = (
        ("模板版本", VERSION),
        ("部门", title),
        ("部门代号", department),
        ("生成日期", on.isoformat()),
        ("案件数", str(number)),
    )
    for row, (name, content) in enumerate((*facts, *GUIDE)):
        sheet.write_string(row, 0, name, left)
        sheet.write_string(row, 1, content, right)
    sheet.protect()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)


def _write_overdue(book: Any, overdue: Sequence[Overdue]) -> None:
    """What has escalated to a library's lead: which departments are late, with how many cases, since when."""
    sheet = book.add_worksheet(OVERDUE)
    head = book.add_format({"font_name": "宋体", "bold": True, "bg_color": "#DCE6F1", "border": 1})
    cell = book.add_format({"font_name": "宋体", "border": 1})
    sheet.set_column(0, 1, 28)
    sheet.set_column(2, 3, 14)
    sheet.write_row(0, 0, ("基础库", "责任部门", "逾期案件数", "最早的期限"), head)
    for row, one in enumerate(overdue, start=1):
        sheet.write_row(row, 0, (one.library, one.department, one.cases, one.oldest.isoformat()), cell)
    sheet.protect()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
