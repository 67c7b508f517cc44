"""What is compared between departments, and which kinds of discrepancy there are: catalog/crosscheck/<table>.yaml.

陕西省政务信息资源共享管理办法 art. 4-3 (一数一源、多元校核) and art. 18 (快速校核).
"""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import Field

from foundation.catalogue.model import Name, SourceName, Strict


class Severity(StrEnum):
    """How grave a discrepancy is for those who use the library."""

    CRITICAL = "critical"
    IMPORTANT = "important"
    MINOR = "minor"


class Comparison(Strict):
    """How an item's values are compared, and how grave a difference is."""

    comparator: Name = Field(description="name of a comparator in foundation/crosscheck/comparators.py")
    severity: Severity = Severity.IMPORTANT
    words: dict[str, str] = Field(
        default_factory=dict,
        description="for the comparator words: delivered word -> what it means; others are unknown",
    )
    without: list[SourceName] = Field(default_factory=list, description="sources that are not compared in this item")


class Kind(Strict):
    """A kind of discrepancy: how it is found, how grave it is, who answers for it, and what is to be done.

    `when` is an SQL condition over `entity` (the library's row), `record` (a conformed record that speaks of the entity)
    and what is joined. A kind with a `query` is found by the query of that name in foundation/crosscheck/queries.py.
    """

    title: str
    item: Name = Field(description="the item under which it is reported")
    severity: Severity
    responsible: Literal["authority", "other"] = Field(description="which of the two sides answers for it first")
    advice: str = Field(description="what the responsible department is to do")
    article: str = Field("办法第十八条", description="the rule that asks for it")
    sources: list[SourceName] = Field(
        default_factory=list, description="whose records are looked at; none: the library's row alone"
    )
    joined: dict[Name, str] = Field(
        default_factory=dict, description="library table -> SQL condition by which its row is joined"
    )
    when: str | None = None
    query: Name | None = None
    authority: str | None = Field(
        None,
        pattern=r"^([a-z][a-z0-9_]*\.)?[a-z][a-z0-9_]*$",
        description="the item, here or of a joined table, whose source is the authority; else the item itself",
    )
    authority_dataset: str | None = Field(None, description="the authority, where no record of it is involved")
    authority_value: str = Field("NULL", description="SQL for what the authority says")
    other_value: str = Field("NULL", description="SQL for what the other side says")
    normalised: Name | None = Field(
        None, description="a standard by which both values are brought into form and compared once more"
    )


class CrossCheck(Strict):
    """What is checked between departments for one table of a library."""

    title: str = Field("数值不一致", description="title of a difference between two values of one item")
    advice: str = Field(description="what is to be done about a difference between two values")
    article: str = "办法第四条第三项、第十八条"
    items: dict[Name, Comparison] = Field(default_factory=dict)
    kinds: dict[Name, Kind] = Field(default_factory=dict)
