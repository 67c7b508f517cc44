"""A toy province over several days: what the library and `share` say after each night."""

from __future__ import annotations

import json
from datetime import date
from hashlib import sha256

import geopandas
import pytest

from tests.homes import Home
from tests.toy import citizen_id, uscc

RESIDENT, HEALTH, INSURANCE = (
    "public_security/resident",
    "health/resident_health_record",
    "human_resources/social_insurance",
)
FIRST, SECOND, THIRD = "2026-11-01", "2026-11-02", "2026-11-03"
WANG, LI, CHEN = (
    citizen_id("610102", "19800101", 101),
    citizen_id("610113", "19900202", 102),
    citizen_id("612722", "19550303", 103),
)
COMPANY, OFFICE = uscc("91", "610113", "MA6U0000"), uscc("11", "610000", "01600000")


def resident(number: str, name: str, birth: str, **items: str) -> dict[str, str]:
    return {
        "公民身份号码": number,
        "姓名": name,
        "性别代码": "1",
        "民族代码": "01",
        "出生日期": birth,
        "户籍状态代码": "0",
        "更新时间": "2026-01-01 10:00:00",
        **items,
    }


PEOPLE = [
    resident(WANG, "王建国", "19800101", 户籍地区划代码="610821", 户籍地址="陜西省神木縣１号"),
    resident(LI, "李　芳", "19900202", 性别代码="2"),
    resident(CHEN, "陳东𠮷", "19550303"),
]


def shared(home: Home, key: str = "citizen_id") -> dict[str, dict[str, object]]:
    return {row[key]: row for row in home.shared("SELECT * FROM share.person")}


def test_text_codes_and_dates_are_brought_to_the_standards(home: Home) -> None:
    home.deliver(RESIDENT, FIRST, PEOPLE, control=True)
    home.night(FIRST)

    people = shared(home)

    assert people[WANG]["household_division_code"] == "610881"
    assert people[WANG]["household_address"] == "陕西省神木县1号"
    assert people[LI]["name"] == "李芳"
    assert people[CHEN]["name"] == "陈东𠮷"
    assert people[CHEN]["birth_date"] == date(1955, 3, 3)
    kept = home.row(f"SELECT delivered FROM conformed.public_security__resident WHERE record_key = '{WANG}'")
    assert kept["delivered"]["household_division_code"] == "610821"


def test_a_withdrawn_record_leaves_with_a_closed_history(home: Home) -> None:
    home.deliver(RESIDENT, FIRST, PEOPLE)
    home.night(FIRST)
    home.deliver(RESIDENT, SECOND, PEOPLE[:2])
    home.night(SECOND)

    assert set(shared(home)) == {WANG, LI}
    ended = home.row(f"SELECT * FROM library.person_history WHERE citizen_id = '{CHEN}'")
    assert (ended["valid_from"], ended["valid_to"]) == (date(2026, 11, 1), date(2026, 11, 2))
    assert ended["ended_by_delivery_id"] == home.delivery(RESIDENT, SECOND)["delivery_id"]


def test_a_changed_record_has_two_states_and_keeps_its_identifier(home: Home) -> None:
    home.deliver(RESIDENT, FIRST, PEOPLE)
    home.night(FIRST)
    before = shared(home)[WANG]["person_id"]
    home.deliver(RESIDENT, SECOND, [{**PEOPLE[0], "户籍地址": "陕西省西安市新城区2号"}, *PEOPLE[1:]])
    home.night(SECOND)

    assert shared(home)[WANG]["household_address"] == "陕西省西安市新城区2号"
    assert shared(home)[WANG]["person_id"] == before
    states = home.rows(f"SELECT valid_to FROM library.person_history WHERE citizen_id = '{WANG}' ORDER BY valid_from")
    assert [state["valid_to"] for state in states] == [date(2026, 11, 2), None]
    assert home.value("SELECT count(*) FROM library.person_history") == 4


