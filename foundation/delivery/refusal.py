"""Why a delivery is refused whole, and why a row of it is rejected: a rule's code and one line for its department."""

from __future__ import annotations

from dataclasses import dataclass

REJECTED_AT_MOST = 1_000_000


class DeliveryRefused(Exception):
    """A delivery that cannot be taken: `rule` is a code, `reason` one line in Chinese without any personal value."""

    def __init__(self, rule: str, where: str, what: str, remedy: str) -> None:
        self.rule = rule
        self.reason = f"{where}：{what}（规则 {rule}）。{remedy}"
        super().__init__(self.reason)


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A row that could not be read; `row_number` counts data rows from 1, `record_key` is a best guess."""

    row_number: int
    record_key: str | None
    rule: str
    reason: str


class Rejections(list[RejectedRow]):
    """The rejected rows of one delivery; too many of them to keep refuse it whole, so that none goes unreported.

    `swallowed`: best guesses at the keys of rows that stand inside a rejected one, behind a quote left open.
    """

    def __init__(self, file: str, at_most: int = REJECTED_AT_MOST) -> None:
        super().__init__()
        self.file = file
        self.at_most = at_most
        self.total = 0
        self.swallowed: list[str] = []

    def add(self, row: RejectedRow) -> None:
        """Count the row and keep it, unless so many are kept that the delivery will be refused."""
        self.total += 1
        if self.total <= self.at_most:
            self.append(row)

    def check(self) -> None:
        """Raise DeliveryRefused (too_many_rejected) once more rows were rejected than are kept."""
        if self.total > self.at_most:
            raise DeliveryRefused(
                "too_many_rejected",
                self.file,
                f"不能读取的行超过 {self.at_most} 行",
                "请核对文件的分隔符、引号和列，重新导出后再报送。",
            )
