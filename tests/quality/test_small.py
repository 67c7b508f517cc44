"""Deadlines, masks and figures as reports show them."""

from __future__ import annotations

from datetime import date

import duckdb
import pytest

from foundation.catalogue.model import Cycle, Update
from foundation.quality.punctuality import NEXT, next_due_sql
from quality.reports.charts import cut
from quality.reports.examples import safe
from quality.reports.render import percent
from tests.toy import citizen_id, uscc


@pytest.mark.parametrize(
    ("cycle", "grace", "last", "due"),
    [
        (Cycle.DAILY, 0, "2026-11-24", "2026-11-25"),
        (Cycle.WEEKLY, 1, "2026-11-24", "2026-12-02"),
        (Cycle.MONTHLY, 5, "2026-11-01", "2027-01-05"),
        (Cycle.MONTHLY, 0, "2027-01-31", "2027-02-28"),
        (Cycle.QUARTERLY, 15, "2026-11-24", "2027-04-15"),
        (Cycle.YEARLY, 30, "2026-01-01", "2028-01-30"),
    ],
)
def test_the_next_deadline(cycle: Cycle, grace: int, last: str, due: str) -> None:
    sql = next_due_sql(Update(cycle=cycle, grace_days=grace), f"DATE '{last}'")
    assert duckdb.execute(f"SELECT {sql}::DATE").fetchone() == (date.fromisoformat(due),)


def test_irregular_deliveries_have_no_deadline() -> None:
    irregular = set(Cycle) - set(NEXT)
    assert irregular and all(next_due_sql(Update(cycle=cycle), "DATE '2026-01-01'") is None for cycle in irregular)


def test_identity_numbers_are_masked_anywhere_and_credit_codes_are_not() -> None:
    number, code = citizen_id("610102", "19800101", 101), uscc("91", "610113", "MA6U0000")
    old, wrong = "610102800101101", number[:-1] + ("0" if number[-1] != "0" else "1")
    digits = next(code for n in range(999) if (code := uscc("91", "610113", f"12345{n:03}")).isdigit())
    for secret in (number, old, wrong, number.lower()):
        masked = safe(f"证件号码{secret}重复")
        assert secret not in masked and masked.startswith(f"证件号码{secret[:3]}*")
    assert safe(f"代码{code}、{digits}") == f"代码{code}、{digits}"


def test_only_what_is_without_fault_is_a_hundred() -> None:
    assert (cut(99.99), cut(100.0), cut(97.0), cut(29.3)) == ("99.9", "100.0", "97.0", "29.3")
    assert (percent(0.999999), percent(1.0)) == ("99.99%", "100.00%")
