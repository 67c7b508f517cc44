"""The toy province's people over five nights: identity, authority, sources, history, withdrawal, publication."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from tests.homes import Home
from tests.toy import citizen_id

RESIDENT, HEALTH, BIRTH = "public_security/resident", "health/resident_health_record", "health/birth_certificate"
INSURANCE, STUDENT, CREMATION = "human_resources/social_insurance", "education/student", "civil_affairs/cremation"
MARRIAGE = "civil_affairs/marriage"
DAYS = [f"2026-11-{day}" for day in (20, 21, 22, 23, 24)]

WEI = citizen_id("610102", "19800101", 1)  # 张伟: everywhere
MIN = citizen_id("612722", "19850512", 2)  # 李敏: born in a county that has another code today
OLD = citizen_id("610103", "19301015", 3)  # 𠮷田, 15-digit number in old records, dies
NEW = citizen_id("610104", "19900606", 4)  # 䶮芳: withdrawn on the third day
SHARED = citizen_id("610111", "19951212", 5)  # 周杰's number, which the clinic wrote for 吴倩
HKG = citizen_id("810000", "19750303", 6)
LATE = citizen_id("610112", "20000229", 7)  # 孙丽: registered on the fourth day, known to the clinic before


def resident(number: str, name: str, **more: Any) -> dict[str, Any]:
    return {
        "公民身份号码": number, "姓名": name, "性别代码": "1" if int(number[16]) % 2 else "2", "民族代码": "01",
        "出生日期": number[6:14], "出生地区划代码": number[:6], "户籍地区划代码": number[:6], "户籍状态代码": "0",
        "户籍地址": "陕西省西安市新城区解放路1号", "更新时间": "2026-11-01 08:00:00", **more,
    }  # fmt: skip


def clinic(key: str, name: str, number: str | None, birth: str | None = None, **more: Any) -> dict[str, Any]:
    return {"档案编号": key, "姓名": name, "证件类型": "居民身份证", "证件号码": number, "出生日期": birth, **more}


RESIDENTS = [
    resident(WEI, "张伟", 户籍地址="陜西省西安市新城區解放路１号", 曾用名="张卫"),
    resident(MIN, "李敏", 民族代码="02", 户籍地区划代码="612722"),
    resident(OLD, "𠮷田", 户籍状态代码="0"),
    resident(NEW, "䶮芳"),
    resident(SHARED, "周杰"),
]
CLINIC = [
    clinic(
        "H1",
        "张　伟",
        "６１０１０２１９８００１０１００１" + WEI[17],
        "1980-01-01",
        性别="男",
        联系电话="138 0000 0001",
        现住址="无",
    ),
    clinic("H2", "吴倩", SHARED, "1988-08-08", 性别="女"),
    clinic("H3", "郑无号", None, "1970-01-01"),
    clinic("H4", "陈护照", "E12345678", "1970-01-01", 证件类型="护照"),
    clinic("H5", "何港", HKG, "1975-03-03", 证件类型="港澳居民居住证"),
    clinic("H6", "孙丽", LATE, "2000-02-29"),
    clinic("H7", "错号", WEI[:17] + ("0" if WEI[17] != "0" else "1"), "1980-01-01"),
]
MARRIAGES = [
    ("M1", "结婚", "张伟", WEI, "李敏", MIN, "2010-05-01"),
    ("M2", "离婚", "张伟", WEI, "李敏", MIN, "2020-06-01"),
    ("M3", "结婚", "周杰", SHARED, "䶮芳", NEW, "2021-06-01"),
]


def marriages(home: Home, url: sa.URL, rows: list[tuple[str, ...]]) -> None:
    columns = ["登记证号", "登记类型", "男方姓名", "男方身份证号", "女方姓名", "女方身份证号", "登记日期", "登记机关"]
    table = sa.Table("marriage_registration", sa.MetaData(), *[sa.Column(name, sa.Text) for name in columns])
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        table.drop(connection, checkfirst=True)
        table.create(connection)
        connection.execute(table.insert(), [dict(zip(columns, [*row, "新城区民政局"], strict=True)) for row in rows])
    engine.dispose()


@pytest.fixture(scope="module")
def people(module_home: Home, server: Any) -> Iterator[tuple[Home, dict[str, dict[str, Any]]]]:
    """Five nights; what `library.person` held after each by name."""
    home, url = module_home, server.create()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ONESOURCE_DATABASE_CIVIL_AFFAIRS", url.render_as_string(hide_password=False))
        after: dict[str, dict[str, Any]] = {}
        for night in (first_night, second_night, third_night, fourth_night, fifth_night):
            on = night(home, url)
            home.night(on)
            after[on] = {row["name"]: row for row in home.rows("FROM library.person")}
        yield home, after
    server.drop(url)


def first_night(home: Home, url: sa.URL) -> str:
    on = DAYS[0]
    home.deliver(RESIDENT, on, RESIDENTS, control=True)
    home.deliver(HEALTH, on, CLINIC)
    home.deliver(
        BIRTH, on,
        [
            {"出生医学证明编号": "B1", "新生儿姓名": "张小宝", "新生儿性别": "男", "出生日期": date(2024, 3, 1), "母亲姓名": "李敏",
             "母亲身份证号": MIN, "父亲姓名": "张伟", "父亲身份证号": WEI, "签发日期": date(2024, 3, 3)},
            {"出生医学证明编号": "B2", "新生儿姓名": "冯兰之女", "新生儿性别": "女", "出生日期": "45000", "母亲姓名": "冯兰",
             "母亲身份证号": "6.12722E+17", "签发日期": "2023-03-20"},
        ],
    )  # fmt: skip
    old_number = OLD[:6] + OLD[8:17]
    home.deliver(
        INSURANCE, on,
        [
            {"个人编号": "S1", "社会保障号码": old_number, "姓名": "𠮷田", "性别代码": "1", "出生日期": date(1930, 10, 15)},
            {"个人编号": "S2", "社会保障号码": WEI, "姓名": "张伟", "性别代码": "2", "手机号码": "13900000009", "险种": "职工养老",
             "更新时间": datetime(2026, 11, 2, 9)},
        ],
    )  # fmt: skip
    home.deliver(STUDENT, on, [{"学籍号": "G1", "姓名": "张小宝", "性别": "男", "出生日期": "2024-03-01"}])
    home.deliver(
        CREMATION, on, [{"火化证明编号": "C9", "逝者姓名": "无名", "死亡日期": "00000000", "火化日期": "202601"}]
    )
    marriages(home, url, MARRIAGES[:1])
    return on


def second_night(home: Home, url: sa.URL) -> str:
    """The old man dies, which only the crematorium knows; the couple divorces."""
    on = DAYS[1]
    home.deliver(RESIDENT, on, RESIDENTS)
    home.deliver(
        CREMATION, on,
        [
            {"火化证明编号": "C9", "逝者姓名": "无名", "死亡日期": "00000000", "火化日期": "202601"},
            {"火化证明编号": "C1", "逝者姓名": "𠮷田", "身份证号": OLD, "死亡日期": "20261119", "火化日期": "20261121"},
        ],
    )  # fmt: skip
    marriages(home, url, MARRIAGES[:2])
    return on


def third_night(home: Home, url: sa.URL) -> str:
    """The register records the death and withdraws one person; 李敏 moves."""
    on = DAYS[2]
    changed = [dict(row) for row in RESIDENTS if row["公民身份号码"] != NEW]
    changed[1] |= {"户籍地址": "陕西省榆林市神木市人民路2号"}
    changed[2] |= {"户籍状态代码": "9", "死亡日期": "20261118"}
    home.deliver(RESIDENT, on, changed)
    return on


def fourth_night(home: Home, url: sa.URL) -> str:
    """A delta: one new, one changed back, one row whose key is unusable, so that it withdraws nobody."""
    on = DAYS[3]
    path = home.deliver(
        RESIDENT, on,
        [
            resident(LATE, "孙丽") | {"操作": "新增"},
            resident(MIN, "李敏", 民族代码="02", 户籍地址="陕西省榆林市神木市人民路3号") | {"操作": "变更"},
            {**resident(WEI, "张伟"), "公民身份号码": "6.10102E+17", "操作": "变更"},
        ],
        delta=True, control=True,
    )  # fmt: skip
    assert path.exists()
    marriages(home, url, MARRIAGES)
    return on


def fifth_night(home: Home, url: sa.URL) -> str:
    """A delta that removes 李敏's record from the register; a full clinic delivery with a broken row of a held record."""
    on = DAYS[4]
    home.deliver(RESIDENT, on, [{"公民身份号码": MIN, "操作": "删除"}], delta=True, control=True)
    path = home.deliver(HEALTH, on, [row for row in CLINIC if row["档案编号"] != "H3"])
    path.write_text(path.read_text("utf-8").replace("H5,何港,", "H5,何港,多,", 1), "utf-8", newline="")
    return on


