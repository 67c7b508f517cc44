"""Rules that officers declare in YAML, as conditions over the columns of a table."""

from __future__ import annotations

from collections.abc import Mapping

from foundation.catalogue.catalogue import Catalogue
from foundation.catalogue.quality import QualityRule
from foundation.catalogue.rule_checks import PLACEHOLDER, items_of
from foundation.sql import quoted
from quality.rules.rule import Rule


class Binder:
    """Turns declared rules into rules of one table, whose columns by item are given as SQL."""

    def __init__(
        self, catalogue: Catalogue, table: str, columns: Mapping[str, str], role: str, department: str
    ) -> None:
        self.catalogue = catalogue
        self.table = table
        self.columns = columns
        self.role = role
        self.department = department

    def carries(self, rule: QualityRule) -> bool:
        return all(item in self.columns for item in items_of(rule))

    def bind(self, name: str, rule: QualityRule) -> Rule:
        """The rule over this table's columns."""
        item = self._column(items_of(rule)[0]) if items_of(rule) else ""
        applies = self._sql(rule.when) if rule.when else self._filled(rule)
        reads = (f"library.{rule.table}",) if rule.table else ()
        return Rule(
            table=self.table,
            name=name,
            kind=rule.kind,
            title=rule.title,
            item=item,
            role=self.role,
            indicator=rule.indicator,
            severity=rule.severity,
            at_least=rule.needed_share,
            responsible=rule.department or self.department,
            applies=applies,
            fails=self._fails(rule, applies),
            reads=reads,
        )

    def _filled(self, rule: QualityRule) -> str:
        """Rows in which all items of the rule are filled; for a mandatory item every row."""
        if rule.kind == "mandatory":
            return "true"
        return " AND ".join(f"{self.columns[item]} IS NOT NULL" for item in items_of(rule)) or "true"

    def _fails(self, rule: QualityRule, applies: str) -> str:
        values = [self.columns[item] for item in rule.items]
        match rule.kind:
            case "condition":
                return f"({self._sql(rule.holds or 'true')}) IS NOT TRUE"
            case "mandatory":
                return " OR ".join(f"{value} IS NULL" for value in values)
            case "range":
                bounds = [f"{value} < {rule.minimum!r}" for value in values if rule.minimum is not None]
                bounds += [f"{value} > {rule.maximum!r}" for value in values if rule.maximum is not None]
                return " OR ".join(bounds)
            case "unique":
                return is_doubled(self.table, values, applies)
            case "reference":
                there = f"SELECT {quoted(rule.matching or '')} FROM library.{rule.table}"
                found = f"{quoted(rule.matching or '')} IS NOT NULL"
                return " OR ".join(f"{value} NOT IN ({there} WHERE {found})" for value in values)

    def _sql(self, condition: str) -> str:
        return PLACEHOLDER.sub(lambda match: self.columns[match[1]], condition)

    def _column(self, item: str) -> str:
        """The name of the column that carries an item; the item itself where the value follows from the role."""
        column = self.columns[item]
        return column.strip('"') if column.startswith('"') else item


def is_doubled(table: str, values: list[str], applies: str = "true") -> str:
    """SQL that is true for a row whose values occur in another row too."""
    whole = values[0] if len(values) == 1 else f"({', '.join(values)})"
    filled = " AND ".join(f"{value} IS NOT NULL" for value in values)
    listed = ", ".join(values)
    return (
        f"{whole} IN (SELECT {whole} FROM {table} WHERE ({applies}) AND {filled} GROUP BY {listed} HAVING count(*) > 1)"
    )
