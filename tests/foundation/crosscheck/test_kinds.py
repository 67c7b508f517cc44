"""Each declared kind of discrepancy found in a province of a few people and organisations, and nothing else found."""

# ruff: noqa: E501 - a delivered row reads best on one line

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from tests.foundation.crosscheck.province import (
    Province,
    citizen_id,
    enterprise,
    health,
    insured,
    pupil,
    resident,
    square,
    taxpayer,
    uscc,
)

DEAD = citizen_id("610102", "19400101", 11)
CREMATED = citizen_id("610102", "19410101", 11)
NO_STATUS = citizen_id("610102", "19420101", 11)
GONE_PUPIL = citizen_id("610102", "20140101", 11)
FATHER = citizen_id("610102", "19850101", 11)
TWICE_1, TWICE_2 = citizen_id("610102", "19700101", 11), citizen_id("610102", "19700101", 13)
BIGAMIST, FIRST_WIFE, SECOND_WIFE = (
    citizen_id("610102", f"19{year}0101", n) for year, n in ((75, 11), (76, 22), (77, 22))
)
WIDOWER, LATE_WIFE, NEW_WIFE = (citizen_id("610102", f"19{year}0202", n) for year, n in ((75, 11), (76, 22), (77, 22)))
WRONG_SEX = citizen_id("610102", "19920101", 11)
WRONG_BIRTH = citizen_id("610102", "19930101", 11)
UNREGISTERED = citizen_id("610102", "19950101", 11)
STRANGER = citizen_id("110105", "19450101", 11)
RUINED = citizen_id("610102", "19880808", 900)  # as a spreadsheet leaves a number: its last three digits are 000
DIVORCED, LEFT, NEXT = (citizen_id("610102", f"19{year}0303", n) for year, n in ((75, 11), (76, 22), (77, 22)))
ANNULLED, ONCE, AGAIN = (citizen_id("610102", f"19{year}0404", n) for year, n in ((75, 11), (76, 22), (77, 22)))
MOTHER, MOTHER_2 = citizen_id("610102", "19910505", 22), citizen_id("610102", "19910606", 22)
SHOP, CLOSED, UNKNOWN, AWAY = (uscc("91", "610102", f"MA00000{n}") for n in (1, 2, 9, 4))
OFFICE = uscc("12", "610102", "00000003")
TYPE = "11100000MB03271699001"


def licence(number: int, holder_type: str, holder: str, name: str, issued: str, **other: str) -> dict[str, str]:
    row = {"证照标识": f"1.2.156.3005.2.{TYPE}.{OFFICE}.{number:012d}.001.0", "证照类型代码": TYPE, "证照名称": "证照",
           "证照编号": str(number), "持证主体": name, "持证主体代码类型": holder_type, "持证主体代码": holder,
           "颁发机构": "新城区某局", "颁发机构代码": OFFICE, "颁发日期": issued, "有效期起始日期": issued, "有效期截止日期": "长期",
           "证照状态": "有效"}  # fmt: skip
    return row | other


