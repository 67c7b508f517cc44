"""Conforming whole records: a small catalogue of our own, and every dataset of the project's."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pyarrow as pa
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from foundation.catalogue.catalogue import Catalogue, Codes
from foundation.catalogue.load import load
from foundation.catalogue.model import Dataset, Item
from foundation.conform import Conformer, conform, conformed_schema
from tests.foundation.standards.columns import texts
from tests.foundation.standards.vectors import DIVISIONS

SOUND = "610102198001010015"
TODAY = date(2026, 11, 24)
SEXES = Codes(
    title="人的性别代码",
    standard="GB/T 2261.1",
    names={"0": "未知的性别", "1": "男性", "2": "女性", "9": "未说明的性别"},
    aliases={"男": "1", "女": "2"},
    successors={},
)
SHARING = {"type": "有条件共享", "condition": "限用于数据校核"}


def item(title: str, kind: str, standard: str, **more: Any) -> Item:
    return Item.model_validate({"title": title, "type": kind, "standard": standard, **more})


ITEMS = {
    "record": {
        "number": item("编号", "C", "text"),
        "citizen_id": item("公民身份号码", "C", "citizen_id"),
        "id_type": item("证件类型", "C", "word"),
        "name": item("姓名", "C", "person_name"),
        "sex_code": item("性别代码", "C", "code", codes="GB/T 2261.1"),
        "birth_date": item("出生日期", "D", "date"),
        "updated_at": item("更新时间", "T", "datetime"),
        "uscc": item("统一社会信用代码", "C", "uscc"),
        "organisation_code": item("组织机构代码", "C", "organisation_code"),
        "unit_number": item("不动产单元号", "C", "unit_number"),
        "division_code": item("行政区划代码", "C", "division"),
        "area": item("面积", "B", "decimal"),
        "boundary": item("界线", "G", "geometry"),
        "longitude": item("经度", "B", "longitude"),
        "latitude": item("纬度", "B", "latitude"),
        "crs": item("坐标系", "C", "word"),
    }
}


def catalogue(columns: dict[str, Any], **more: Any) -> Catalogue:
    """A catalogue of one dataset, a/b."""
    form = {"kind": "csv", "encoding": "utf-8", **more.pop("format", {})}
    dataset = Dataset.model_validate(
        {
            "title": "测试", "code": "301001/0001", "summary": "测试", "subject": "record", "format": form,
            "record_key": ["编号"], "identifying": ["number"], "columns": {"编号": {"item": "number"}, **columns},
            "update": {"cycle": "每日"}, "sharing": SHARING, **more,
        }
    )  # fmt: skip
    return Catalogue(
        departments={}, items=ITEMS, datasets={"a/b": dataset}, libraries={},
        codes={"GB/T 2260": DIVISIONS, "GB/T 2261.1": SEXES},
    )  # fmt: skip


def batch(days: Any = TODAY, **columns: Any) -> pa.RecordBatch:
    """A batch of these delivered columns."""
    rows = len(next(iter(columns.values())))
    head = {
        "record_key": pa.array([f"k{row}" for row in range(rows)], pa.string()),
        "delivery_id": pa.array(["d"] * rows, pa.string()),
        "row_number": pa.array(range(1, rows + 1), pa.int64()),
        "business_date": pa.array(days if isinstance(days, list) else [days] * rows, pa.date32()),
        "编号": pa.array([str(row) + "号" for row in range(rows)], pa.string()),
    }
    typed = {name: pa.array(v, pa.binary() if name == "geometry" else pa.string()) for name, v in columns.items()}
    return pa.RecordBatch.from_pydict(head | typed)


def records(columns: dict[str, Any], delivered: pa.RecordBatch, **more: Any) -> list[dict[str, Any]]:
    """The conformed records, checked against the schema."""
    made = conform(catalogue(columns, **more), "a/b", delivered)
    made.validate(full=True)
    assert made.schema == conformed_schema(catalogue(columns, **more), "a/b")
    rows: list[dict[str, Any]] = made.to_pylist()
    return rows


def test_values_validity_delivered_text_and_issues_of_a_record() -> None:
    columns = {"身份证号": {"item": "citizen_id"}, "姓名": {"item": "name"}, "性别": {"item": "sex_code"}}
    first, second, third = records(
        columns,
        batch(
            身份证号=["６１０１０２１９８００１０１００１５", SOUND[:-1] + "6", None],
            姓名=["张 三", "李四", "无"],
            性别=["1", "男", "火星"],
        ),
    )
    assert (first["citizen_id"], first["citizen_id_is_valid"], first["name"]) == (SOUND, True, "张三")
    assert first["delivered"] == {
        "number": None, "citizen_id": "６１０１０２１９８００１０１００１５", "name": "张 三", "sex_code": None,
    }  # fmt: skip
    assert first["issues"] is None
    assert (second["citizen_id"], second["citizen_id_is_valid"]) == (SOUND[:-1] + "6", False)
    assert second["issues"] == [{"item": "citizen_id", "rule": "citizen_id.check_character"}]
    assert second["delivered"]["sex_code"] == "男"
    assert (third["citizen_id_is_valid"], third["name"], third["sex_code"]) == (False, None, None)
    assert third["issues"] == [{"item": "sex_code", "rule": "code.unknown"}]
    assert third["delivered"] == {"number": None, "citizen_id": None, "name": "无", "sex_code": "火星"}


def test_nothing_changed_means_no_delivered_text_at_all() -> None:
    (record,) = records({"身份证号": {"item": "citizen_id"}}, batch(身份证号=[SOUND]))
    assert record["delivered"] is None
    assert record["row_number"] == 1
    assert (record["record_key"], record["delivery_id"]) == ("k0", "d")


@pytest.mark.parametrize(
    ("form", "delivered", "kept"),
    [
        ("YYYYMMDD", "19800101", None),
        ("YYYYMMDD", "1980-01-01", None),
        ("YYYY-MM-DD", "1980-01-01", None),
        ("YYYY-MM-DD", "1980-01-01 00:00:00", None),
        ("YYYY-MM-DD", "1980/1/1", "1980/1/1"),
        ("YYYY-MM-DD", "", None),
        ("YYYY-MM-DD", "不详", "不详"),
    ],
)
def test_a_date_in_the_declared_form_is_not_kept_twice(form: str, delivered: str, kept: str | None) -> None:
    (record, _) = records(
        {"出生日期": {"item": "birth_date"}}, batch(出生日期=[delivered, None]), format={"dates": form}
    )
    assert record["birth_date"] in (date(1980, 1, 1), None)
    assert (record["delivered"] or {}).get("birth_date") == kept


def test_an_identifier_with_a_warning_is_still_valid() -> None:
    (record,) = records({"身份证号": {"item": "citizen_id"}}, batch(身份证号=["610102800101001"]))
    assert (record["citizen_id"], record["citizen_id_is_valid"]) == (SOUND, True)
    assert record["issues"] == [{"item": "citizen_id", "rule": "citizen_id.fifteen_digits"}]


def test_a_column_that_does_not_apply_keeps_its_text() -> None:
    columns = {
        "证件类型": {"item": "id_type", "values": ["居民身份证", "护照", ""]},
        "证件号码": {"item": "citizen_id", "when": {"id_type": ["居民身份证", ""]}},
    }
    passport, card, blank, missing = records(
        columns, batch(证件类型=["护照", " 居民身份证 ", "", None], 证件号码=["E12345678", SOUND, SOUND, SOUND])
    )
    assert (passport["citizen_id"], passport["issues"]) == (None, None)
    assert passport["delivered"]["citizen_id"] == "E12345678"
    assert card["citizen_id"] == blank["citizen_id"] == missing["citizen_id"] == SOUND


@pytest.mark.parametrize("written", ["居民身份證", "　居民 身份证", "无", "不详", "-", "NULL", "無"])
def test_a_condition_reads_a_word_however_it_is_written_and_what_says_nothing_as_empty(written: str) -> None:
    columns = {
        "证件类型": {"item": "id_type", "values": ["居民身份证", "护照", ""]},
        "证件号码": {"item": "citizen_id", "when": {"id_type": ["居民身份证", ""]}},
    }
    (record,) = records(columns, batch(证件类型=[written], 证件号码=[SOUND]))
    assert (record["citizen_id"], record["citizen_id_is_valid"]) == (SOUND, True)


def test_roles_prefix_their_columns_and_conditions_look_at_the_same_role() -> None:
    columns = {
        "男方证件类型": {"item": "id_type", "role": "husband"},
        "男方证件号": {"item": "citizen_id", "role": "husband", "when": {"id_type": ["身份证"]}},
        "女方证件类型": {"item": "id_type", "role": "wife"},
        "女方证件号": {"item": "citizen_id", "role": "wife", "when": {"id_type": ["身份证"]}},
    }
    (record,) = records(
        columns,
        batch(男方证件类型=["护照"], 男方证件号=["E12345678"], 女方证件类型=["身份证"], 女方证件号=[SOUND]),
        roles=["husband", "wife"],
    )
    assert (record["husband_citizen_id"], record["wife_citizen_id"]) == (None, SOUND)
    assert (record["husband_citizen_id_is_valid"], record["wife_citizen_id_is_valid"]) == (False, True)


def test_items_derived_from_the_same_text_and_from_a_slice_of_it() -> None:
    columns = {
        "信用代码": {"item": "uscc", "derives": {"organisation_code": {}}},
        "单元号": {"item": "unit_number", "derives": {"division_code": {"start": 0, "end": 6}}},
    }
    (record,) = records(columns, batch(信用代码=["91440300-1922038216"], 单元号=[" 612722001001GB00001F00010001"]))
    assert (record["organisation_code"], record["organisation_code_is_valid"]) == ("192203821", True)
    assert record["division_code"] == "610881"
    assert set(record["delivered"]) == {"number", "uscc", "unit_number"}


def test_values_declared_by_a_mapping_say_the_same_as_the_text() -> None:
    columns = {"类型": {"item": "id_type", "values": {"1": "居民身份证", "2": "护照"}}}
    first, second = records(columns, batch(类型=["1", "驾照"]))
    assert (first["id_type"], first["delivered"]) == ("居民身份证", None)
    assert second["issues"] == [{"item": "id_type", "rule": "word.unknown"}]


def test_the_record_says_when_it_was_last_true_or_the_business_date_does() -> None:
    columns = {"更新时间": {"item": "updated_at"}}
    told, silent = records(columns, batch(更新时间=["2026-11-20 10:21:03", ""]), as_of="updated_at")
    assert told["updated_at"] == datetime(2026, 11, 20, 10, 21, 3)
    assert silent["updated_at"] == datetime(2026, 11, 24)
    (record,) = records({"出生日期": {"item": "birth_date"}}, batch(出生日期=["1980-01-01"]), as_of="birth_date")
    assert record["updated_at"] == datetime(1980, 1, 1)
    (record,) = records({"出生日期": {"item": "birth_date"}}, batch(出生日期=["1980-01-01"]))
    assert record["updated_at"] == datetime(2026, 11, 24)


def test_today_is_the_business_date_of_each_record() -> None:
    days = [date(2026, 11, 24), date(1980, 1, 1), date(1979, 12, 31)]
    made = records({"身份证号": {"item": "citizen_id"}}, batch(days, 身份证号=[SOUND] * 3))
    assert [record["issues"] for record in made] == [
        None,
        None,
        [{"item": "citizen_id", "rule": "citizen_id.birth_date"}],
    ]


POINT_COLUMNS = {
    "经度": {"item": "longitude"},
    "纬度": {"item": "latitude"},
    "坐标系": {"item": "crs", "values": ["CGCS2000", "WGS84", "GCJ02", "BD09"]},
}


def test_coordinates_are_brought_to_cgcs2000_together() -> None:
    moved, same, zero, unknown = records(
        POINT_COLUMNS,
        batch(
            经度=["108.9444556", "108.9398", "0", "108.9398"],
            纬度=["34.3400445", "34.3416", "0", "34.3416"],
            坐标系=["GCJ02", "CGCS2000", "WGS84", "西安80"],
        ),
        coordinates=True,
    )
    assert (moved["longitude"], moved["latitude"]) == pytest.approx((108.9398, 34.3416), abs=2e-7)
    assert moved["crs"] == "CGCS2000"
    assert moved["delivered"] == {
        "number": None, "longitude": "108.9444556", "latitude": "34.3400445", "crs": "GCJ02",
    }  # fmt: skip
    assert same["delivered"] is None
    assert (zero["longitude"], zero["issues"]) == (None, [{"item": "longitude", "rule": "coordinate.zero"}])
    assert (unknown["longitude"], unknown["crs"]) == (None, "西安80")
    assert {issue["rule"] for issue in unknown["issues"]} == {"coordinate.crs", "word.unknown"}


def test_geometry_gives_its_representative_point() -> None:
    square = shapely.to_wkb(shapely.box(586475, 3801953, 586575, 3802053))
    columns = {"geometry": {"item": "boundary", "derives": {"longitude": {}, "latitude": {}}}}
    first, second = records(columns, batch(geometry=[square, b"?"]), format={"crs": "EPSG:4545"})
    assert (first["longitude"], first["latitude"]) == pytest.approx((108.9403, 34.342), abs=1e-3)
    assert shapely.from_wkb(first["boundary"]).bounds[0] == pytest.approx(108.9398, abs=1e-4)
    assert (second["boundary"], second["longitude"]) == (None, None)
    assert second["issues"] == [{"item": "boundary", "rule": "geometry.unreadable"}]


def test_numbers_written_otherwise_are_kept() -> None:
    made = records({"面积": {"item": "area"}}, batch(面积=["120.50", "1,024.5", "１２"]))
    assert [record["area"] for record in made] == [120.5, 1024.5, 12.0]
    assert [(record["delivered"] or {}).get("area") for record in made] == [None, "1,024.5", "１２"]


def test_issues_stand_in_the_order_of_the_columns() -> None:
    columns = {"身份证号": {"item": "citizen_id"}, "出生日期": {"item": "birth_date"}}
    made = records(columns, batch(身份证号=["12345", SOUND, "1234"], 出生日期=["19900231", "1990-01-01", "?"]))
    assert [[issue["item"] for issue in record["issues"] or []] for record in made] == [
        ["citizen_id", "birth_date"], [], ["citizen_id", "birth_date"],
    ]  # fmt: skip


def test_a_catalogue_that_cannot_be_followed_says_what_to_correct() -> None:
    with pytest.raises(ValueError, match="give the column a role"):
        conformed_schema(catalogue({"甲": {"item": "name"}, "乙": {"item": "name"}}), "a/b")
    with pytest.raises(ValueError, match="coordinates need columns for latitude, crs"):
        conformed_schema(catalogue({"经度": {"item": "longitude"}}, coordinates=True), "a/b")
    with pytest.raises(ValueError, match="names the item id_type, which no column carries"):
        conformed_schema(catalogue({"号": {"item": "citizen_id", "when": {"id_type": ["1"]}}}), "a/b")


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(texts, texts, texts, st.sampled_from(["WGS84", "BD09", None])), min_size=1, max_size=6))
def test_no_text_breaks_it_and_no_row_is_lost(rows: list[tuple[str | None, ...]]) -> None:
    columns = {"身份证号": {"item": "citizen_id"}, "面积": {"item": "area"}, **POINT_COLUMNS}
    names = ["身份证号", "经度", "纬度", "坐标系"]
    delivered = {name: [row[number] for row in rows] for number, name in enumerate(names)}
    delivered["面积"] = [row[1] for row in rows]
    assert len(records(columns, batch(**delivered), coordinates=True)) == len(rows)


@pytest.fixture(scope="module")
def real() -> Catalogue:
    return load()


def test_every_dataset_of_the_catalogue_conforms_empty_dirty_and_null_records(real: Catalogue) -> None:
    assert len(real.datasets) >= 17
    for name, dataset in real.datasets.items():
        conformer = Conformer(real, name)
        cells = {header: _cells(real, name, header) for header in dataset.columns if header != "编号"}
        for rows in (3, 0):
            made = conformer.conform(batch(**{header: values[:rows] for header, values in cells.items()}))
            made.validate(full=True)
            assert made.schema == conformer.schema
            assert made.num_rows == rows


def _cells(real: Catalogue, dataset: str, header: str) -> list[Any]:
    """A dirty, an empty and a null cell."""
    column = real.datasets[dataset].columns[header]
    if real.item(dataset, column.item).standard == "geometry":
        return [shapely.to_wkb(shapely.box(108, 34, 108.1, 34.1)), b"", None]
    return ["１2?", "", None]


def test_a_batch_of_the_register(real: Catalogue) -> None:
    dataset = replace(real).datasets["public_security/resident"]
    cells = {header: [""] for header in dataset.columns} | {
        "公民身份号码": ["61272219800101001x"], "姓名": ["歐陽 娜娜"], "性别代码": ["2"], "出生日期": ["19800101"],
        "户籍地区划代码": ["612722"], "更新时间": ["2026-11-20 10:21:03"],
    }  # fmt: skip
    (record,) = Conformer(real, "public_security/resident").conform(batch(**cells)).to_pylist()
    assert record["name"] == "欧阳娜娜"
    assert record["household_division_code"] == "610881"
    assert record["birth_date"] == date(1980, 1, 1)
    assert record["delivered"]["household_division_code"] == "612722"
    assert record["updated_at"] == datetime(2026, 11, 20, 10, 21, 3)
