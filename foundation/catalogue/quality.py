"""Quality rules as officers declare them, and the indicators of GB/T 36344-2018 that they measure."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

INDICATORS = {
    "0101": "数据标准",
    "0102": "数据模型",
    "0103": "元数据",
    "0104": "业务规则",
    "0105": "权威参考数据",
    "0106": "安全规范",
    "0201": "数据元素完整性",
    "0202": "数据记录完整性",
    "0301": "数据内容正确性",
    "0302": "数据格式合规性",
    "0303": "数据重复率",
    "0304": "数据唯一性",
    "0305": "脏数据出现率",
    "0401": "相同数据一致性",
    "0402": "关联数据一致性",
    "0501": "基于时间段的正确性",
    "0502": "基于时间点的及时性",
    "0503": "时序性",
    "0601": "可访问",
    "0602": "可用性",
}
DIMENSIONS = {"01": "规范性", "02": "完整性", "03": "准确性", "04": "一致性", "05": "时效性", "06": "可访问性"}

Indicator = Annotated[str, Field(pattern=r"^0[1-6]0[1-6]$", description="indicator of GB/T 36344-2018, e.g. 0301")]


class RuleSeverity(StrEnum):
    """A blocking rule holds the publication of a library table back; an error fails its check; a warning is shown."""

    WARNING = "warning"
    ERROR = "error"
    BLOCKING = "blocking"


# The conforming share that a rule needs to pass where it names none itself.
AT_LEAST = {RuleSeverity.WARNING: 0.95, RuleSeverity.ERROR: 0.99, RuleSeverity.BLOCKING: 1.0}


class QualityRule(BaseModel):
    """A rule over rows. Conditions are SQL in which {item} stands for an item's value; a row in which the condition is
    not known to be true does not conform. Without `when` a rule looks at rows where all its items are filled.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str = Field(description="what must hold, as the department reads it")
    kind: Literal["condition", "mandatory", "range", "unique", "reference"]
    items: list[str] = Field(
        default_factory=list, description="items that the rule is about; for a condition those that it names"
    )
    holds: str | None = Field(None, description="for a condition: SQL that is true for a conforming row")
    when: str | None = Field(None, description="SQL that is true for the rows that the rule looks at")
    minimum: float | None = Field(None, description="for a range: smallest allowed value")
    maximum: float | None = Field(None, description="for a range: largest allowed value")
    table: str | None = Field(None, description="for a reference: the library table")
    matching: str | None = Field(None, description="for a reference: the item of that table")
    indicator: Indicator
    severity: RuleSeverity = RuleSeverity.ERROR
    at_least: float | None = Field(None, ge=0, le=1, description="conforming share needed; default by severity")
    department: str | None = Field(None, description="responsible department; default the one that delivers")
    note: str | None = None

    @property
    def needed_share(self) -> float:
        return AT_LEAST[self.severity] if self.at_least is None else self.at_least


def dimension(indicator: str) -> str:
    """The dimension (一级指标) that an indicator belongs to."""
    return DIMENSIONS[indicator[:2]]