def deliver(province: Province, on: str = "2026-11-23") -> None:
    toy = province.toy
    toy.deliver("public_security/resident", on, [
        resident(DEAD, "张山", "19400101", "1", 户籍状态代码="9", 死亡日期="20200101", 户号="1"),
        resident(CREMATED, "张石", "19410101", "1", 户号="2"),
        resident(NO_STATUS, "张土", "19420101", "1", 户号="16", 户籍状态代码="不详"),
        resident(GONE_PUPIL, "张水", "20140101", "1", 户籍状态代码="9", 死亡日期="20250101", 户号="3"),
        resident(FATHER, "陈父", "19850101", "1", 户号="4"),
        resident(TWICE_1, "周同", "19700101", "1", 户号="5"), resident(TWICE_2, "周同", "19700101", "1", 户号="5"),
        resident(BIGAMIST, "吴双", "19750101", "1", 户号="6"), resident(FIRST_WIFE, "郑一", "19760101", "2", 户号="6"),
        resident(SECOND_WIFE, "郑二", "19770101", "2", 户号="7"),
        resident(WIDOWER, "冯单", "19750202", "1", 户号="8"),
        resident(LATE_WIFE, "褚旧", "19760202", "2", 户号="8", 户籍状态代码="9", 死亡日期="20000101"),
        resident(NEW_WIFE, "褚新", "19770202", "2", 户号="8"),
        resident(DIVORCED, "尤离", "19750303", "1", 户号="12"), resident(LEFT, "许前", "19760303", "2", 户号="13"),
        resident(NEXT, "许后", "19770303", "2", 户号="12"),
        resident(ANNULLED, "水撤", "19750404", "1", 户号="14"), resident(ONCE, "窦前", "19760404", "2", 户号="15"),
        resident(AGAIN, "窦后", "19770404", "2", 户号="14"),
        resident(WRONG_SEX, "卫错", "19920101", "2", 户号="9"),
        resident(WRONG_BIRTH, "卫生", "19930102", "1", 户号="9"),
        resident(MOTHER, "孙母", "19910505", "2", 户号="10"), resident(MOTHER_2, "孙娘", "19910606", "2", 户号="11"),
        resident(citizen_id("610102", "20260301", 22), "孙宝", "20260301", "2", 户号="11"),
    ])  # fmt: skip
    toy.deliver("human_resources/social_insurance", on, [
        insured("S1", DEAD, "张山", "1940-01-01", "1", 参保状态="待遇领取"),
        insured("S2", FATHER, "陈父", "1985-01-01", "1", 参保单位统一社会信用代码=SHOP, 参保单位名称="西安甲乙公司"),
        insured("S3", UNREGISTERED, "蒋无", "1995-01-01", "1"),
        insured("S4", LATE_WIFE, "褚旧", "1976-02-02", "2"),
        insured("S5", RUINED, "何零", "1988-08-08", "1"), insured("S6", STRANGER, "客老", "1945-01-01", "1", 参保状态="待遇领取"),
    ])  # fmt: skip
    toy.deliver("education/student", on, [pupil("P1", GONE_PUPIL, "张水", "2014-01-01", "男")])
    toy.deliver("health/resident_health_record", on, [
        health("H1", FATHER, "陈宝宝", "2022-02-02", "男"), health("H2", UNREGISTERED, "蒋无", "1995-01-01", "男"),
        health("H3", DEAD, "张山", "1940-01-01", "男"),  # kept after death: no business is done with it
    ])  # fmt: skip
    toy.deliver("civil_affairs/cremation", on, [
        {"火化证明编号": "C1", "逝者姓名": "张石", "身份证号": CREMATED, "性别": "男", "死亡日期": "20261001", "火化日期": "20261003"},
        {"火化证明编号": "C2", "逝者姓名": "张山", "身份证号": DEAD, "性别": "男", "死亡日期": "20200102", "火化日期": "20200103"},
        {"火化证明编号": "C4", "逝者姓名": "张土", "身份证号": NO_STATUS, "性别": "男", "死亡日期": "20261001", "火化日期": "20261003"},
        {"火化证明编号": "C3", "逝者姓名": "客老", "身份证号": STRANGER, "性别": "男", "死亡日期": "20260901", "火化日期": "20260903"},
    ])  # fmt: skip
    toy.deliver("health/birth_certificate", on, [
        {"出生医学证明编号": f"B{n}", "新生儿性别": "女", "出生日期": born, "母亲姓名": name, "母亲身份证号": mother, "签发日期": issued}
        for n, (born, name, mother, issued) in enumerate((
            ("2026-03-01", "孙母", MOTHER, "2026-03-05"),  # not registered
            ("2026-03-01", "孙娘", MOTHER_2, "2026-03-05"),  # registered in the mother's household
            ("2026-11-01", "孙母", MOTHER, "2026-11-05"),  # still has time
            ("2026-03-01", "客母", citizen_id("110105", "19900101", 22), "2026-03-05"),  # at home elsewhere
        ))
    ])  # fmt: skip
    toy.deliver("market_regulation/enterprise", on, [
        enterprise(SHOP, "西安甲公司"), enterprise(CLOSED, "西安乙公司", "注销", 注销日期="2024-05-01"),
        enterprise(AWAY, "西安丙公司", 住所="陕西省西安市碑林区解放路1号"),
    ])  # fmt: skip
    toy.deliver("establishment/institution", on, [
        {"统一社会信用代码": OFFICE, "单位名称": "新城区某局", "机构类别": "机关", "法定代表人": "李静",
         "住所": "陕西省西安市新城区解放路1号", "状态": "正常"},
    ])  # fmt: skip
    toy.deliver("taxation/taxpayer", on, [
        taxpayer("T1", SHOP, "西安甲公司"), taxpayer("T2", CLOSED, "西安乙公司"), taxpayer("T3", UNKNOWN, "无人登记公司"),
        taxpayer("T4", OFFICE, "新城区某局"),
        taxpayer("T5", "610102" + uscc("91", "610102", "MA000008")[8:17], "旧号无人登记公司"),
    ])  # fmt: skip
    toy.deliver("natural_resources/admin_boundary", on, [
        {"行政区划代码": code, "名称": name, "级别": level, "上级代码": parent, "geometry": f"POLYGON(({x} 34, {x + 1} 34, {x + 1} 35, {x} 34))"}
        for x, (code, name, level, parent) in enumerate((
            ("610000", "陕西省", "省", None), ("610100", "西安市", "市", "610000"),
            ("610102", "新城区", "县", "610100"), ("610103", "碑林区", "县", "610100"),
        ), start=108)
    ])  # fmt: skip
    toy.deliver("government_service/license_index", on, [
        licence(1, "111", DEAD, "张山", "2021-01-01", 证照名称="中华人民共和国居民身份证"),  # after death, and still valid
        licence(2, "001", CLOSED, "西安乙公司", "2024-06-01"),  # after cancellation
        licence(3, "111", citizen_id("610102", "19960101", 11), "无人", "2020-01-01"),  # nobody holds that number
        licence(4, "111", FATHER, "陈 父", "2020-01-01"),  # only a blank
        licence(5, "111", FATHER, "陈夫", "2020-01-01"),
        licence(6, "001", SHOP, "西安甲乙公司", "2020-01-01"),
        licence(7, "001", OFFICE, "新城区某局", "2020-01-01"),
    ])  # fmt: skip
    east = 0.005  # of a degree: 460 m, as GCJ-02 shifts points here
    toy.deliver("public_security/door_address", on, [
        {"地址编码": "D1", "标准地址": "陕西省西安市新城区解放路1号", "行政区划代码": "610102", "经度": str(108.95 + east), "纬度": "34.26", "坐标系": "CGCS2000"},
        {"地址编码": "D2", "标准地址": "陕西省西安市新城区解放路2号", "行政区划代码": "610102", "经度": "108.951", "纬度": "34.26", "坐标系": "CGCS2000"},
    ])  # fmt: skip
    toy.deliver("natural_resources/real_estate_unit", on, [
        {"不动产单元号": f"610102001001GB0000{n}F0000000{n}", "坐落": f"西安市新城区解放路{n}号3号楼1单元101室", "面积": 100.0,
         "用途": "住宅", "geometry": square(108.95 + (n - 1) / 1000, 34.26)} for n in (1, 2)
    ], crs="EPSG:4545")  # fmt: skip
    marriages(province)


