"""One record of each source speaks for an entity, and nobody gets a number that is disputed."""

from __future__ import annotations

from tests.foundation.library.conftest import Bench
from tests.toy import citizen_id

RESIDENT, HEALTH, INSURANCE = (
    "public_security/resident", "health/resident_health_record", "human_resources/social_insurance",
)  # fmt: skip
ON, NUMBER = "2026-11-01", citizen_id("610102", "19800101", 1)


def test_of_several_records_of_a_source_the_one_that_was_true_last_speaks(people: Bench) -> None:
    people.hold(HEALTH, "H1", "P1", on="2026-10-02", name="张伟", phone="13800000001")
    people.hold(HEALTH, "H2", "P1", on="2026-10-01", name="张炜", phone="13800000002", sex_code="1")
    people.night(ON, "P1")

    row = people.row("name, phone, sex_code, health__resident_health_record__record_key AS record")
    assert row == {"name": "张伟", "phone": "13800000001", "sex_code": None, "record": "H1"}, "records are not mixed"


def test_equally_new_records_are_told_apart_by_their_key_so_that_every_run_chooses_the_same(people: Bench) -> None:
    for record in ("H2", "H1", "H3"):
        people.hold(HEALTH, record, "P1", name=record)
    people.night(ON, "P1")
    assert people.row("name")["name"] == "H1"


def test_a_number_that_is_another_s_is_not_taken(people: Bench) -> None:
    people.hold(RESIDENT, "1", "P1", citizen_id=NUMBER, citizen_id_is_valid=True, name="张伟")
    people.hold(INSURANCE, "S1", "P2", method="new", citizen_id=NUMBER, citizen_id_is_valid=True, name="赵六")
    people.night(ON, "P1", "P2")

    rows = people.rows("person_id, citizen_id, name, identifier_is_valid")
    assert rows == [
        {"person_id": "P1", "citizen_id": NUMBER, "name": "张伟", "identifier_is_valid": True},
        {"person_id": "P2", "citizen_id": None, "name": "赵六", "identifier_is_valid": False},
    ]


def test_a_number_that_breaks_the_standard_is_kept_and_marked(people: Bench) -> None:
    wrong = NUMBER[:17] + ("0" if NUMBER[17] != "0" else "1")
    people.hold(HEALTH, "H1", "P1", method="new", citizen_id=wrong, citizen_id_is_valid=False, name="张伟")
    people.night(ON, "P1")
    assert people.row("citizen_id, identifier_is_valid") == {"citizen_id": wrong, "identifier_is_valid": False}


def test_a_number_written_wrong_does_not_displace_the_valid_one_of_the_same_person(people: Bench) -> None:
    wrong = NUMBER[:17] + ("0" if NUMBER[17] != "0" else "1")
    people.hold(INSURANCE, "S1", "P1", method="model", citizen_id=wrong, citizen_id_is_valid=False, name="张伟")
    people.hold(HEALTH, "H1", "P1", citizen_id=NUMBER, citizen_id_is_valid=True, name="张炜")
    people.night(ON, "P1")
    assert people.row("citizen_id, name, identifier_is_valid, origin_citizen_id = origin_name AS one_source") == {
        "citizen_id": NUMBER,
        "name": "张伟",
        "identifier_is_valid": True,
        "one_source": False,
    }


def test_the_register_s_number_stands_though_it_breaks_the_standard(people: Bench) -> None:
    wrong = NUMBER[:17] + ("0" if NUMBER[17] != "0" else "1")
    people.hold(RESIDENT, "1", "P1", method="model", citizen_id=wrong, citizen_id_is_valid=False, name="张伟")
    people.hold(HEALTH, "H1", "P1", citizen_id=NUMBER, citizen_id_is_valid=True, name="张伟")
    people.night(ON, "P1")
    assert people.row("citizen_id, identifier_is_valid") == {"citizen_id": wrong, "identifier_is_valid": False}


def test_only_the_entities_that_may_have_changed_are_looked_at(people: Bench) -> None:
    people.hold(RESIDENT, "1", "P1", name="张伟")
    people.hold(RESIDENT, "2", "P2", name="李敏")
    written = people.night(ON, "P2")
    assert (written.changed, [row["name"] for row in people.rows("name")]) == (1, ["李敏"])
