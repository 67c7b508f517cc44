"""Rules of the national standards: each reason for which conforming may have marked a value, column by column."""

from __future__ import annotations

from collections.abc import Iterator

from foundation.catalogue.catalogue import Catalogue, split_name, table_name
from foundation.catalogue.quality import AT_LEAST, RuleSeverity
from foundation.conforming.plan import plan
from foundation.sql import quoted, text
from foundation.standards.conformed import Severity
from quality.rules.rule import Rule, count_if

OTHERWISE = "0302"
# Which indicator a broken standard belongs to, by its whole code or by what follows the standard's name.
INDICATORS = {
    "text.too_long": "0101",
    "citizen_id.fifteen_digits": "0101",
    "uscc.registration_number": "0101",
    "uscc.organisation_code": "0101",
    "coordinate.crs": "0103",
    "coordinate.incomplete": "0201",
    "newborn_name.unnamed": "0201",
    "geometry.empty": "0201",
    "geometry.unreadable": "0602",
    "date.future": "0503",
    "unknown": "0105",
    "split": "0105",
    "province": "0105",
    "address": "0105",
    "category": "0105",
    "department": "0105",
    "division": "0105",
    "section": "0105",
    "parcel_type": "0105",
    "fixture": "0105",
    "check_character": "0301",
    "inside_check": "0301",
    "organisation_check": "0301",
    "birth_date": "0301",
    "age": "0301",
    "impossible": "0301",
    "too_early": "0301",
    "outside": "0301",
    "swapped": "0301",
    "range": "0301",
    "zero": "0301",
    "invalid": "0301",
    "placeholder": "0305",
    "test_word": "0305",
    "byte_shift": "0305",
    "unreadable_character": "0305",
    "digits": "0305",
    "precision_lost": "0305",
}


def standard_rules(catalogue: Catalogue, dataset: str) -> Iterator[Rule]:
    """One rule for each column and each code that its standard may report."""
    department, _ = split_name(dataset)
    for step in plan(catalogue, dataset).steps:
        title = step.column.delivered if not step.is_derived else step.column.item.title
        for broken in step.standard.rules:
            severity = RuleSeverity.ERROR if broken.severity is Severity.ERROR else RuleSeverity.WARNING
            code, column = text(f"{step.name}:{broken.code}"), quoted(step.name)
            fails = f"CASE WHEN broken IS NULL THEN false ELSE list_contains(broken, {code}) END"
            yield Rule(
                table=f"conformed.{table_name(dataset)}",
                name=broken.code,
                kind="standard",
                title=f"{title}：无“{broken.title}”",
                item=step.name,
                role=step.column.role,
                indicator=indicator_of(broken.code),
                severity=severity,
                at_least=AT_LEAST[severity],
                responsible=department,
                applies=f"{column} IS NOT NULL OR {fails}",
                fails=fails,
                elements=f"count({column}) + {count_if(f'{fails} AND {column} IS NULL')}",
            )


def indicator_of(code: str) -> str:
    """The indicator of GB/T 36344 that a broken standard belongs to."""
    return INDICATORS.get(code) or INDICATORS.get(code.partition(".")[2], OTHERWISE)
