"""Discrepancies found against the sample's planted truth: `python -m benchmarks.discrepancies` after `onesource demo`.

An error counts as found when an open discrepancy of its item names its record on either side; judged are errors whose
record is linked to the right entity. A reported discrepancy is true when an error of its item lies in either record, or,
where it says that a register does not hold somebody, when by the truth no sound row of the register does.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from resources.installation import Installation, open_installation
from resources.settings import settings

REGISTERS = "('resident', 'enterprise', 'institution', 'social_organization')"
KEY = "department, dataset, record_key, role"
# An item that repeats another: a licence's holder and an employer carry somebody's name, a card is valid for the living.
SAME_ITEM = """(e.item = d.item OR (d.item IN ('holder_name', 'employer_name') AND e.item = 'name')
    OR (d.kind = 'valid_of_the_dead' AND e.item = 'residency_status_code'))"""
SAME_RECORD = """((d.other_department = e.department AND d.other_dataset = e.dataset AND d.other_record_key = e.record_key
    AND (d.other_role = e.role OR e.role = '')) OR (d.authority_department = e.department
    AND d.authority_dataset = e.dataset AND d.authority_record_key = e.record_key))"""
NOT_HELD = "('birth_not_registered', 'unknown_to_register', 'holder_unknown', 'unknown_to_registrar')"
RUINED = "(kind IN ('row_broken', 'row_without_key') OR (is_discrepancy AND item IN ('citizen_id', 'uscc')))"


def statements(truth: Path) -> list[str]:
    """The steps that make `judged` (errors) and `reported` (discrepancies)."""
    return [
        f"""CREATE TEMP TABLE spoken AS
        SELECT p.*, 'person' AS about, l.person_id AS entity
        FROM '{truth}/person_record.parquet' AS p LEFT JOIN resolved.person_link AS l USING ({KEY})
        UNION ALL SELECT p.*, 'organization', l.entity_id
        FROM '{truth}/organization_record.parquet' AS p LEFT JOIN resolved.organization_link AS l USING ({KEY})""",
        f"""CREATE TEMP TABLE home AS SELECT about, truth_id, entity FROM spoken WHERE entity IS NOT NULL
        QUALIFY row_number() OVER (PARTITION BY about, truth_id ORDER BY (dataset IN {REGISTERS}) DESC, record_key) = 1""",
        f"""CREATE TEMP TABLE error AS SELECT e.*, coalesce(s.entity = home.entity, true) AS is_linked
        FROM (FROM '{truth}/error.parquet' WHERE is_discrepancy) AS e
        LEFT JOIN spoken AS s USING ({KEY}) LEFT JOIN home USING (about, truth_id)""",
        "CREATE TEMP TABLE d AS FROM crosscheck.discrepancy WHERE status = 'open'",
        f"""CREATE TEMP TABLE judged AS SELECT e.*, EXISTS (FROM d WHERE e.item = d.item AND {SAME_RECORD}) AS is_found
        FROM error AS e WHERE is_linked""",
        f"""CREATE TEMP TABLE held AS SELECT DISTINCT about, truth_id FROM spoken WHERE dataset IN {REGISTERS} AND record_key
        NOT IN (SELECT record_key FROM '{truth}/error.parquet' WHERE dataset IN {REGISTERS} AND {RUINED})""",
        f"""CREATE TEMP TABLE not_held AS SELECT {KEY} FROM spoken ANTI JOIN held USING (about, truth_id)""",
        f"""CREATE TEMP TABLE reported AS SELECT d.*, EXISTS (FROM error AS e WHERE {SAME_ITEM} AND {SAME_RECORD})
        OR (d.kind IN {NOT_HELD} AND EXISTS (FROM not_held AS n WHERE d.other_department = n.department
            AND d.other_dataset = n.dataset AND d.other_record_key = n.record_key AND d.other_role = n.role)) AS is_true
        FROM d""",
    ]


@dataclass(frozen=True)
class Measured:
    """Rates against the truth with the numbers they rest on, and what was missed or false by dataset, item and kind."""

    found: float
    judged: int
    false: float
    reported: int
    missed: list[tuple[str, str, str, int]]
    wrong: list[tuple[str, str, str, int]]


def measure(installation: Installation) -> Measured:
    con = installation.lake.con
    for statement in statements(installation.settings.home / "sample"):
        con.execute(statement)
    found, judged = con.execute("SELECT coalesce(avg(is_found::INT), 0), count(*) FROM judged").fetchone() or (0.0, 0)
    true, reported = con.execute("SELECT coalesce(avg(is_true::INT), 1), count(*) FROM reported").fetchone() or (1.0, 0)
    by = "SELECT {}, item, kind, count(*) FROM {} WHERE NOT {} GROUP BY ALL ORDER BY ALL"
    missed = con.execute(by.format("dataset", "judged", "is_found")).fetchall()
    wrong = con.execute(by.format("library_table", "reported", "is_true")).fetchall()
    return Measured(found, judged, 1 - true, reported, missed, wrong)


def report(measured: Measured) -> None:
    """Print what was missed and false by item and kind, and the two rates."""
    for title, rows in (("missed", measured.missed), ("false", measured.wrong)):
        print(f"{title}:")
        for row in rows:
            print("  ", *row)
    print(f"found: {measured.found:.2%} of {measured.judged:,} planted errors in linked records")
    print(f"false: {measured.false:.2%} of {measured.reported:,} reported")


if __name__ == "__main__":
    with open_installation(settings()) as opened:
        report(measure(opened))