def test_one_number_on_two_people_stays_with_its_holder(home: Home) -> None:
    home.deliver(RESIDENT, FIRST, PEOPLE)
    home.deliver(
        INSURANCE,
        FIRST,
        [
            {"个人编号": "S1", "社会保障号码": LI, "姓名": "赵六", "出生日期": date(1960, 5, 5)},
            {
                "个人编号": "S2",
                "社会保障号码": WANG,
                "姓名": "王建国",
                "出生日期": date(1980, 1, 1),
                "手机号码": "13800001111",
            },
        ],
    )
    home.night(FIRST)

    links = {
        row["record_key"]: row for row in home.rows("FROM resolved.person_link WHERE dataset = 'social_insurance'")
    }
    people = shared(home)
    assert links["S2"]["person_id"] == people[WANG]["person_id"]
    assert links["S1"]["person_id"] != people[LI]["person_id"]
    assert len(people) == 3, "nobody is published under another's number"
    assert people[LI]["name"] == "李芳"
    source = home.value(f"SELECT sources.phone FROM library.person WHERE citizen_id = '{WANG}'")
    assert (source["dataset"], source["record_key"]) == (INSURANCE, "S2")


def test_rows_delivered_are_accepted_or_rejected(home: Home) -> None:
    ruined = resident("6.10102E+17", "孙七", "19700101")
    rows = [*PEOPLE, PEOPLE[0], ruined, resident("", "周八", "19700101")]
    path = home.deliver(RESIDENT, FIRST, rows)
    path.write_bytes(path.read_bytes() + "a,b,c\r\n".encode("gb18030"))
    home.night(FIRST)

    delivery = home.delivery(RESIDENT, FIRST)
    assert (delivery["rows"], delivery["accepted_rows"], delivery["rejected_rows"]) == (7, 3, 4)
    rejected = home.rows("SELECT row_number, rule, reason FROM ingest.rejected_row ORDER BY row_number")
    assert [(row["row_number"], row["rule"]) for row in rejected] == [
        (4, "doubled_key"),
        (5, "record_key"),
        (6, "record_key"),
        (7, "field_count"),
    ]
    assert not any(WANG in row["reason"] or "孙七" in row["reason"] for row in rejected)


def test_a_record_that_can_not_be_read_today_is_not_withdrawn(home: Home) -> None:
    home.deliver(RESIDENT, FIRST, PEOPLE)
    home.night(FIRST)
    path = home.deliver(RESIDENT, SECOND, PEOPLE[:2])
    path.write_bytes(path.read_bytes() + f"{CHEN},陈东\r\n".encode("gb18030"))
    home.night(SECOND)

    assert CHEN in shared(home)


def test_the_same_again_is_a_duplicate_and_older_is_refused(home: Home) -> None:
    first = home.deliver(RESIDENT, SECOND, PEOPLE)
    home.night(SECOND)
    home.toy.path(RESIDENT, THIRD).write_bytes(first.read_bytes())
    home.deliver(RESIDENT, FIRST, PEOPLE[:1])
    home.night(THIRD)

    assert home.delivery(RESIDENT, THIRD)["status"] == "duplicate"
    assert home.delivery(RESIDENT, FIRST)["rule"] == "business_date_order"
    assert len(shared(home)) == 3


def test_a_delta_adds_changes_and_withdraws(home: Home) -> None:
    home.deliver(RESIDENT, FIRST, PEOPLE, control=True)
    home.night(FIRST)
    new = citizen_id("610102", "20010101", 7)
    delta = [
        {**resident(new, "吴九", "20010101"), "操作": "新增"},
        {**PEOPLE[0], "姓名": "王建军", "操作": "变更"},
        {**PEOPLE[1], "操作": "删除"},
    ]
    home.deliver(RESIDENT, SECOND, delta, control=True, delta=True)
    home.night(SECOND)

    assert {row["name"] for row in shared(home).values()} == {"王建军", "陈东𠮷", "吴九"}


def test_a_corrected_file_for_the_same_date_supersedes_the_first(home: Home) -> None:
    home.deliver(RESIDENT, FIRST, PEOPLE[:2])
    home.night(FIRST)
    home.deliver(RESIDENT, FIRST, PEOPLE)
    home.night(FIRST)

    statuses = home.rows("SELECT status FROM ingest.delivery ORDER BY delivery_id")
    assert [row["status"] for row in statuses] == ["superseded", "accepted"]
    assert len(shared(home)) == 3


