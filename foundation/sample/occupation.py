"""Social insurance and schools: what they say of the people whom they insure and teach."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from foundation.sample.batch import Batch
from foundation.sample.dirt import RATES
from foundation.sample.draw import Integers
from foundation.sample.organization import Organizations
from foundation.sample.person import People
from foundation.sample.population import SEXES, at, own_phone, rows_of, updated_at, wrong_sex
from foundation.sample.text import choose, constant, digits, iso, join, take
from foundation.sample.words import geography


def social_insurance(people: People, organizations: Organizations) -> Batch:
    """人力资源和社会保障厅 社会保险参保人员: one record per insured person."""
    age = people.age
    drew = people.draw.chosen("pension after death", RATES["pension_after_death"])
    counted = people.alive | (drew & (age >= 60))
    share = np.where(age < 25, 0.4, np.where(age < 60, 0.85, 0.92))
    rows, draw = rows_of(
        people, "insurance", counted & ~people.gone & (age >= 16) & people.draw.chosen("insured", share)
    )
    age = age[rows]
    employed = (age >= 20) & (age < 60) & draw.chosen("employed", 0.5) & (len(organizations.employers) > 0)
    employers = organizations.employers if len(organizations.employers) else np.zeros(1, np.int64)
    employer = employers[(draw.uniform("employer") ** 2 * len(employers)).astype(np.int64)]
    kind = np.where(employed, draw.pick("insurance", np.array([0.9, 0.0, 0.06, 0.04])), 1)
    status = np.where(age >= 60, 2, draw.pick("insurance status", np.array([0.9, 0.08, 0.0, 0.02])))
    batch = Batch("human_resources/social_insurance", "个人编号", draw, {
        "个人编号": join("61", digits(people.draw.numbers[rows], 10)),
        "社会保障号码": at(people.citizen_id, rows),
        "姓名": at(people.name, rows),
        "性别代码": take(["1", "2"], people.female[rows].astype(np.int64)),
        "出生日期": iso(people.birth[rows]),
        "手机号码": own_phone(people, draw, rows),
        "参保单位统一社会信用代码": choose(employed, organizations.uscc.take(pa.array(employer)), None),
        "参保单位名称": choose(employed, organizations.name.take(pa.array(employer)), None),
        "险种": take(["职工养老", "居民养老", "失业", "工伤"], kind),
        "参保状态": take(["正常参保", "暂停缴费", "待遇领取", "终止参保"], status),
        "更新时间": updated_at(people, draw, rows, 1500),
    }, speaks_of={"": people.draw.numbers[rows]})  # fmt: skip
    dead = np.where(people.is_registered, people.is_death_known, people.is_cremated)[rows]
    batch.note(dead, "residency_status_code", "pension_after_death", constant("9", len(rows)), constant("0", len(rows)))
    wrong_sex(batch, "性别代码", people.female[rows], ("1", "2"))
    for column, item, kind_of_item in (
        ("社会保障号码", "citizen_id", "citizen_id"), ("姓名", "name", "name"),
        ("出生日期", "birth_date", "birth_date"),
        ("参保单位名称", "employer_name", "organisation_name"),
    ):  # fmt: skip
        batch.spoil(column, item, kind_of_item)
    batch.columns["出生日期"] = batch.columns["出生日期"].cast(pa.date32())
    return batch


def student(people: People) -> Batch:
    """教育厅 学籍."""
    age = people.age
    attends = ((age >= 6) & (age < 18) & people.draw.chosen("pupil", 0.95)) | (
        (age >= 18) & (age < 22) & people.draw.chosen("at university", 0.35)
    )
    rows, draw = rows_of(people, "student", attends & people.alive & ~people.gone)
    age, places = age[rows], geography()
    stage = np.digitize(age, [12, 15, 18])
    county = take(pa.array(places.names), people.county[rows])
    kind = take(["小学", "初级中学", "高级中学", "学院"], stage)
    grades = "一年级 二年级 三年级 四年级 五年级 六年级 初一 初二 初三 高一 高二 高三 大一 大二 大三 大四"
    grade = take(grades.split(), np.clip(age - 6, 0, 15))
    left = people.version[rows] > 0
    status = np.where(left & draw.chosen("left", 0.3), 3, draw.pick("enrolment", np.array([0.97, 0.01, 0.01, 0.01])))
    nth = take(["一", "二", "三", "四", "五", "六", "七", "八", "九", "十"], draw.integers("school", 10))
    batch = Batch("education/student", "学籍号", draw, {
        "学籍号": join("L", take(pa.array(places.codes), people.county[rows]), digits(people.draw.numbers[rows], 12)),
        "姓名": at(people.name, rows),
        "性别": take(SEXES, people.female[rows].astype(np.int64)),
        "出生日期": iso(people.birth[rows]),
        "身份证件号": choose(draw.chosen("no number", 0.03), None, at(people.citizen_id, rows)),
        "学校名称": join(county, "第", nth, kind),
        "年级": grade,
        "在籍状态": take(["在读", "休学", "毕业", "转出"], status),
    }, speaks_of={"": people.draw.numbers[rows]})  # fmt: skip
    _mothers_surnames(batch, people, rows)
    wrong_sex(batch, "性别", people.female[rows])
    for column, item, kinds in (
        ("姓名", "name", ("name",)), ("出生日期", "birth_date", ("birth_date", "date_text")),
        ("身份证件号", "citizen_id", ("citizen_id", "any")),
    ):  # fmt: skip
        batch.spoil(column, item, *kinds)
    return batch


def _mothers_surnames(batch: Batch, people: People, rows: Integers) -> None:
    mother = people.mother[rows]
    wrong = (mother >= 0) & batch.draw.chosen("mother's surname", RATES["student_mothers_surname"])
    index = rows[wrong]
    given = pc.utf8_slice_codeunits(people.name.take(pa.array(index)), 1)
    name = join(at(people.surname, mother[wrong]), given)
    batch.replace(wrong, "姓名", name, "name", "mothers_surname")
