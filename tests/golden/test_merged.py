"""Two persons and two organisations become one by a judgement: everything that is published follows the redirect."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from resources.review import RECORDS
from tests.golden.test_organizations_and_places import company, licence
from tests.homes import Home
from tests.toy import citizen_id, uscc

RESIDENT, HEALTH, STUDENT = "public_security/resident", "health/resident_health_record", "education/student"
INSURANCE, BIRTH = "human_resources/social_insurance", "health/birth_certificate"
ENTERPRISE, TAX, UNITS = "market_regulation/enterprise", "taxation/taxpayer", "statistics/basic_unit"
LICENCES = "government_service/license_index"
FIRST, SECOND = "2026-11-20", "2026-11-21"
NUMBER, CODE = citizen_id("610102", "19990212", 22), uscc("91", "610131", "MA6TAAAA")
CHILD = {"出生日期": "2024-05-01", "新生儿性别": "男", "签发日期": "2024-05-02"}
ADDRESS = "西安市高新区科技路1号"


@pytest.fixture(scope="module")
def merged(module_home: Home) -> Iterator[tuple[Home, dict[str, str]]]:
    """Two nights; what stood for the licences' holders before people judged that more records are theirs."""
    home = module_home
    deliver(home)
    home.night(FIRST)
    holders = home.row(
        "SELECT holder_person_id, holder_entity_id FROM (SELECT max(COLUMNS('holder_.*_id')) FROM library.license)"
    )
    assert not home.rows("FROM resolved.redirect")
    assert set(holders.values()) <= held_in(home)
    judge(home, "person", (RESIDENT, NUMBER), (HEALTH, "H1"))
    judge(home, "legal_entity", (ENTERPRISE, CODE), (TAX, "T1"))
    home.night(SECOND)
    yield home, holders


def deliver(home: Home) -> None:
    """A person and a company with valid numbers; more records without a number that speak of another, by all they say."""
    resident = {
        "公民身份号码": NUMBER,
        "姓名": "孙丽",
        "性别代码": "2",
        "出生日期": "19990212",
        "更新时间": "2026-10-01 08:00:00",
    }
    home.deliver(RESIDENT, FIRST, [resident])
    home.deliver(BIRTH, FIRST, [{"出生医学证明编号": "B1", "母亲姓名": "孙莉", "母亲身份证号": NUMBER, **CHILD}])
    unknown = {"姓名": "欧阳莉莉", "出生日期": "1998-11-30"}
    home.deliver(HEALTH, FIRST, [{"档案编号": "H1", "性别": "女", "联系电话": "13800000001", **unknown}])
    home.deliver(STUDENT, FIRST, [{"学籍号": "S1", "性别": "女", "学校名称": "西安第一中学", **unknown}])
    home.deliver(INSURANCE, FIRST, [{"个人编号": "I1", "性别代码": "2", "手机号码": "13800000001", **unknown}])
    home.deliver(ENTERPRISE, FIRST, [company(CODE, "西安未央（秦）科技有限公司")])
    home.deliver(TAX, FIRST, [{"登记序号": "T1", "纳税人识别号": "无", "纳税人名称": "碑林区老李餐饮店", "法定代表人姓名": "李建国",
                               "生产经营地址": "西安市碑林区南大街2号", "纳税人状态": "正常"}])  # fmt: skip
    home.deliver(UNITS, FIRST, [{"单位内码": "U1", "单位详细名称": "碑林区老李餐饮店", "法定代表人": "李建国",
                                 "行政区划代码": "610103001001", "详细地址": "西安市碑林区南大街2号"}])  # fmt: skip
    home.deliver(
        LICENCES,
        FIRST,
        [licence("A1", "001", CODE, "西安未央（秦）科技有限公司"), licence("A2", "111", NUMBER, "孙丽")],
    )


def judge(home: Home, table: str, one: tuple[str, str], other: tuple[str, str]) -> None:
    """People judge that two records speak of the same."""
    case: dict[str, Any] = {"library_table": table, "case_id": ""}
    for side, (dataset, record_key) in (("left", one), ("right", other)):
        department, _, name = dataset.partition("/")
        case |= {f"{side}_department": department, f"{side}_dataset": name}
        case |= {f"{side}_record_key": record_key, f"{side}_role": ""}
    assert set(RECORDS) <= set(case)
    home.installation.review.decide(case, "same", "张审核", None)


def held_in(home: Home) -> set[str]:
    """Every text in what is published: the tables of `share`, the newest files, the views, themes, open discrepancies."""
    values: set[str] = set()
    for row in home.shared("SELECT table_name FROM information_schema.tables WHERE table_schema = 'share'"):
        values |= texts(home.shared(f"SELECT * FROM share.{row['table_name']}"))
    for folder in (home.folder / "published").iterdir():
        newest = max(folder.glob("[0-9]*"))
        for file in (f"{folder.name}.parquet", f"{folder.name}.csv"):
            values |= texts(home.rows(f"FROM '{newest / file}'"))
    tables = home.rows(
        """SELECT DISTINCT schema_name || '.' || table_name AS name FROM duckdb_columns() WHERE database_name = 'lake'
        AND (schema_name = 'theme' OR (schema_name = 'library' AND NOT ends_with(table_name, '_history')))"""
    )
    for table in tables:
        values |= texts(home.rows(f"FROM {table['name']}"))
    return values | texts(home.rows("FROM crosscheck.discrepancy WHERE status = 'open'"))


def texts(rows: list[dict[str, Any]]) -> set[str]:
    return {value for row in rows for value in row.values() if isinstance(value, str)}


def test_the_retired_identifiers_lead_to_the_standing_ones(merged: tuple[Home, dict[str, str]]) -> None:
    home, before = merged
    current = {row["entity_id"]: row["current_id"] for row in home.rows("FROM resolved.redirect")}
    assert set(current) == set(before.values())
    standing = set(current.values())
    assert standing == {row["id"] for row in home.rows(
        f"""SELECT person_id AS id FROM resolved.person_link WHERE record_key = '{NUMBER}'
        UNION ALL SELECT entity_id FROM resolved.organization_link WHERE record_key = '{CODE}'"""
    )}  # fmt: skip
    events = home.rows(
        f"SELECT entity_id, other_entity_id FROM resolved.identity_event WHERE event = 'merged' AND happened_on = '{SECOND}'"
    )
    assert {row["other_entity_id"]: row["entity_id"] for row in events} == current


def test_nothing_published_holds_a_retired_identifier(merged: tuple[Home, dict[str, str]]) -> None:
    home, before = merged
    held = held_in(home)
    assert not set(before.values()) & held
    assert {row["current_id"] for row in home.rows("FROM resolved.redirect")} <= held


def test_licences_name_the_standing_holder(merged: tuple[Home, dict[str, str]]) -> None:
    home, before = merged
    current = {row["entity_id"]: row["current_id"] for row in home.rows("FROM resolved.redirect")}
    for read in (home.shared, home.rows):
        place = "share.license" if read == home.shared else "library.license"
        rows = {row["number"]: row for row in read(f"SELECT * FROM {place}")}
        assert rows["A1"]["holder_entity_id"] == current[before["holder_entity_id"]]
        assert rows["A2"]["holder_person_id"] == current[before["holder_person_id"]]