def test_organisations_take_their_values_from_their_own_register(home: Home) -> None:
    home.deliver(
        "market_regulation/enterprise",
        FIRST,
        [
            {
                "统一社会信用代码": COMPANY,
                "企业名称": "西安某某(高新)科技有限公司",
                "注册资本": "500(万)",
                "行政区划代码": "610131",
                "登记状态": "存续",
            }
        ],
    )
    home.deliver(
        "establishment/institution",
        FIRST,
        [{"统一社会信用代码": OFFICE, "单位名称": "陕西省某某厅", "机构类别": "机关", "状态": "正常"}],
    )
    old_number = COMPANY[2:8] + COMPANY[8:17]
    home.deliver(
        "taxation/taxpayer",
        FIRST,
        [{"登记序号": "T1", "纳税人识别号": old_number, "纳税人名称": "西安某某科技", "纳税人状态": "正常"}],
    )
    home.night(FIRST)

    organisations = {row["uscc"]: row for row in home.shared("SELECT * FROM share.legal_entity")}
    assert set(organisations) == {COMPANY, OFFICE}
    assert organisations[COMPANY]["name"] == "西安某某（高新）科技有限公司"
    assert organisations[COMPANY]["registered_capital_yuan"] == 5_000_000
    assert organisations[COMPANY]["division_code"] == "610131"
    assert organisations[COMPANY]["is_legal_person"] is True
    assert home.value("SELECT count(DISTINCT entity_id) FROM resolved.organization_link") == 2


def test_every_register_answers_for_its_own_codes_though_taxation_knows_them_too(home: Home) -> None:
    society = uscc("51", "610000", "50000001")
    home.deliver(
        "market_regulation/enterprise",
        FIRST,
        [{"统一社会信用代码": COMPANY, "企业名称": "西安某某有限公司", "登记状态": "存续"}],
    )
    home.deliver(
        "establishment/institution", FIRST, [{"统一社会信用代码": OFFICE, "单位名称": "陕西省某某厅", "状态": "正常"}]
    )
    home.deliver(
        "civil_affairs/social_organization",
        FIRST,
        [{"统一社会信用代码": society, "名称": "陕西省某某协会", "状态": "正常"}],
    )
    unknown = uscc("91", "610113", "MA6U9999")
    home.deliver(
        "taxation/taxpayer",
        FIRST,
        [
            {"登记序号": f"T{number}", "纳税人识别号": code, "纳税人名称": "税务所记名称", "纳税人状态": "正常"}
            for number, code in enumerate([COMPANY, OFFICE, society, unknown])
        ],
    )
    home.night(FIRST)

    rows = home.rows("SELECT uscc, sources.uscc.dataset AS origin, is_registered FROM library.legal_entity")
    assert {row["uscc"]: (row["origin"], row["is_registered"]) for row in rows} == {
        COMPANY: ("market_regulation/enterprise", True),
        OFFICE: ("establishment/institution", True),
        society: ("civil_affairs/social_organization", True),
        unknown: ("taxation/taxpayer", False),
    }


@pytest.fixture
def places(home: Home) -> Home:
    home.deliver(
        "natural_resources/admin_boundary",
        FIRST,
        [
            {
                "行政区划代码": "610928",
                "名称": "旬阳市",
                "级别": "县",
                "geometry": "POLYGON((109 32,110 32,110 33,109 33,109 32))",
            }
        ],
    )
    home.deliver(
        "natural_resources/real_estate_unit",
        FIRST,
        [
            {
                "不动产单元号": "610102001001GB00001F00010001",
                "面积": 100.5,
                "geometry": "POLYGON((586475 3801953,586485 3801953,586485 3801963,586475 3801963,586475 3801953))",
            }
        ],
    )
    home.deliver(
        "civil_affairs/place_name",
        FIRST,
        [
            {
                "地名编号": "D1",
                "标准名称": "钟楼",
                "行政区划代码": "610102",
                "经度": "108.9444556",
                "纬度": "34.3400445",
                "坐标系": "GCJ02",
            }
        ],
    )
    home.night(FIRST)
    return home


