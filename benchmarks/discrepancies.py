"""Discrepancies found against the sample's planted truth: `python -m benchmarks.discrepancies` after `onesource demo`.

An error counts as found when an open discrepancy of its item names its record on either side. Judged are errors whose
record is linked to the right entity; a reported discrepancy is true when an error of its item lies on either side.
"""

from __future__ import annotations

from pathlib import Path

from resources.installation import open_installation
from resources.settings import settings

REGISTERS = "('resident', 'enterprise', 'institution', 'social_organization')"
KEY = "department, dataset, record_key, role"
# An item of one table that repeats another's: a licence's holder and an employer carry somebody's name.
SAME_ITEM = """(e.item = d.item OR (d.item IN ('holder_name', 'employer_name') AND e.item = 'name'))"""
SAME_RECORD = """((d.other_department = e.department AND d.other_dataset = e.dataset AND d.other_record_key = e.record_key
    AND (d.other_role = e.role OR e.role = '')) OR (d.authority_department = e.department
    AND d.authority_dataset = e.dataset AND d.authority_record_key = e.record_key))"""
# Kinds that follow from register rows which the sample broke or ruined as a whole: true of the data held, not planted.
NOT_PLANTED = "('birth_not_registered', 'unknown_to_register', 'holder_unknown', 'valid_of_the_dead')"


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
        f"""CREATE TEMP TABLE reported AS SELECT d.*, EXISTS (FROM error AS e WHERE {SAME_ITEM} AND {SAME_RECORD}) AS is_true
        FROM d""",
    ]


def main() -> None:
    """Print what was found and missed by item and kind, and the two rates."""
    with open_installation(settings()) as installation:
        con = installation.lake.con
        for statement in statements(installation.settings.home / "sample"):
            con.execute(statement)
        print("missed (dataset, item, kind, number):")
        for row in con.execute(
            "SELECT dataset, item, kind, count(*) FROM judged WHERE NOT is_found GROUP BY ALL ORDER BY ALL"
        ).fetchall():
            print("  ", *row)
        print("not planted (table, item, kind, number):")
        for row in con.execute(
            "SELECT library_table, item, kind, count(*) FROM reported WHERE NOT is_true GROUP BY ALL ORDER BY ALL"
        ).fetchall():
            print("  ", *row)
        for what, query in (
            ("found of the linked", "SELECT avg(is_found::INT), count(*) FROM judged"),
            ("found, coordinates left out", "SELECT avg(is_found::INT), count(*) FROM judged WHERE item <> 'crs'"),
            ("false of the reported", "SELECT 1 - avg(is_true::INT), count(*) FROM reported"),
            (
                "false of the planted kinds",
                f"SELECT 1 - avg(is_true::INT), count(*) FROM reported WHERE kind NOT IN {NOT_PLANTED}",
            ),
        ):
            rate, number = con.execute(query).fetchone() or (0, 0)
            print(f"{what}: {rate:.2%} of {number:,}")


if __name__ == "__main__":
    main()