def person(people: tuple[Home, dict[str, dict[str, Any]]], name: str, night: int) -> dict[str, Any]:
    return people[1][DAYS[night]][name]


def test_one_valid_number_is_one_person_in_every_department(people: Any) -> None:
    home, _ = people
    linked = home.rows(
        f"""SELECT department, dataset, role, method FROM resolved.person_link WHERE person_id =
        (SELECT person_id FROM library.person WHERE citizen_id = '{WEI}') ORDER BY ALL"""
    )
    assert {(row["dataset"], row["role"]) for row in linked} == {
        ("resident", ""), ("resident_health_record", ""), ("birth_certificate", "father"), ("social_insurance", ""),
        ("marriage", "husband"),
    }  # fmt: skip
    assert {row["method"] for row in linked} == {"identifier"}


def test_a_fifteen_digit_number_is_the_same_as_its_eighteen(people: Any) -> None:
    home, _ = people
    assert (
        home.value(
            f"SELECT count(DISTINCT person_id) FROM resolved.person_link WHERE record_key IN ('{OLD}', 'S1', 'C1')"
        )
        == 1
    )


def test_a_number_whose_name_and_birth_contradict_is_two_people(people: Any) -> None:
    home, after = people
    holder, other = after[DAYS[0]]["周杰"], after[DAYS[0]]["吴倩"]
    assert holder["citizen_id"] == SHARED
    assert other["person_id"] != holder["person_id"] and other["citizen_id"] is None
    assert [row["name"] for row in home.shared(f"SELECT name FROM share.person WHERE citizen_id = '{SHARED}'")] == [
        "周杰"
    ]


