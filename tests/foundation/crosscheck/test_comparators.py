"""What each comparator takes for the same: pairs that a person can read."""

from __future__ import annotations

import duckdb
import pytest

from foundation.catalogue.crosscheck import Comparison
from foundation.crosscheck.comparators import COMPARATORS, Sides, metres, offset_meaning, outcome

SAME, COSMETIC, DIFFERENT, NOT_COMPARABLE = "=", "~", "!", "?"

KNOWN = "['610000', '610100', '610102', '610103', '610702']"


@pytest.fixture(scope="module")
def con() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


def compare(
    con: duckdb.DuckDBPyConnection,
    comparator: str,
    authority: str | None,
    other: str | None,
    kind: str = "VARCHAR",
    **more: object,
) -> str:
    words = {"存续": "未注销", "正常": "未注销", "吊销未注销": "未注销", "注销": "已注销", "吊销已注销": "已注销"}
    comparison = Comparison(comparator=comparator, words=words if comparator == "words" else {})
    sides = Sides(("former_name", "sex_code"), ("former_name",), KNOWN)
    entity = {"former_name": None, "sex_code": "2"} | more
    sql = outcome("entity.value", "record.value", comparison, sides)
    row = con.execute(
        f"""SELECT {sql} FROM (SELECT ?::{kind} AS value, ?::VARCHAR AS former_name, ?::VARCHAR AS sex_code) AS entity,
        (SELECT ?::{kind} AS value, ?::VARCHAR AS former_name) AS record""",
        [authority, entity["former_name"], entity["sex_code"], other, more.get("record_former_name")],
    ).fetchone()
    assert row is not None
    return str(row[0])


@pytest.mark.parametrize(
    ("comparator", "authority", "other", "expected"),
    [
        ("person_name", "李静", "李静", SAME),
        ("person_name", "李静", "李敬", DIFFERENT),
        ("person_name", "吴珍", "吴珎", COSMETIC),  # another form of the same character
        ("person_name", "买买提·艾力", "买买提艾力", COSMETIC),
        ("person_name", "李秀英", "张李秀英", COSMETIC),  # under her husband's surname
        ("person_name", "李静", "张李静", DIFFERENT),  # too short to tell
        ("organisation_name", "西安某某（集团）公司", "西安某某集团公司", COSMETIC),
        ("organisation_name", "西安甲公司", "西安乙公司", DIFFERENT),
        ("sex", "1", "2", DIFFERENT),
        ("sex", "1", "0", NOT_COMPARABLE),
        ("sex", "9", "2", NOT_COMPARABLE),
        ("division", "610102", "610103", DIFFERENT),
        ("division", "610100", "610102", COSMETIC),
        ("division", "610102", "610000", COSMETIC),
        ("division", "610702", "610100", DIFFERENT),
        ("division", "610131", "610103", NOT_COMPARABLE),  # a registrar's own zone
        ("leading_code", "F5219", "5219", COSMETIC),
        ("leading_code", "F5219", "F52", COSMETIC),
        ("leading_code", "F5219", "F5211", DIFFERENT),
        ("words", "存续", "正常", COSMETIC),
        ("words", "吊销未注销", "正常", COSMETIC),
        ("words", "注销", "正常", DIFFERENT),
        ("words", "迁出", "正常", NOT_COMPARABLE),
        ("address", "陕西省西安市新城区解放路1号", "西安市新城区解放路 1号", COSMETIC),
        ("address", "陕西省西安市新城区解放路1号", "新城区解放路1号", COSMETIC),
        ("address", "陕西省西安市新城区解放路1号", "陕西省西安市碑林区解放路1号", DIFFERENT),
        ("address", "陕西省西安市新城区解放路1号", "陕西省西安市新城区解放路2号", DIFFERENT),
        ("address", "陕西省西安市新城区解放路1号", "陕西省宝鸡市新城区解放路1号", DIFFERENT),
        ("code", "610102198001010021", "610102198001010048", DIFFERENT),
        ("code", None, "1", "o"),
        ("code", "1", None, "a"),
        ("code", None, None, "."),
    ],
)  # fmt: skip
def test_pairs(
    con: duckdb.DuckDBPyConnection, comparator: str, authority: str | None, other: str | None, expected: str
) -> None:
    assert compare(con, comparator, authority, other) == expected


def test_former_names_on_either_side(con: duckdb.DuckDBPyConnection) -> None:
    assert compare(con, "person_name", "李静", "李小花", former_name="李小花") == COSMETIC
    assert compare(con, "person_name", "李小花", "李静", record_former_name="李小花") == COSMETIC


def test_a_mans_name_takes_no_husbands_surname(con: duckdb.DuckDBPyConnection) -> None:
    assert compare(con, "person_name", "李秀英", "张李秀英", sex_code="1") == DIFFERENT


@pytest.mark.parametrize(
    ("comparator", "kind", "authority", "other", "expected"),
    [
        ("date", "DATE", "1980-01-01", "1980-01-01", SAME),
        ("date", "DATE", "1980-03-05", "1980-05-03", DIFFERENT),
        ("date_or_month", "DATE", "2010-06-17", "2010-06-01", COSMETIC),
        ("date_or_month", "DATE", "2010-06-17", "2010-06-18", DIFFERENT),
        ("date_or_month", "DATE", "2010-06-17", "2010-07-01", DIFFERENT),
        ("amount", "DOUBLE", "5000000", "5000000.004", COSMETIC),
        ("amount", "DOUBLE", "5000000", "500", DIFFERENT),
        ("amount", "DOUBLE", "5000000", None, "a"),  # a sum in dollars is not converted, so nothing is known in yuan
    ],
)
def test_typed_pairs(
    con: duckdb.DuckDBPyConnection, comparator: str, kind: str, authority: str, other: str | None, expected: str
) -> None:
    assert compare(con, comparator, authority, other, kind) == expected


def test_a_value_delivered_in_another_writing_is_cosmetic(con: duckdb.DuckDBPyConnection) -> None:
    sql = outcome("'a'", "'a'", Comparison(comparator="code"), Sides(), "true")
    assert con.execute(f"SELECT {sql}").fetchone() == (COSMETIC,)


@pytest.mark.parametrize(
    ("east", "expected"), [(0.0004, "="), (0.005, "GCJ-02"), (0.012, "BD-09"), (0.1, "!")]
)  # of a degree: 37 m, 460 m, 1.1 km, 9 km
def test_offsets_that_betray_a_coordinate_system(con: duckdb.DuckDBPyConnection, east: float, expected: str) -> None:
    distance = metres("108.9398", "34.3416", f"108.9398 + {east}", "34.3416")
    assert con.execute(f"SELECT {offset_meaning(distance)}").fetchone() == (expected,)


def test_every_comparator_is_tried_here() -> None:
    tried = {"person_name", "organisation_name", "sex", "division", "leading_code", "words", "address", "code", "date",
             "date_or_month", "amount"}  # fmt: skip
    assert tried == set(COMPARATORS)
