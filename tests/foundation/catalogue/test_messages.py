"""Someone edits a file wrongly and reads what the program says: file, line, what is wrong and what to do."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from foundation.catalogue.load import FOLDER, load
from foundation.catalogue.problem import CatalogueError

RESIDENT = "datasets/public_security/resident.yaml"
STUDENT = "datasets/education/student.yaml"
TAXPAYER = "datasets/taxation/taxpayer.yaml"
BIRTH = "datasets/health/birth_certificate.yaml"
POPULATION = "libraries/population.yaml"
GEOSPATIAL = "libraries/geospatial.yaml"
PERSON = "items/person.yaml"
TAX = "departments/taxation.yaml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(FOLDER, tmp_path / "catalog"))


def edit(folder: Path, file: str, old: str, new: str) -> int:
    """Replace the first occurrence, and tell the line of the new text."""
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


def messages(folder: Path) -> list[str]:
    with pytest.raises(CatalogueError) as caught:
        load(folder)
    assert str(caught.value).splitlines() == caught.value.lines
    return caught.value.lines


@pytest.mark.parametrize(
    ("file", "old", "new", "words"),
    [
        # names that nothing has
        (RESIDENT, "{item: former_name}", "{item: former_nam}", ["没有名为“former_nam”的信息项", "“former_name”"]),
        (RESIDENT, "subject: person", "subject: persons", ["没有名为“persons”的主题", "是否应为“person”"]),
        (RESIDENT, "record_key: [公民身份号码]", "record_key: [身份号码]", ["没有名为“身份号码”的列", "公民身份号码"]),
        (PERSON, "standard: phone", "standard: phones", ["没有名为“phones”的规范", "是否应为“phone”"]),
        (PERSON, "mask: phone", "mask: fone", ["没有名为“fone”的脱敏规则", "是否应为“phone”"]),
        (PERSON, "codes: GB/T 3304", "codes: GB/T 3340", ["没有名为“GB/T 3340”的代码表", "GB/T 3304"]),
        (BIRTH, "role: father}", "role: dad}", ["没有名为“dad”的角色", "father"]),
        (POPULATION, "lead: public_security", "lead: police", ["没有名为“police”的部门"]),
        (POPULATION, "[education/student]}", "[education/students]}", ["没有名为“education/students”的数据集"]),
        # names that must be there together
        (RESIDENT, "identifying: [citizen_id", "identifying: [phone", ["识别用的信息项“phone”没有列提供"]),
        (STUDENT, "{item: grade}", "{item: school_name}", ["“school_name”", "列“学校名称”"]),
        (STUDENT, 'values: {男: "1", 女: "2"}', 'values: {男: "1", 女: "3"}', ["“3”不是代码表“人的性别代码”中的代码"]),
        (STUDENT, 'values: {男: "1", 女: "2"}', "values: [男, 女]", ["“男”不是", '写成 {男: "1"}']),
        (
            POPULATION,
            "death_date: {base: true, authority: [public_security/resident, civil_affairs/cremation]}",
            "death_date: {base: true, authority: [public_security/resident, education/student]}",
            ["“education/student”不提供“death_date”", "civil_affairs/cremation"],
        ),
        (POPULATION, "      - death_date", "      - dead_date", ["发布项“dead_date”不在本表 items 中", "death_date"]),
        (STUDENT, ", values: [在读, 休学, 毕业, 转出]", "", ["没有写可能的取值", "values"]),
        # the measures
        (POPULATION, "type: 无条件共享", "type: 有条件共享", ["基础信息项不能“有条件共享”", "办法第十四条"]),
        (POPULATION, "phone: {base: false", "phone: {base: true", ["基础信息项“phone”没有发布", "base: false"]),
        (STUDENT, "  condition: 限用于人口信息校核和入学、资助业务协同，按职责申请。", "", ["没有写共享条件"]),
        (STUDENT, "type: 有条件共享", "type: 不予共享", ["不予共享没有写依据", "basis"]),
        (TAXPAYER, "code: 307008/0001", "code: 307001/0001", ["信息资源代码“307001/0001”已用于“常住户籍人口信息”"]),
        (TAX, "uscc: 11", "uscc: 21", ["不是有效的机关统一社会信用代码", "证书"]),
        # shape
        (RESIDENT, "summary:", "sumary:", ["不认识“sumary”", "是否应为“summary”"]),
        (RESIDENT, "kind: csv", "kind: cvs", ["“kind”不能是“cvs”", "csv"]),
        (RESIDENT, "cycle: 每日", "cycle: 天天", ["“cycle”不能是“天天”", "每日"]),
        (BIRTH, 'mother: {sex_code: "2"}', "mother: {sex_code: 2}", ["应为文字", '写成 "2"']),
        (PERSON, "length: 20, standard: phone", "length: 二十, standard: phone", ["应为整数", "二十"]),
        (RESIDENT, "code: 307001/0001", "code: 人口/1", ["“人口/1”的写法不对", "信息资源代码"]),
        (RESIDENT, "{item: name}", "{item: name", ["不是有效的 YAML", "括号"]),
        (RESIDENT, "title: 常住", "title: 常住\ntitle: 常住", ["“title”写了两次"]),
        (TAX, "title: 税务局\n", "", ["缺少“title”"]),
    ],
)
def test_one_mistake(folder: Path, file: str, old: str, new: str, words: list[str]) -> None:
    line = edit(folder, file, old, new)
    told = messages(folder)
    mine = [text for text in told if all(word in text for word in words)]
    assert mine, told
    path, number, text = mine[0].split(":", 2)
    assert path == f"catalog/{file}"
    assert abs(int(number) - line) <= 1, (line, told)
    assert text.count("。") >= 2 and text.endswith("。")


def test_all_mistakes_of_all_files_at_once(folder: Path) -> None:
    edit(folder, RESIDENT, "summary:", "sumary:")
    edit(folder, STUDENT, "[学籍号]", "[学号]")
    edit(folder, TAX, "uscc: 11", "uscc: 21")
    told = "\n".join(messages(folder))
    for file in (RESIDENT, STUDENT, TAX):
        assert f"catalog/{file}:" in told
    assert "catalog/libraries" not in told  # what a faulty file would have declared is not missed elsewhere


def test_old_octal_numbers_are_told_as_they_are_written(folder: Path) -> None:
    edit(folder, TAX, "contact: ", "contact: 0551234567 #")
    assert any('写成 "0551234567"' in text for text in messages(folder))


def test_a_faulty_code_table(folder: Path) -> None:
    file = folder / "codes" / "sex.csv"
    file.write_text(file.read_text(encoding="utf-8") + "2,女,,\n1,男,男|女\n", encoding="utf-8")
    told = "\n".join(messages(folder))
    assert "catalog/codes/sex.csv:6: 有 4 列，应为 3 列" in told
    assert "catalog/codes/sex.csv:7: 代码“1”重复，第 3 行已有" in told
    assert "catalog/codes/sex.csv:7: “女”既指“2”又指“1”" in told


def test_a_missing_file(folder: Path) -> None:
    (folder / "codes" / "ethnicity.csv").unlink()
    (folder / "items" / "license.yaml").unlink()
    told = "\n".join(messages(folder))
    assert "没有文件“ethnicity.csv”" in told
    assert "catalog/libraries/license.yaml" in told


def test_nothing_at_all(tmp_path: Path) -> None:
    (tmp_path / "catalog").mkdir()
    assert "没有 YAML 文件" in "\n".join(messages(tmp_path / "catalog"))