def test_records_without_a_valid_number_stand_alone_and_are_not_published(people: Any) -> None:
    home, after = people
    first = after[DAYS[0]]
    assert {"郑无号", "陈护照", "错号", "张小宝"} <= set(first)
    assert first["陈护照"]["citizen_id"] is None
    published = {row["name"] for row in home.shared("SELECT name FROM share.person")}
    assert not published & {"郑无号", "陈护照", "错号", "吴倩"}


def test_a_residence_permit_number_identifies(people: Any) -> None:
    assert person(people, "何港", 0)["citizen_id"] == HKG


def test_each_item_comes_from_its_authority_with_its_source(people: Any) -> None:
    wei = person(people, "张伟", 0)
    assert (wei["sex_code"], wei["phone"], wei["former_name"]) == ("1", "13900000009", "张卫")
    assert wei["insurance_type"] == "职工养老"
    sources = wei["sources"]
    assert (sources["name"]["dataset"], sources["name"]["record_key"]) == (RESIDENT, WEI)
    assert sources["name"]["delivery_id"] == f"public_security.resident.{DAYS[0]}.1"
    assert sources["name"]["as_of"] == datetime(2026, 11, 1, 8)
    assert sources["phone"]["dataset"] == INSURANCE
    assert sources["marital_status_code"]["dataset"] == MARRIAGE
    assert sources["school_name"] is None


def test_text_is_tidied_and_the_delivered_text_stays_readable(people: Any) -> None:
    home, _ = people
    assert person(people, "张伟", 0)["household_address"] == "陕西省西安市新城区解放路1号"
    kept = home.row(f"SELECT delivered FROM conformed.public_security__resident WHERE citizen_id = '{WEI}'")[
        "delivered"
    ]
    assert kept["household_address"] == "陜西省西安市新城區解放路１号"
    assert home.value("SELECT name FROM conformed.health__resident_health_record WHERE record_key = 'H1'") == "张伟"
    assert (
        home.value("SELECT residence_address FROM conformed.health__resident_health_record WHERE record_key = 'H1'")
        is None
    )


def test_rare_characters_reach_the_published_table(people: Any) -> None:
    home, _ = people
    assert home.shared("SELECT name FROM share.person WHERE name = '𠮷田'") == [{"name": "𠮷田"}]
    assert person(people, "䶮芳", 0)["citizen_id"] == NEW


def test_a_retired_division_becomes_its_successor(people: Any) -> None:
    min_ = person(people, "李敏", 0)
    assert (min_["household_division_code"], min_["birth_division_code"]) == ("610881", "610881")


def test_ruined_dates_are_read_where_they_can_be_and_named_where_not(people: Any) -> None:
    home, _after = people
    born = home.row("SELECT child_birth_date, issues FROM conformed.health__birth_certificate WHERE record_key = 'B2'")
    assert born["child_birth_date"] == date(2023, 3, 15)
    rules = {issue["item"]: issue["rule"] for issue in born["issues"]}
    assert rules["child_birth_date"] == "date.spreadsheet_serial"
    assert rules["mother_citizen_id"].startswith("citizen_id.")
    burnt = home.row(
        "SELECT death_date, cremated_on, issues FROM conformed.civil_affairs__cremation WHERE record_key = 'C9'"
    )
    assert (burnt["death_date"], burnt["cremated_on"]) == (None, None)
    assert {issue["item"] for issue in burnt["issues"]} >= {"cremated_on"}


def test_marital_status_follows_the_latest_registration(people: Any) -> None:
    assert person(people, "张伟", 0)["marital_status_code"] == "20"
    assert person(people, "张伟", 1)["marital_status_code"] == "40"
    assert person(people, "李敏", 1)["marital_status_code"] == "40"
    assert person(people, "周杰", 3)["marital_status_code"] == "20"


