"""Rules of a library table: identity, lengths, provenance, volume, and what departments still dispute."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from foundation.catalogue.catalogue import Catalogue
from foundation.catalogue.model import DataType, LibraryTable, Volume
from foundation.catalogue.quality import AT_LEAST, RuleSeverity
from foundation.crosscheck.tables import DISCREPANCY
from foundation.sql import quoted, text
from quality.rules.declared import Binder, is_doubled
from quality.rules.rule import PUBLISHED, Rule, Suite

BLOCKING, ERROR, WARNING = RuleSeverity.BLOCKING, RuleSeverity.ERROR, RuleSeverity.WARNING
# As deliveries may fall where the catalogue says nothing else: of a handful of records half is nothing unusual.
VOLUME = Volume()


def library_suite(catalogue: Catalogue, name: str) -> Suite:
    """All rules of a library table; those that block guard what is published from it."""
    table = catalogue.tables[name]
    library = catalogue.library_of[name]
    maker = _Maker(catalogue, name, catalogue.libraries[library].lead)
    return Suite(
        table=f"library.{name}",
        key=table.key,
        department=catalogue.libraries[library].lead,
        dataset=None,
        library=library,
        title=table.title,
        rules=(*maker.blocking(), *maker.items(), *maker.comparison(), *maker.declared()),
    )


class _Maker:
    def __init__(self, catalogue: Catalogue, name: str, lead: str) -> None:
        self.catalogue, self.name, self.lead = catalogue, name, lead
        self.table: LibraryTable = catalogue.tables[name]
        self.published = self.table.share_when or "true"

    def rule(self, name: str, title: str, indicator: str, severity: RuleSeverity, item: str = "", **sql: str) -> Rule:
        return Rule(
            table=f"library.{self.name}",
            name=name,
            kind=name,
            title=title,
            item=item,
            role="",
            indicator=indicator,
            severity=severity,
            at_least=AT_LEAST[severity],
            responsible=self.lead,
            applies=sql.get("applies", ""),
            fails=sql.get("fails", ""),
            counts=sql.get("counts", ""),
            reads=(f"library.{self.name}",) if "counts" in sql else (),
        )

    def blocking(self) -> Iterator[Rule]:
        """What must hold before the table is published."""
        key, table = self.table.key, f"library.{self.name}"
        yield self.rule(
            "key_filled", "主键均已填", "0201", BLOCKING, key, applies="true", fails=f"{quoted(key)} IS NULL"
        )
        doubled = is_doubled(table, [quoted(key)])
        yield self.rule("key_unique", "主键不重复", "0304", BLOCKING, key, applies="true", fails=doubled)
        published = f"count(*) FILTER ({self.published})"
        yield self.rule("not_empty", "可发布的记录不为空", "0202", ERROR, counts=f"[1, ({published} = 0)::INTEGER]")
        fallen = f"({PUBLISHED} - {published})"
        yield self.rule(
            "volume_fall",
            f"可发布的记录比上次减少不超过 {VOLUME.fall:.0%}（{VOLUME.fall_records} 条以内不计）",
            "0501",
            BLOCKING,
            counts=f"""[1, ({fallen} > {VOLUME.fall} * {PUBLISHED}
                AND ({fallen} > {VOLUME.fall_records} OR {published} = 0))::INTEGER]""",
        )
        yield self.rule("published_rows", "可发布的记录数", "0202", WARNING, counts=f"[{published}, 0]")
        identity = self.table.identity
        if identity is not None:
            column, valid = (
                quoted(identity.identifier),
                f"{quoted(identity.identifier)} IS NOT NULL AND identifier_is_valid",
            )
            yield self.rule(
                "identifier_unique",
                f"有效的{self._title(identity.identifier)}只属于一个主体",
                "0304",
                BLOCKING,
                identity.identifier,
                applies=valid,
                fails=is_doubled(table, [column], valid),
            )
            yield self.rule(
                "identifier_filled",
                f"{self._title(identity.identifier)}有效",
                "0301",
                WARNING,
                identity.identifier,
                applies=f"({self.published})",
                fails="NOT identifier_is_valid",
            )

    def items(self) -> Iterator[Rule]:
        """Length of text, and filling of base items that every published row should have."""
        items = self.catalogue.items[self.table.subject]
        for name in dict.fromkeys([self.table.key, *self.table.items]):
            item = items.get(name)
            if item is not None and item.type == DataType.TEXT and item.length:
                column = quoted(name)
                yield self.rule(
                    "length",
                    f"{item.title}：不超过 {item.length} 个字符",
                    "0101",
                    WARNING,
                    name,
                    applies=f"{column} IS NOT NULL",
                    fails=f"length({column}) > {item.length}",
                )
        for name in ("name", "division_code", "status", "sex_code", "birth_date", "longitude", "latitude"):
            if name in self.table.share:
                yield self.rule(
                    "filled",
                    f"{self._title(name)}：可发布的记录均已填",
                    "0201",
                    WARNING,
                    name,
                    applies=self.published,
                    fails=f"{quoted(name)} IS NULL",
                )

    def comparison(self) -> Iterator[Rule]:
        """Registered by the authority, and not disputed by another department (多元校核)."""
        if self.table.identity is not None:
            yield self.rule(
                "registered", "主体由权威部门登记", "0401", WARNING, applies=self.published, fails="NOT is_registered"
            )
        if self.name in self.catalogue.crosschecks:
            yield self._undisputed()

    def _undisputed(self) -> Rule:
        key = quoted(self.table.key)
        disputed = f"""{key} IN (SELECT entity_id FROM {DISCREPANCY} WHERE status = 'open'
            AND library_table = {text(self.name)} AND entity_id IS NOT NULL)"""
        rule = self.rule(
            "undisputed", "与其他部门数据核对一致", "0401", WARNING, applies=self.published, fails=disputed
        )
        return replace(rule, reads=(DISCREPANCY,))

    def declared(self) -> Iterator[Rule]:
        columns = {name: quoted(name) for name in (self.table.key, *self.table.items)}
        binder = Binder(self.catalogue, f"library.{self.name}", columns, "", self.lead)
        rules = {**self.catalogue.rules.get(self.table.subject, {}), **self.table.rules}
        for name, declared in rules.items():
            if binder.carries(declared):
                yield binder.bind(name, declared)

    def _title(self, item: str) -> str:
        return self.catalogue.items[self.table.subject][item].title