def test_places_are_in_cgcs2000_under_their_present_codes(places: Home) -> None:
    (division,) = places.shared("SELECT * FROM share.admin_division")
    (unit,) = places.shared("SELECT * FROM share.real_estate_unit")
    (name,) = places.shared("SELECT * FROM share.place_name")

    assert division["division_code"] == "610981"
    assert json.loads(division["boundary"])["type"] == "Polygon"
    assert (unit["longitude"], unit["latitude"]) == pytest.approx((108.93985, 34.34164), abs=1e-4)
    assert (name["longitude"], name["latitude"]) == pytest.approx((108.9398, 34.3416), abs=1e-5)


def test_published_files_are_what_share_shows(places: Home) -> None:
    folder = places.folder / "published" / "admin_division" / FIRST
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))

    frame = geopandas.read_parquet(folder / "admin_division.parquet")
    assert list(frame["division_code"]) == ["610981"] and frame.geometry.iloc[0].is_valid
    assert manifest["rows"] == 1 and manifest["code"] == "103001/0001"
    for name, file in manifest["files"].items():
        assert sha256((folder / name).read_bytes()).hexdigest() == file["sha256"]
    assert manifest["deliveries"] == {"natural_resources/admin_boundary": FIRST}


def test_a_licence_finds_its_holder_also_when_the_holder_comes_later(home: Home) -> None:
    home.deliver(
        "government_service/license_index",
        FIRST,
        [
            {
                "证照标识": "1.2.156.3005.2.11100000MB03271699022.340100.000000016.001.9",
                "证照类型代码": "11100000MB03271699022",
                "证照名称": "居民身份证",
                "证照编号": "1",
                "持证主体": "王建国",
                "持证主体代码类型": "111",
                "持证主体代码": WANG,
                "颁发机构": "某局",
                "颁发机构代码": OFFICE,
                "颁发日期": "2020-01-01",
                "有效期起始日期": "2020-01-01",
                "有效期截止日期": "长期",
                "证照状态": "有效",
            }
        ],
    )
    home.night(FIRST)
    assert home.shared("SELECT holder_person_id FROM share.license") == [{"holder_person_id": None}]
    home.deliver(RESIDENT, SECOND, PEOPLE)
    home.night(SECOND)

    (licence,) = home.shared("SELECT * FROM share.license")
    assert licence["holder_person_id"] == shared(home)[WANG]["person_id"]
    assert licence["valid_to"] is None


def test_running_twice_changes_nothing(home: Home) -> None:
    home.deliver(RESIDENT, FIRST, PEOPLE)
    home.night(FIRST)
    snapshot = home.installation.lake.snapshot()
    file = home.folder / "published" / "person" / FIRST / "person.csv"
    before = (file.stat().st_mtime_ns, home.shared("SELECT * FROM share.person ORDER BY 1"))

    home.night(FIRST)

    assert home.installation.lake.snapshot() == snapshot
    assert (file.stat().st_mtime_ns, home.shared("SELECT * FROM share.person ORDER BY 1")) == before


def test_a_table_that_somebody_emptied_is_published_again(home: Home) -> None:
    home.deliver(RESIDENT, FIRST, PEOPLE)
    home.night(FIRST)
    with home.installation.postgres.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM share.person")
    home.night(FIRST)

    assert len(shared(home)) == 3


def test_a_catalogue_that_changed_on_the_day_of_a_withdrawal_leaves_nobody_behind(home: Home) -> None:
    home.deliver(RESIDENT, FIRST, PEOPLE)
    home.night(FIRST)
    home.deliver(RESIDENT, SECOND, PEOPLE[:2])
    home.installation.lake.con.execute("UPDATE state.prepared SET fingerprint = 'of another catalogue'")
    home.close()
    home.night(SECOND)

    assert set(shared(home)) == {WANG, LI}
    assert home.value("SELECT count(*) FROM conformed.public_security__resident") == 2
    assert home.value("SELECT count(*) FROM library.person") == 2
    ended = home.row(f"SELECT valid_to, ended_by_delivery_id FROM library.person_history WHERE citizen_id = '{CHEN}'")
    assert ended["valid_to"] == date(2026, 11, 2)
    assert ended["ended_by_delivery_id"] == home.delivery(RESIDENT, SECOND)["delivery_id"]