def test_death_is_the_registers_else_the_crematoriums(people: Any) -> None:
    before, registered = person(people, "𠮷田", 1), person(people, "𠮷田", 2)
    assert (before["death_date"], before["residency_status_code"]) == (date(2026, 11, 19), "0")
    assert before["sources"]["death_date"]["dataset"] == CREMATION
    assert (registered["death_date"], registered["residency_status_code"]) == (date(2026, 11, 18), "9")
    assert registered["sources"]["death_date"]["dataset"] == RESIDENT


def test_a_withdrawn_record_leaves_with_a_closed_history(people: Any) -> None:
    home, after = people
    assert "䶮芳" in after[DAYS[1]] and "䶮芳" not in after[DAYS[2]]
    states = home.rows(f"FROM library.person_history WHERE citizen_id = '{NEW}' ORDER BY valid_from")
    assert (states[0]["valid_from"], states[0]["valid_to"]) == (date(2026, 11, 20), date(2026, 11, 22))
    assert states[0]["ended_by_delivery_id"] == f"public_security.resident.{DAYS[2]}.1"


def test_a_changed_record_has_a_history_of_states(people: Any) -> None:
    home, _ = people
    states = home.rows(f"FROM library.person_history WHERE citizen_id = '{MIN}' ORDER BY valid_from")
    assert [state["household_address"] for state in states][1:4] == [
        "陕西省西安市新城区解放路1号", "陕西省榆林市神木市人民路2号", "陕西省榆林市神木市人民路3号",
    ]  # fmt: skip
    for state, following in itertools.pairwise(states):
        assert state["valid_to"] == following["valid_from"]
        assert state["ended_by_delivery_id"] is not None
    assert states[1]["ended_by_delivery_id"] == f"public_security.resident.{DAYS[2]}.1"
    assert states[-1]["valid_to"] is None


def test_a_record_deleted_by_a_delta_leaves_the_other_departments_values(people: Any) -> None:
    min_ = person(people, "李敏", 4)
    assert min_["household_address"] is None and min_["ethnicity_code"] is None
    assert min_["sources"]["name"]["dataset"] == MARRIAGE
    assert min_["person_id"] == person(people, "李敏", 0)["person_id"]


def test_a_rejected_row_never_withdraws_the_held_record(people: Any) -> None:
    home, after = people
    assert after[DAYS[4]]["何港"] == after[DAYS[0]]["何港"]
    refused = home.rows("FROM ingest.rejected_row ORDER BY seen_on, dataset, row_number")
    assert [(row["dataset"], row["row_number"], row["rule"]) for row in refused] == [
        ("resident", 3, "record_key"), ("resident_health_record", 4, "field_count"),
    ]  # fmt: skip
    assert "H3" not in home.value("SELECT string_agg(record_key) FROM ingest.health__resident_health_record")


def test_identifiers_stay_over_nights_and_added_records(people: Any) -> None:
    _, after = people
    for name in ("张伟", "𠮷田", "周杰", "吴倩", "何港", "孙丽"):
        ids = {after[day][name]["person_id"] for day in DAYS}
        assert len(ids) == 1, name


def test_an_identifier_tells_nothing_of_whom_it_names(people: Any) -> None:
    home, _ = people
    for row in home.rows("SELECT person_id, citizen_id, name FROM library.person"):
        assert row["person_id"].isascii() and row["person_id"].startswith("P")
        assert row["citizen_id"] is None or row["citizen_id"][:8] not in row["person_id"]


def test_rows_delivered_are_accepted_or_rejected(people: Any) -> None:
    home, _ = people
    assert home.value("SELECT count(*) FROM ingest.delivery WHERE rows <> accepted_rows + rejected_rows") == 0
    assert home.value(
        """SELECT count(*) FROM ingest.delivery AS d WHERE rejected_rows <>
        (SELECT count(*) FROM ingest.rejected_row AS r WHERE r.delivery_id = d.delivery_id)"""
    ) == 0  # fmt: skip


def test_share_is_the_library_of_those_who_are_known(people: Any) -> None:
    home, _ = people
    shared = home.shared("SELECT * FROM share.person ORDER BY person_id")
    columns = ", ".join(shared[0])
    library = home.rows(
        f"SELECT {columns} FROM library.person WHERE is_registered OR identifier_is_valid ORDER BY person_id"
    )
    assert shared == library
    assert {row["name"] for row in shared} == {"张伟", "李敏", "𠮷田", "周杰", "䶮芳", "何港", "孙丽"}


def test_every_person_was_created_once(people: Any) -> None:
    home, _ = people
    created = home.rows("SELECT entity_id FROM resolved.identity_event WHERE event = 'created'")
    linked = home.rows("SELECT DISTINCT person_id FROM resolved.person_link")
    assert len(created) == len({row["entity_id"] for row in created})
    assert {row["person_id"] for row in linked} <= {row["entity_id"] for row in created}
