"""Thematic datasets (主题信息资源) as the catalogue declares them: what several departments build on the base libraries.

办法 art. 14-3; one file each in catalog/themes/.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from foundation.catalogue.model import Name, ResourceCode, ShareType, Sharing, SourceName, Strict, Update

Expression = Annotated[str, Field(description="an SQL expression; business_date is the day that the row speaks for")]
Path = Annotated[
    str,
    Field(
        pattern=r"^(record|entity)\.[a-z][a-z0-9_]*$",
        description="record.<column> of the source's own rows, or entity.<item> of the library row that a record resolved to",
    ),
]


class ThemeSource(Strict):
    """Records or library rows that a theme's rows are made from, grouped by the entity of the row.

    Without `by` and `near` a record belongs to the row of the entity that it resolved to.
    """

    dataset: SourceName | None = Field(None, description="department/dataset, or department/dataset#role")
    library: Name | None = Field(None, description="or a library table")
    by: Path | None = Field(None, description="what names the row's entity: an identifier or natural key, never a name")
    place: Path | None = Field(
        None, description="the record's key into a geospatial table, whose row is `place`, e.g. record.address_code"
    )
    near: Expression | None = Field(
        None, description="metres within which the record's place must lie from the row's longitude and latitude"
    )
    where: Expression | None = Field(None, description="which records count")
    until: list[Expression] = Field(
        default_factory=list, description="days until which a record's part holds; needed where business_date is used"
    )


class ThemeItem(Strict):
    """A business item or derived indicator of a theme."""

    title: str
    source: Name | None = Field(None, description="a source, over whose records `value` is an aggregate")
    value: Expression = Field(description="with a source an aggregate over its records, else over the row's items")
    sharing: ShareType | None = Field(None, description="absent: the strictest among its sources")
    reason: str | None = Field(None, description="why the sharing type differs from that of its sources")


class Question(Strict):
    """What only the joined data answers: the rows for which a condition holds."""

    title: str
    where: Expression


class ThemeRule(Strict):
    """A quality rule over a theme's rows; where a blocking one fails the theme keeps its last state."""

    title: str
    holds: Expression
    tolerated: float = Field(0, ge=0, lt=1, description="share of rows that may break the rule")
    blocking: bool = False

    def passes(self, breaking: int, rows: int) -> bool:
        """Whether no more of a theme's rows break the rule than are tolerated."""
        return breaking <= self.tolerated * rows


class Theme(Strict):
    """A thematic dataset: one row per entity of a library table (a person, a legal entity, a place, a division)."""

    title: str
    alias: str | None = Field(None, description="the name of the same theme in the national list")
    code: ResourceCode
    summary: str
    lead: Name = Field(description="牵头部门, art. 14-3")
    grain: Name = Field(description="the library table whose entities the rows are")
    base: list[Name] = Field(description="items of that table, by reference; the key is implied")
    sources: dict[Name, ThemeSource] = Field(min_length=1)
    items: dict[Name, ThemeItem] = Field(min_length=1)
    rows: Expression | None = Field(None, description="which entities have a row, over the row's items")
    until: list[Expression] = Field(
        default_factory=list, description="days until which the row's items hold, over the row's items"
    )
    questions: dict[Name, Question] = Field(min_length=1)
    rules: dict[Name, ThemeRule] = Field(default_factory=dict)
    update: Update
    sharing: Sharing = Field(description="of the items that are not shared without condition: condition and scope")