def marriages(province: Province) -> None:
    """The marriage register, in the department's own database."""
    rows = [
        ("J1", "结婚", "吴双", BIGAMIST, "郑一", FIRST_WIFE, "2001-01-01"),
        ("J2", "结婚", "吴双", BIGAMIST, "郑二", SECOND_WIFE, "2010-01-01"),
        ("J3", "结婚", "冯单", WIDOWER, "褚旧", LATE_WIFE, "1998-01-01"),
        ("J4", "结婚", "冯单", WIDOWER, "褚新", NEW_WIFE, "2003-01-01"),  # after her death
        ("J5", "结婚", "陈父", FATHER, "孙母", MOTHER, "2012-01-01"),
        ("L5", "离婚", "陈父", FATHER, "孙母", MOTHER, "2014-01-01"),
        ("J6", "结婚", "陈父", FATHER, "孙娘", MOTHER_2, "2016-01-01"),
        ("J7", "结婚", "尤离", DIVORCED, "许前", LEFT, "2001-01-01"),
        ("L7", "离婚", "尤离", DIVORCED, "许钱", "—", "2005-01-01"),  # whose divorce from whom, nobody can tell
        ("J8", "结婚", "尤离", DIVORCED, "许后", NEXT, "2006-01-01"),
        ("J9", "结婚", "水撤", ANNULLED, "窦前", ONCE, "2001-01-01"),
        ("C9", "撤销", "水撤", ANNULLED, "窦前", ONCE, "2002-01-01"),
        ("J10", "结婚", "水撤", ANNULLED, "窦后", AGAIN, "2006-01-01"),
    ]
    columns = ("登记证号", "登记类型", "男方姓名", "男方身份证号", "女方姓名", "女方身份证号", "登记日期", "登记机关")
    url = province.database("civil_affairs")
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.execute(sa.text(f"CREATE TABLE marriage_registration ({', '.join(f'{c} TEXT' for c in columns)})"))
        values = ", ".join(f":{n}" for n in range(len(columns)))
        for row in rows:
            given = {str(n): value for n, value in enumerate((*row, "新城区民政局"))}
            connection.execute(sa.text(f"INSERT INTO marriage_registration VALUES ({values})"), given)
    engine.dispose()


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[dict[str, Any]]]:
    with pytest.MonkeyPatch.context() as patch:
        province = Province.at(Path(tmp_path_factory.mktemp("kinds")), patch)
        with province.stack:
            deliver(province)
            province.night("2026-11-23")
            yield province.discrepancies()


