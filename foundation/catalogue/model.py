"""The catalogue of information resources as a model: what is declared once, in YAML, and all else derived.

政务信息资源目录编制指南（试行） 发改高技〔2017〕1272号; 陕西省政务信息资源共享管理办法 art. 8, 13, 14.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from foundation.catalogue.quality import QualityRule

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", description="lower-case English name")]
DatasetName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*/[a-z][a-z0-9_]*$", description="department/dataset")]
SourceName = Annotated[
    str,
    Field(
        pattern=r"^[a-z][a-z0-9_]*/[a-z][a-z0-9_]*(#[a-z_]+)?$",
        description="department/dataset in whichever role the entity appears, or department/dataset#role",
    ),
]
ResourceCode = Annotated[
    str,
    Field(pattern=r"^[1-3]\d{2}\d{3}[0-9A-Z]*/[0-9A-Z]+$", description="信息资源代码, 编制指南 §1.2"),
]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class DataType(StrEnum):
    """数据类型 of an information item, by the letters of the 编制指南; G here is a geometry."""

    TEXT = "C"
    NUMBER = "N"
    MONEY = "Y"
    DATE = "D"
    DATETIME = "T"
    BOOLEAN = "L"
    DOUBLE = "B"
    INTEGER = "I"
    GEOMETRY = "G"


class Sensitivity(StrEnum):
    """How an item may be shown outside the lake: openly, masked, or not at all."""

    PUBLIC = "public"
    PERSONAL = "personal"
    SENSITIVE = "sensitive"


class ShareType(StrEnum):
    """共享类型, 办法 art. 13."""

    UNCONDITIONAL = "无条件共享"
    CONDITIONAL = "有条件共享"
    NOT_SHARED = "不予共享"


class Cycle(StrEnum):
    """更新周期, 编制指南 §1.3."""

    DAILY = "每日"
    WEEKLY = "每周"
    MONTHLY = "每月"
    QUARTERLY = "每季度"
    YEARLY = "每年"
    IRREGULAR = "不定期"


class Department(Strict):
    """A 政务部门 that delivers or leads; one file each in catalog/departments/."""

    title: str
    uscc: str = Field(description="信息资源提供方代码: the department's 统一社会信用代码")
    responsible: str = Field(description="role of the person who answers for the data, not a name")
    contact: str = Field(description="an office's mailbox or telephone")


class Item(Strict):
    """A data element (信息项), one entry in catalog/items/<subject>.yaml; its meaning is the same in every dataset."""

    title: str
    type: DataType
    length: int | None = Field(None, gt=0, description="longest value, in characters")
    standard: str = Field(description="name of the conforming function in foundation/standards")
    codes: str | None = Field(None, description="the code table that the value belongs to")
    sensitivity: Sensitivity = Sensitivity.PUBLIC
    mask: str | None = Field(None, description="name of the masking rule in foundation/standards/mask.py")
    note: str | None = None


class Slice(Strict):
    """Part of a delivered text, by character positions from 0."""

    start: int | None = Field(None, ge=0)
    end: int | None = Field(None, ge=1)


class Column(Strict):
    """A delivered column and the item that it carries."""

    item: Name
    role: Name | None = Field(None, description="whose item it is, where one record speaks of several persons")
    standard: Name | None = Field(
        None, description="another conforming function for this column's item, e.g. newborn_name for a newborn's name"
    )
    values: list[str] | dict[str, str] | None = Field(
        None, description="the values that may occur; as a mapping: delivered value -> value of the item"
    )
    when: dict[Name, list[str]] | None = Field(
        None, description="the column carries the item only where other items have one of these delivered values"
    )
    derives: dict[Name, Slice] = Field(
        default_factory=dict, description="further items read from the same delivered text, or a slice of it"
    )
    note: str | None = None


class Format(Strict):
    """How a department delivers."""

    kind: Literal["csv", "xlsx", "parquet", "jsonl", "geojson", "gpkg", "database"]
    encoding: Literal["gb18030", "utf-8", "utf-8-sig"] | None = None
    dates: Literal["YYYYMMDD", "YYYY-MM-DD", "date"] = "YYYY-MM-DD"
    table: str | None = Field(None, description="table name, for a database")
    crs: str | None = Field(None, description="coordinate reference system of the geometry, e.g. EPSG:4490")


class Volume(Strict):
    """Bounds on the number of records; outside of them a delivery is refused."""

    minimum: int = Field(1, ge=0, description="fewest rows of a full delivery")
    fall: float = Field(0.5, gt=0, le=1, description="largest share of records that may vanish between full deliveries")
    fall_records: int = Field(10, ge=0, description="a smaller fall in records than this is never refused")


class Update(Strict):
    """更新周期 and the time by which a delivery is due."""

    cycle: Cycle
    due: str = Field("06:00", pattern=r"^\d{2}:\d{2}$", description="time of day of the deadline")
    grace_days: int = Field(0, ge=0)


class Sharing(Strict):
    """共享属性 and 开放属性 of a resource, 编制指南 §1.3 no. 9 and 10; 办法 art. 13 and 14."""

    type: ShareType
    condition: str | None = Field(None, description="共享条件 and scope, or the use requirement")
    basis: str | None = Field(None, description="for 不予共享: the law, regulation or policy (art. 14-1)")
    means: Literal["数据库", "文件", "接口"] = "文件"
    open: bool = False


class Dataset(Strict):
    """One department's dataset; one file each in catalog/datasets/<department>/."""

    title: str
    code: ResourceCode
    summary: str
    subject: Name = Field(description="what a record speaks of: a table of a library")
    format: Format
    record_key: list[str] = Field(min_length=1, description="delivered columns that identify a record")
    identifying: list[Name] = Field(min_length=1, description="items of which at least one must be filled, in any role")
    columns: dict[str, Column]
    roles: list[Name] = Field(default_factory=list, description="the persons that one record speaks of")
    role_values: dict[Name, dict[Name, str]] = Field(
        default_factory=dict, description="role -> item -> value that follows from it, e.g. wife: {sex_code: '2'}"
    )
    as_of: Name | None = Field(
        None, description="the item that says when the record was last true; else the business date"
    )
    ignored: dict[str, str] = Field(default_factory=dict, description="column that is not taken -> reason")
    coordinates: bool = Field(False, description="longitude, latitude and crs are brought to CGCS2000 together")
    mandatory: list[str] = Field(default_factory=list, description="必填项: conformed columns that every record fills")
    rules: dict[Name, QualityRule] = Field(default_factory=dict, description="quality rules of this dataset alone")
    volume: Volume = Volume()
    update: Update
    sharing: Sharing


