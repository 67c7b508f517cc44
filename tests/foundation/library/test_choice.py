"""Each item from the department that answers for it; from another one only where the catalogue names it next."""

from __future__ import annotations

import pytest

from tests.foundation.library.conftest import Bench
from tests.toy import uscc

RESIDENT, HEALTH, INSURANCE = (
    "public_security/resident", "health/resident_health_record", "human_resources/social_insurance",
)  # fmt: skip
ENTERPRISE, INSTITUTION, SOCIETY = (
    "market_regulation/enterprise", "establishment/institution", "civil_affairs/social_organization",
)  # fmt: skip
TAXPAYER = "taxation/taxpayer"
ON = "2026-11-01"


def test_the_authority_s_value_stands_though_another_s_record_is_newer(people: Bench) -> None:
    people.hold(RESIDENT, "1", "P1", on="2020-01-01", name="张伟", sex_code="1")
    people.hold(HEALTH, "H1", "P1", on="2026-10-31", name="张炜", sex_code="2", phone="13800000001")
    people.night(ON, "P1")

    assert people.row("name, sex_code, phone") == {"name": "张伟", "sex_code": "1", "phone": "13800000001"}
    assert (people.source_of("name"), people.source_of("phone")) == (RESIDENT, HEALTH)


def test_what_the_authority_does_not_say_comes_from_the_next_and_says_so(people: Bench) -> None:
    people.hold(RESIDENT, "1", "P1", name="张伟")
    people.hold(HEALTH, "H1", "P1", name="张伟", sex_code="1", phone="13800000001")
    people.hold(INSURANCE, "S1", "P1", name="张伟", phone="13900000002")
    people.night(ON, "P1")

    assert people.row("sex_code, phone, household_address") == {
        "sex_code": "1", "phone": "13900000002", "household_address": None,
    }  # fmt: skip
    assert people.source_of("sex_code") == HEALTH
    assert people.source_of("phone") == INSURANCE
    assert people.source_of("household_address") is None


def test_nobody_but_its_authority_answers_for_an_item_that_has_one_source(people: Bench) -> None:
    """Only civil affairs says whether somebody is married, only the register where somebody is registered."""
    people.hold(HEALTH, "H1", "P1", name="张伟", residence_address="西安市1号")
    people.night(ON, "P1")
    assert people.row("household_address, marital_status_code, is_registered") == {
        "household_address": None, "marital_status_code": None, "is_registered": False,
    }  # fmt: skip


@pytest.mark.parametrize(("kind", "register"), [("91", ENTERPRISE), ("11", INSTITUTION), ("51", SOCIETY)])
def test_the_first_character_of_the_credit_code_decides_whose_word_holds(
    organisations: Bench, kind: str, register: str
) -> None:
    code = uscc(kind, "610000", "01600000")
    for dataset in (ENTERPRISE, INSTITUTION, SOCIETY):
        organisations.hold(dataset, "1", "E1", uscc=code, name=dataset, status="正常")
    organisations.night(ON, "E1")

    row = organisations.row("name, status, is_registered")
    assert row == {"name": register, "status": "正常", "is_registered": True}
    assert organisations.source_of("name") == register


def test_taxation_names_an_organisation_whose_register_is_silent_but_never_tells_its_status(
    organisations: Bench,
) -> None:
    organisations.hold(TAXPAYER, "T1", "E1", uscc=uscc("91", "610113", "MA6U0000"), name="某公司", status="正常")
    organisations.night(ON, "E1")
    assert organisations.row("name, status, is_registered") == {
        "name": "某公司",
        "status": None,
        "is_registered": False,
    }


@pytest.mark.parametrize("kind", ["51", "11"])
def test_what_only_another_register_holds_is_not_published_without_its_name_and_status(
    organisations: Bench, kind: str
) -> None:
    """A register that the code's first character does not name does not answer for it, yet it is better than silence."""
    code = uscc(kind, "610000", "01600000")
    organisations.hold(ENTERPRISE, code, "E1", uscc=code, name="某中心", status="存续", entity_type="其他")
    organisations.hold(TAXPAYER, "T1", "E1", uscc=code, name="税务所记", status="正常")
    organisations.night(ON, "E1")
    assert organisations.row("name, status, is_registered") == {
        "name": "某中心",
        "status": "存续",
        "is_registered": True,
    }