CASES = [
    ("pension_after_death", "residency_status_code", "S1", "human_resources"),
    ("pension_after_cremation", "residency_status_code", "S6", "human_resources"),
    ("alive_after_death", "residency_status_code", "S4", "human_resources"),
    ("enrolled_after_death", "residency_status_code", "P1", "education"),
    ("death_unknown_to_register", "residency_status_code", "C1", "public_security"),
    ("death_unknown_to_register", "residency_status_code", "C4", "public_security"),
    ("number_of_two_persons", "citizen_id", "H1", "health"),
    ("two_numbers_of_one_person", "citizen_id", max(TWICE_1, TWICE_2), "public_security"),
    ("two_marriages", "marital_status_code", "J1", "civil_affairs"),
    ("birth_not_registered", "citizen_id", "B0", "public_security"),
    ("unknown_to_register", "citizen_id", "S3", "human_resources"),
    ("number_contradicts_sex", "sex_code", WRONG_SEX, "public_security"),
    ("number_contradicts_birth", "birth_date", WRONG_BIRTH, "public_security"),
    ("employer_name_differs", "employer_name", "S2", "human_resources"),
    ("closed_and_active", "status", "T2", "taxation"),
    ("unknown_to_registrar", "uscc", "T3", "taxation"),
    ("unknown_to_registrar", "uscc", "T5", "taxation"),
    ("address_outside_division", "address", AWAY, "market_regulation"),
    ("issued_after_death", "issued_on", "000000000001", "government_service"),
    ("valid_of_the_dead", "status", "000000000001", "government_service"),
    ("issued_after_cancellation", "issued_on", "000000000002", "government_service"),
    ("holder_unknown", "holder_id", "000000000003", "government_service"),
    ("holder_name_differs", "holder_name", "000000000005", "government_service"),
    ("holder_organisation_differs", "holder_name", "000000000006", "government_service"),
    ("point_differs", "crs", "D1", "public_security"),
]
KINDS = {kind for kind, *_ in CASES}


@pytest.mark.parametrize(("kind", "item", "record", "department"), CASES)
def test_kind_is_found_in_the_right_record(
    kind: str, item: str, record: str, department: str, found: list[dict[str, Any]]
) -> None:
    (one,) = [case for case in found if case["kind"] == kind and record in case["other_record_key"]]
    assert one["item"] == item
    assert one["responsible_department"] == department


def test_each_is_reported_once_and_nothing_else_of_its_kind(found: list[dict[str, Any]]) -> None:
    assert sorted(case["kind"] for case in found if case["kind"] in KINDS) == sorted(kind for kind, *_ in CASES)


def test_every_declared_kind_is_tried(found: list[dict[str, Any]]) -> None:
    from foundation.catalogue.load import load

    declared = {kind for check in load().crosschecks.values() for kind in check.kinds}
    assert declared == KINDS


def test_an_offset_betrays_the_coordinate_system(found: list[dict[str, Any]]) -> None:
    (one,) = [case for case in found if case["kind"] == "point_differs"]
    assert one["other_value"].startswith("108.955000, 34.260000（偏 4") and one["other_value"].endswith(
        " 米，疑为 GCJ-02）"
    )


def test_two_different_dates_of_death(found: list[dict[str, Any]]) -> None:
    """A death that both sides know is one of `death_date`; one that only one side knows is of the residency status."""
    (one,) = [case for case in found if case["item"] == "death_date"]
    assert (one["kind"], one["authority_value"], one["other_value"]) == ("different", "2020-01-01", "2020-01-02")


def test_nothing_else_is_reported(found: list[dict[str, Any]]) -> None:
    others = [(case["item"], case["kind"], case["other_record_key"]) for case in found if case["kind"] not in KINDS]
    assert sorted(others) == [("death_date", "different", "C2")]


def test_identifiers_tell_nothing(found: list[dict[str, Any]]) -> None:
    numbers = {DEAD, CREMATED, FATHER, WRONG_SEX, SHOP}
    assert all(not any(number in case["discrepancy_id"] for number in numbers) for case in found)
    assert len({case["discrepancy_id"] for case in found}) == len(found)
