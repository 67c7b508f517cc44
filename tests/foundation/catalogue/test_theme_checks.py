"""Someone declares a theme wrongly and reads what the program says: file, line, what is wrong and what to do."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from foundation.catalogue.load import FOLDER, load
from foundation.catalogue.model import ShareType
from foundation.catalogue.problem import CatalogueError
from foundation.themes.sharing import ThemeSharing

COMMUNITY, FOOD = "themes/community_safety.yaml", "themes/food_drug_safety.yaml"
CREDIT, SHELTER = "themes/credit_system.yaml", "themes/emergency_stability.yaml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(FOLDER, tmp_path / "catalog"))


@pytest.mark.parametrize(
    ("file", "old", "new", "words"),
    [
        # joins
        (
            COMMUNITY,
            "by: record.place_number}",
            "by: record.name}",
            ["“record.name”不是place_name的标识", "不能按名称"],
        ),
        (
            CREDIT,
            "by: record.holder_entity_id",
            "by: record.holder_name",
            ["“record.holder_name”不是legal_entity的标识"],
        ),
        (CREDIT, "by: record.holder_entity_id", "by: record.holder_person_id", ["指的是 person"]),
        (COMMUNITY, "actual_resident, by: record.place_number", "actual_resident", ["没有写 by"]),
        (SHELTER, "place: record.address_code", "place: record.name", ["“record.name”不指向空间地理库的表"]),
        # names
        (FOOD, "lead: market_regulation", "lead: market", ["没有名为“market”的部门"]),
        (FOOD, "grain: legal_entity", "grain: company", ["没有名为“company”的库表"]),
        (FOOD, "source: drug,", "source: drugs,", ["没有名为“drugs”的来源", "是否应为“drug”"]),
        (
            FOOD,
            "dataset: drug_administration/drug_license",
            "dataset: drug/license",
            ["没有名为“drug/license”的数据集"],
        ),
        # expressions
        (FOOD, "value: max(license_valid_to)", "value: max(license_valid_too)", ["food_license_ends_on", "不能计算"]),
        (
            FOOD,
            "where: is_operating AND needs_drug",
            "where: is_open AND needs_drug",
            ["drug_business_without_license"],
        ),
        (SHELTER, "0)::BIGINT", "0)", ["usable_capacity", "HUGEINT", "::BIGINT"]),
        # days
        (FOOD, "drug_license, until: [license_valid_to]}", "drug_license}", ["valid_drug_licenses", "没有写 until"]),
        (FOOD, "rows: needs_food_license", "rows: valid_food_licenses = 0 OR needs_food_license", ["rows 随日期变化"]),
        # sharing
        (SHELTER, ", reason: 只有人数，不含个人信息，少于 5 人的不发布。", "", ["residents_within", "没有理由"]),
        (SHELTER, "value: count(DISTINCT person_id)", "value: max(updated_at)", ["汇总了个人信息又不是人数"]),
        (SHELTER, "code: 212001/0001", "code: 211001/0001", ["信息资源代码", "换一个顺序码"]),
    ],
)
def test_what_is_wrong_is_said_with_its_line(folder: Path, file: str, old: str, new: str, words: list[str]) -> None:
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(CatalogueError) as caught:
        load(folder)
    message = caught.value.lines[0]
    assert message.startswith(f"catalog/{file}:")
    assert int(message.split(":")[1]) > 1
    assert all(word in message for word in words), message


def test_a_theme_of_one_department_is_refused(folder: Path) -> None:
    (folder / "themes" / "alone.yaml").write_text(
        """
title: 独家
code: 299001/0001
summary: 只有一个部门的数据。
lead: public_security
grain: person
base: [name]
sources: {resident: {dataset: public_security/resident}}
items: {records: {title: 记录数, source: resident, value: count(*)}}
questions: {any: {title: 有记录的人？, where: records > 0}}
update: {cycle: 每日}
sharing: {type: 有条件共享, condition: 试验}
""",
        encoding="utf-8",
    )
    with pytest.raises(CatalogueError, match="只用到一个部门的数据"):
        load(folder)


def test_items_take_the_strictest_type_of_their_sources() -> None:
    catalogue = load()
    credit = ThemeSharing(catalogue, catalogue.themes["credit_system"])
    assert credit.types["open_penalties"] == ShareType.UNCONDITIONAL
    assert credit.types["abnormal_tax"] == ShareType.CONDITIONAL
    assert credit.types["is_listed"] == ShareType.CONDITIONAL
    person = ThemeSharing(catalogue, catalogue.themes["social_security"])
    assert set(person.types.values()) == {ShareType.CONDITIONAL}  # which rows there are tells who is insured
    assert person.shared == []