class AuthorityByCode(Strict):
    """An order of authorities that depends on the leading characters of an item, as GB 32100-2015 table 1 does."""

    item: Name
    orders: dict[str, list[SourceName]] = Field(description="leading characters -> order of sources")
    otherwise: list[SourceName]

    @property
    def sources(self) -> list[str]:
        """All sources, each order's authority before any that only fills in."""
        orders = [*self.orders.values(), self.otherwise]
        return list(
            dict.fromkeys([*(one[0] for one in self.orders.values()), *(name for one in orders for name in one)])
        )


class LibraryItem(Strict):
    """An item of a library table: which source answers for it."""

    base: bool = Field(description="base item (基础信息项): unconditional sharing, art. 14-2; else business item")
    authority: list[SourceName] | Name | None = Field(
        None, description="sources in order, the first is the authority; or the name of an entry of `authorities`"
    )
    from_item: Name | None = Field(None, description="the source's item, where it is named otherwise")
    derived: str | None = Field(None, description="an SQL expression over the other items of the table")
    refers_to: Reference | None = None


class Reference(Strict):
    """An item that names an entity of a library table, found by an identifier."""

    table: Name
    matching: dict[Name, Name] = Field(description="item here -> item of that table", min_length=1, max_length=1)
    when: dict[Name, list[str]] = Field(default_factory=dict)


class Identity(Strict):
    """How records of a table are known to speak of the same entity."""

    identifier: Name = Field(description="the item whose valid value decides")
    contradicted_by: list[Name] = Field(
        default_factory=list, description="unless all of these, as far as known on both sides, contradict"
    )
    prefix: Annotated[str, Field(pattern=r"^[A-Z]$")] = Field(description="first letter of minted identifiers")


class LibraryTable(Strict):
    """A table of a library: one row per entity, each item from its authority."""

    title: str
    code: ResourceCode
    subject: Name
    key: Name
    identity: Identity | None = Field(None, description="absent where the key is a natural one, carried by the records")
    sharing: Sharing = Field(description="of the base items; business items are shared on request (art. 13)")
    authorities: dict[Name, AuthorityByCode] = Field(default_factory=dict)
    items: dict[Name, LibraryItem]
    rules: dict[Name, QualityRule] = Field(default_factory=dict, description="quality rules of this table alone")
    share: list[Name] = Field(description="items published to share, in order; the key and updated_at are implied")
    share_when: str | None = Field(None, description="an SQL condition over the table for rows that are published")

    def authorities_of(self, item: str) -> list[str]:
        """The sources that the item may come from, in the order in which they answer for it over all rows."""
        authority = self.items[item].authority if item in self.items else None
        return self.authorities[authority].sources if isinstance(authority, str) else authority or []


class Library(Strict):
    """One of the four 基础信息资源库; one file each in catalog/libraries/."""

    title: str
    lead: Name = Field(description="牵头建设部门, art. 14-2")
    tables: dict[Name, LibraryTable]


class CodeTable(Strict):
    """A national code table; an entry of catalog/codes/index.yaml, its rows in a CSV file beside it.

    The CSV has the columns code and name; further ones as needed: `aliases` (words that mean the code, separated by |),
    `successor` (the codes in force that took its place, for retired codes; separated by | where it was split), `kind`.
    """

    title: str
    standard: str = Field(description="the standard with its edition")
    file: str = Field(pattern=r"^[a-z0-9_]+\.csv$")
    supplements: list[str] = Field(default_factory=list, description="further CSV files, of codes outside the standard")
    source: str | None = Field(None, description="where the rows come from, with the licence")
    note: str | None = None


LibraryItem.model_rebuild()
