"""The toy province's organisations, licences and places over three nights, and what is published of them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import geopandas
import pandas
import pytest
from stdnum.iso7064 import mod_37_36

from tests.homes import Home
from tests.toy import citizen_id, organisation_code, uscc

ENTERPRISE, INSTITUTION = "market_regulation/enterprise", "establishment/institution"
SOCIAL, TAX, UNITS = "civil_affairs/social_organization", "taxation/taxpayer", "statistics/basic_unit"
LICENCES, RESIDENT = "government_service/license_index", "public_security/resident"
BOUNDARY, PLACE = "natural_resources/admin_boundary", "civil_affairs/place_name"
DOOR, ESTATE = "public_security/door_address", "natural_resources/real_estate_unit"
DAYS = ["2026-11-20", "2026-11-21", "2026-11-22"]
TABLES = ("person", "legal_entity", "admin_division", "place_name", "address", "real_estate_unit", "license")

COMPANY, SHOP = uscc("91", "610131", "MA6TAAAA"), uscc("92", "610102", "MA6TBBBB")
BRANCH = uscc("91", "610102", "MA6TFFFF")
BUREAU, SOCIETY = uscc("11", "610000", "01600001"), uscc("51", "610000", "50900002")
TAX_ONLY, OFFICE = uscc("91", "610103", "MA6TCCCC"), uscc("11", "610102", "01600007")
HOLDER = citizen_id("610102", "19800101", 1)
SECOND = citizen_id("610102", "19900101", 2)
TIDY_HOLDER = citizen_id("610102", "19850101", 29)  # ends with X
SQUARE = "POLYGON ((108.9 34.2, 109.0 34.2, 109.0 34.3, 108.9 34.3, 108.9 34.2))"
PARCEL = "POLYGON ((500000 3790000, 500100 3790000, 500100 3790100, 500000 3790100, 500000 3790000))"
UNIT = "610102001001GB00001F00010001"


def company(code: str, name: str, **more: Any) -> dict[str, Any]:
    return {
        "统一社会信用代码": code, "企业名称": name, "企业类型": "有限责任公司", "法定代表人": "张伟", "注册资本": "500(万)",
        "成立日期": "2015-06-01", "营业期限至": "长期", "住所": "西安市高新区科技路1号", "行政区划代码": "610131",
        "行业代码": "6510", "登记状态": "存续", "核准日期": "2026-01-01", **more,
    }  # fmt: skip


def licence_number(issuer: str, serial: str) -> str:
    body = f"11100000MB03271699001.{issuer}.{serial}.001"
    return f"1.2.156.3005.2.{body}.{mod_37_36.calc_check_digit(body.replace('.', ''))}"


def licence(serial: str, kind: str, holder: str, name: str, **more: Any) -> dict[str, Any]:
    return {
        "证照标识": licence_number(BUREAU, serial), "证照类型代码": "11100000MB03271699001", "证照名称": "营业执照",
        "证照编号": serial, "持证主体": name, "持证主体代码类型": kind, "持证主体代码": holder, "颁发机构": "省局",
        "颁发机构代码": BUREAU, "颁发日期": "2020-01-01", "有效期起始日期": "2020-01-01", "有效期截止日期": "长期",
        "证照状态": "有效", **more,
    }  # fmt: skip


COMPANIES = [
    company(COMPANY, "西安未央（秦）科技有限公司", 注册资本="100万元人民币"),
    company(SHOP, "新城区老王面馆", 企业类型="个体工商户", 注册资本="N/A", 行政区划代码="610102"),
    company(BRANCH, "大秦银行股份有限公司西安分行", 企业类型="", 注册资本="13万美元"),
]


@pytest.fixture(scope="module")
def province(module_home: Home) -> Iterator[tuple[Home, dict[str, dict[str, Any]]]]:
    """Three nights; what the licence table held after each, by number."""
    home, after = module_home, {}
    for on, deliver in zip(DAYS, (first_day, second_day, third_day), strict=True):
        deliver(home, on)
        home.night(on)
        after[on] = {row["number"]: row for row in home.rows("FROM library.license")}
    yield home, after


def first_day(home: Home, on: str) -> None:
    home.deliver(ENTERPRISE, on, COMPANIES)
    home.deliver(INSTITUTION, on, [{"统一社会信用代码": BUREAU, "单位名称": "陕西省测试局", "机构类别": "机关", "状态": "正常",
                                    "设立日期": date(2000, 1, 1), "开办资金": "200"}])  # fmt: skip
    home.deliver(
        SOCIAL, on, [{"统一社会信用代码": SOCIETY, "名称": "陕西省测试协会", "类型": "社会团体", "状态": "正常"}]
    )
    home.deliver(
        TAX, on,
        [
            {"登记序号": "T1", "纳税人识别号": COMPANY, "纳税人名称": "西安未央(秦)科技公司", "纳税人状态": "非正常", "国标行业代码": "6520"},
            {"登记序号": "T2", "纳税人识别号": "610102" + organisation_code("MA6TBBBB"), "纳税人名称": "老王面馆", "纳税人状态": "正常"},
            {"登记序号": "T3", "纳税人识别号": TAX_ONLY, "纳税人名称": "碑林区只在税务有限公司", "纳税人状态": "正常"},
            {"登记序号": "T4", "纳税人识别号": "无", "纳税人名称": "不知是谁有限公司", "纳税人状态": "正常"},
        ],
    )  # fmt: skip
    code = organisation_code("50900002")
    home.deliver(UNITS, on, [
        {"单位内码": "U1", "组织机构代码": f"{code[:8]}-{code[8]}", "单位详细名称": "陕西省测试协会", "行政区划代码": "610103001001",
         "从业人数": "12", "开业时间": "199905"},
    ])  # fmt: skip
    home.deliver(LICENCES, on, [
        licence("A001", "001", COMPANY, "西安未央（秦）科技有限公司"),
        licence("A002", "111", HOLDER, "张伟"),
        licence("A003", "414", "E12345678", "SMITH JOHN"),
        licence("A004", "111", SECOND, "后来的人", 颁发机构代码=OFFICE),
        licence("A005", "001", COMPANY, "将被撤下的证照", 有效期截止日期="2030-12-31"),
        licence("A006", "111", f" {TIDY_HOLDER.lower()}", "许末"),
        licence("A007", "001", f"{COMPANY[:8].lower()}-{COMPANY[8:]}", "西安未央（秦）科技有限公司"),
    ])  # fmt: skip
    home.deliver(RESIDENT, on, [
        {"公民身份号码": HOLDER, "姓名": "张伟", "性别代码": "1", "出生日期": "19800101"},
        {"公民身份号码": TIDY_HOLDER, "姓名": "许末", "性别代码": "1", "出生日期": "19850101"},
    ])  # fmt: skip
    division = {"行政区划代码": "610102", "名称": "新城区", "级别": "县", "上级代码": "610100", "geometry": SQUARE}
    home.deliver(BOUNDARY, on, [division])
    gcj = {"经度": "108.9444556", "纬度": "34.3400445", "坐标系": "GCJ02"}
    bd = {"经度": "108.9509014", "纬度": "34.3462741", "坐标系": "BD09"}
    home.deliver(PLACE, on, [
        {"地名编号": "P1", "标准名称": "钟楼", "类别": "公共设施", "行政区划代码": "610103", **gcj},
        {"地名编号": "P2", "标准名称": "乾县", "类别": "行政区域", "行政区划代码": "610424", **bd},
    ])  # fmt: skip
    home.deliver(DOOR, on, [
        {"地址编码": "D1", "标准地址": "陜西省西安市新城區解放路１号", "行政区划代码": "610102", "经度": "108.9398", "纬度": "34.3416", "坐标系": "WGS84"},
        {"地址编码": "D2", "标准地址": "西安市碑林区南大街2号", "行政区划代码": "610103", "经度": "0", "纬度": "0", "坐标系": "CGCS2000"},
    ])  # fmt: skip
    home.deliver(
        ESTATE,
        on,
        [{"不动产单元号": UNIT, "坐落": "新城区解放路1号", "面积": 88.5, "用途": "住宅", "geometry": PARCEL}],
    )


def second_day(home: Home, on: str) -> None:
    """The holder of a licence, and the office that issued it, appear; a licence is withdrawn."""
    home.deliver(INSTITUTION, on, [
        {"统一社会信用代码": BUREAU, "单位名称": "陕西省测试局", "机构类别": "机关", "状态": "正常", "设立日期": date(2000, 1, 1), "开办资金": "200"},
        {"统一社会信用代码": OFFICE, "单位名称": "新城区测试分局", "机构类别": "机关", "状态": "正常"},
    ])  # fmt: skip
    home.deliver(RESIDENT, on, [
        {"公民身份号码": HOLDER, "姓名": "张伟", "性别代码": "1", "出生日期": "19800101"},
        {"公民身份号码": SECOND, "姓名": "后来的人", "性别代码": "2", "出生日期": "19900101"},
        {"公民身份号码": TIDY_HOLDER, "姓名": "许末", "性别代码": "1", "出生日期": "19850101"},
    ])  # fmt: skip
    path = home.deliver(
        LICENCES, on, [{"证照标识": licence_number(BUREAU, "A005"), "操作": "删除"}], delta=True, control=True
    )
    assert path.exists()


def third_day(home: Home, on: str) -> None:
    """The company is closed and its name corrected in the register."""
    home.deliver(ENTERPRISE, on, [
        company(COMPANY, "西安未央秦科技有限公司", 登记状态="注销", 注销日期="2026-11-21", 核准日期="2026-11-21", 注册资本="100万元人民币"),
        *COMPANIES[1:],
    ])  # fmt: skip


def entity(home: Home, code: str) -> dict[str, Any]:
    return home.row(f"FROM library.legal_entity WHERE uscc = '{code}'")


def test_the_first_character_of_the_code_says_who_answers(province: Any) -> None:
    home, _ = province
    company, bureau, society = entity(home, COMPANY), entity(home, BUREAU), entity(home, SOCIETY)
    assert company["sources"]["name"]["dataset"] == ENTERPRISE
    assert bureau["sources"]["name"]["dataset"] == INSTITUTION
    assert society["sources"]["name"]["dataset"] == SOCIAL
    assert (bureau["status"], society["entity_type"]) == ("正常", "社会团体")


def test_the_tax_office_does_not_overrule_the_register(province: Any) -> None:
    home, _ = province
    company = entity(home, COMPANY)
    assert (company["status"], company["industry_code"][-4:]) == ("注销", "6510")
    assert company["cancelled_on"] == date(2026, 11, 21)


def test_records_meet_by_the_organisation_code_within_the_credit_code(province: Any) -> None:
    home, _ = province
    links = home.rows("SELECT record_key, entity_id FROM resolved.organization_link")
    of = {row["record_key"]: row["entity_id"] for row in links}
    assert of["T1"] == of[COMPANY] and of["T2"] == of[SHOP] and of["U1"] == of[SOCIETY]
    assert entity(home, SOCIETY)["employees"] == 12


def test_a_company_that_only_the_tax_office_knows_is_published_an_unknown_one_is_not(province: Any) -> None:
    home, _ = province
    names = {row["name"] for row in home.shared("SELECT name FROM share.legal_entity")}
    assert "碑林区只在税务有限公司" in names and "不知是谁有限公司" not in names
    assert entity(home, TAX_ONLY)["status"] is None
    assert home.value("SELECT count(*) FROM library.legal_entity WHERE name = '不知是谁有限公司'") == 1


def test_capital_is_told_in_yuan_and_as_typed(province: Any) -> None:
    home, _ = province
    assert entity(home, COMPANY)["registered_capital_yuan"] == Decimal(1_000_000)
    assert entity(home, SHOP)["registered_capital_yuan"] is None
    assert entity(home, BRANCH)["registered_capital_yuan"] is None
    assert "13万美元" in entity(home, BRANCH)["registered_capital"]


def test_shops_and_branches_are_not_legal_persons(province: Any) -> None:
    home, _ = province
    assert [entity(home, code)["is_legal_person"] for code in (COMPANY, SHOP, BRANCH, BUREAU)] == [
        True,
        False,
        False,
        True,
    ]


def test_a_registrars_zone_is_kept_and_an_endless_term_is_no_date(province: Any) -> None:
    home, _ = province
    assert (entity(home, COMPANY)["division_code"], entity(home, COMPANY)["valid_to"]) == ("610131", None)


def test_a_month_alone_is_its_first_day(province: Any) -> None:
    home, _ = province
    assert home.value("SELECT established_on FROM conformed.statistics__basic_unit") == date(1999, 5, 1)


def test_a_changed_name_keeps_the_identifier_and_the_history(province: Any) -> None:
    home, _ = province
    states = home.rows(f"FROM library.legal_entity_history WHERE uscc = '{COMPANY}' ORDER BY valid_from")
    assert len({state["entity_id"] for state in states}) == 1
    assert [(state["name"][:5], state["valid_to"]) for state in states] == [
        ("西安未央（", date(2026, 11, 22)), ("西安未央秦", None),
    ]  # fmt: skip
    assert states[0]["ended_by_delivery_id"] == f"market_regulation.enterprise.{DAYS[2]}.1"


def test_a_licence_refers_to_holder_and_issuer(province: Any) -> None:
    home, after = province
    first = after[DAYS[0]]
    assert first["A001"]["holder_entity_id"] == entity(home, COMPANY)["entity_id"]
    assert first["A001"]["issuer_entity_id"] == entity(home, BUREAU)["entity_id"]
    assert first["A001"]["holder_person_id"] is None
    assert first["A002"]["holder_person_id"] == home.value(
        f"SELECT person_id FROM library.person WHERE citizen_id = '{HOLDER}'"
    )
    assert (first["A003"]["holder_person_id"], first["A003"]["holder_entity_id"]) == (None, None)


def test_a_holder_is_found_however_the_number_is_written(province: Any) -> None:
    home, after = province
    assert TIDY_HOLDER.endswith("X")
    assert after[DAYS[0]]["A006"]["holder_person_id"] == home.value(
        f"SELECT person_id FROM library.person WHERE citizen_id = '{TIDY_HOLDER}'"
    )
    assert after[DAYS[0]]["A007"]["holder_entity_id"] == entity(home, COMPANY)["entity_id"]
    assert home.value("SELECT count(*) FROM crosscheck.discrepancy WHERE kind = 'holder_unknown' AND other_record_key "
                      "IN (SELECT record_key FROM conformed.government_service__license_index WHERE number IN ('A006', 'A007'))") == 0  # fmt: skip


def test_a_holder_who_appears_a_day_later_is_found(province: Any) -> None:
    home, after = province
    assert (after[DAYS[0]]["A004"]["holder_person_id"], after[DAYS[0]]["A004"]["issuer_entity_id"]) == (None, None)
    later = after[DAYS[1]]["A004"]
    assert later["holder_person_id"] == home.value(
        f"SELECT person_id FROM library.person WHERE citizen_id = '{SECOND}'"
    )
    assert later["issuer_entity_id"] == entity(home, OFFICE)["entity_id"]
    assert home.shared("SELECT holder_person_id FROM share.license WHERE number = 'A004'") == [
        {"holder_person_id": later["holder_person_id"]}
    ]


def test_a_withdrawn_licence_leaves_share_with_a_closed_history(province: Any) -> None:
    home, after = province
    assert "A005" in after[DAYS[0]] and "A005" not in after[DAYS[1]]
    assert home.shared("SELECT 1 FROM share.license WHERE number = 'A005'") == []
    state = home.row("FROM library.license_history WHERE number = 'A005'")
    assert (state["valid_from"], state["valid_to"]) == (date(2026, 11, 20), date(2026, 11, 21))
    assert state["item_valid_to"] == date(2030, 12, 31)
    assert state["ended_by_delivery_id"] == f"government_service.license_index.{DAYS[1]}.1"


def test_no_number_of_a_holder_is_published(province: Any) -> None:
    home, _ = province
    for row in home.shared("SELECT * FROM share.license"):
        assert HOLDER not in str(row) and "holder_id" not in row


def test_points_are_brought_to_cgcs2000(province: Any) -> None:
    home, _ = province
    points = home.shared(
        "SELECT longitude, latitude FROM share.place_name UNION ALL SELECT longitude, latitude FROM share.address WHERE address_code = 'D1'"
    )
    for point in points:
        assert (point["longitude"], point["latitude"]) == pytest.approx((108.9398, 34.3416), abs=2e-6)


def test_a_place_keeps_its_authoritys_spelling_and_an_address_is_tidied(province: Any) -> None:
    home, _ = province
    assert {row["name"] for row in home.shared("SELECT name FROM share.place_name")} == {"钟楼", "乾县"}
    address = home.shared("SELECT address FROM share.address WHERE address_code = 'D1'")[0]["address"]
    assert address == "陕西省西安市新城区解放路1号"


@pytest.mark.parametrize(
    ("table", "key", "dataset"),
    [
        ("admin_division", "division_code", BOUNDARY),
        ("place_name", "place_number", PLACE),
        ("address", "address_code", DOOR),
        ("real_estate_unit", "unit_number", ESTATE),
        ("license", "license_id", LICENCES),
    ],
)
def test_a_departments_own_number_has_a_source_as_every_item_has(
    province: Any, table: str, key: str, dataset: str
) -> None:
    home, _ = province
    for view in (table, f"{table}_history"):
        rows = home.rows(f"SELECT {key} AS number, sources.{key} AS source FROM library.{view}")
        assert rows
        assert {(row["source"]["dataset"], row["source"]["record_key"]) for row in rows} == {
            (dataset, row["number"]) for row in rows
        }
        assert all(row["source"]["delivery_id"] and row["source"]["as_of"] for row in rows)


def test_an_impossible_point_is_not_published(province: Any) -> None:
    home, _ = province
    assert home.shared("SELECT longitude, latitude FROM share.address WHERE address_code = 'D2'") == [
        {"longitude": None, "latitude": None}
    ]


def test_projected_parcels_lie_in_degrees(province: Any) -> None:
    home, _ = province
    (unit,) = home.shared("SELECT * FROM share.real_estate_unit")
    assert (unit["unit_number"], unit["area"], unit["division_code"]) == (UNIT, 88.5, "610102")
    assert unit["longitude"] == pytest.approx(108.0005, abs=0.001) and unit["latitude"] == pytest.approx(
        34.23, abs=0.05
    )


def test_a_boundary_is_published_as_geojson_with_a_point_inside(province: Any) -> None:
    home, _ = province
    (division,) = home.shared("SELECT * FROM share.admin_division")
    boundary = json.loads(division["boundary"])
    assert boundary["type"] in ("Polygon", "MultiPolygon")
    assert 108.9 < division["longitude"] < 109.0 and 34.2 < division["latitude"] < 34.3


@pytest.mark.parametrize("table", TABLES)
def test_published_files_equal_share_and_their_manifest_is_true(province: Any, table: str) -> None:
    home, _ = province
    folder = home.folder / "published" / table / DAYS[2]
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    key = home.installation.catalogue.tables[table].key
    shared = home.shared(f'SELECT * FROM share.{table} ORDER BY {key} COLLATE "C"')
    csv = pandas.read_csv(folder / f"{table}.csv", dtype=str, keep_default_na=False)
    parquet = home.rows(f"FROM '{folder / f'{table}.parquet'}'")

    assert manifest["rows"] == len(shared) == len(csv) == len(parquet)
    assert list(csv.columns) == list(shared[0]) == [column["name"] for column in manifest["schema"]]
    assert [row[key] for row in parquet] == [row[key] for row in shared]
    plain = [column for column in shared[0] if column != "boundary"]
    assert [[row[name] for name in plain] for row in parquet] == [[row[name] for name in plain] for row in shared]
    for name in ("name", "address", "status"):
        if name in csv:
            assert list(csv[name]) == [row[name] or "" for row in shared]
    for name, file in manifest["files"].items():
        content = (folder / name).read_bytes()
        assert (len(content), hashlib.sha256(content).hexdigest()) == (file["bytes"], file["sha256"])
    assert set(manifest["files"]) == {path.name for path in folder.iterdir()} - {"manifest.json"}
    assert manifest["code"] == home.installation.catalogue.tables[table].code
    assert set(manifest["deliveries"].values()) <= set(DAYS) and manifest["deliveries"]


def test_licences_rest_on_the_deliveries_that_their_holders_and_issuers_are_known_from(province: Any) -> None:
    home, _ = province
    manifest = json.loads((home.folder / "published/license" / DAYS[2] / "manifest.json").read_text("utf-8"))
    assert {LICENCES, RESIDENT, ENTERPRISE, INSTITUTION} <= set(manifest["deliveries"])


def test_the_published_boundaries_open_in_geopandas_with_their_system(province: Any) -> None:
    home, _ = province
    frame = geopandas.read_parquet(home.folder / "published/admin_division" / DAYS[2] / "admin_division.parquet")
    assert frame.crs is not None and frame.crs.to_epsg() == 4490
    assert list(frame.geometry.is_valid) == [True]


def test_nothing_is_left_beside_the_published_folders(province: Any) -> None:
    home, _ = province
    left = [path for path in (home.folder / "published").rglob(".*")] + list((home.folder / "spill").glob("copy*"))
    assert left == []


def published(home: Home) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in (home.folder / "published").rglob("*") if path.is_file()}


def test_the_same_night_again_changes_nothing(province: Any) -> None:
    home, _ = province
    before = (published(home), state_of(home))

    home.night(DAYS[2])

    assert (published(home), state_of(home)) == before
    # what the cross-check found that night has been measured now; a third time there is nothing left to write
    newest = home.value("SELECT max(snapshot_id) FROM lake.snapshots()")
    home.night(DAYS[2])
    assert home.value("SELECT max(snapshot_id) FROM lake.snapshots()") == newest


def state_of(home: Home) -> dict[str, list[dict[str, Any]]]:
    """All that readers see: share, the libraries, their histories, links and events."""
    shared = {f"share.{name}": home.shared(f"SELECT * FROM share.{name} ORDER BY 1") for name in TABLES}
    lake = [f"library.{name}{suffix}" for name in TABLES for suffix in ("", "_history")]
    lake += ["resolved.person_link", "resolved.organization_link", "resolved.identity_event", "ingest.delivery"]
    return shared | {name: home.rows(f"FROM {name} ORDER BY ALL") for name in lake}
