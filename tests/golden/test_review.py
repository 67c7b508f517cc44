"""The review loop: a case that linking leaves to people is listed, shown masked, judged, and the next night obeys."""

from __future__ import annotations

import base64
import re
from typing import Any

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from assets.linkage_report import link_metadata
from foundation.linkage.linking import Linked
from foundation.linkage.stage import Resolved
from pipelines.cli import app
from resources.operations import review_case
from tests.homes import Home
from tests.toy import citizen_id

RESIDENT, BIRTH = "public_security/resident", "health/birth_certificate"
NIGHTS = [f"2026-11-0{day}" for day in range(1, 6)]
MOTHER = citizen_id("610102", "19880312", 22)
TWINS = {"王子轩": citizen_id("610102", "20210404", 21), "王子涵": citizen_id("610102", "20210404", 23)}


def resident(number: str, name: str) -> dict[str, Any]:
    return {
        "公民身份号码": number, "姓名": name, "性别代码": "1" if int(number[16]) % 2 else "2", "民族代码": "01",
        "出生日期": number[6:14], "户籍状态代码": "0", "户号": "610102000000001",
        "户籍地址": "陕西省西安市新城区北大街179号", "更新时间": "2026-10-01 08:00:00",
    }  # fmt: skip


@pytest.fixture
def twins(home: Home) -> Home:
    """Twin brothers in the register, and a birth certificate without a name that may be either's."""
    people = [resident(MOTHER, "马丽"), *(resident(number, name) for name, number in TWINS.items())]
    certificate = {"出生医学证明编号": "B1", "新生儿性别": "男", "出生日期": "2021-04-04", "母亲姓名": "马丽", "母亲身份证号": MOTHER,
                   "签发日期": "2021-04-06"}  # fmt: skip
    home.deliver(RESIDENT, NIGHTS[0], people)
    home.deliver(BIRTH, NIGHTS[0], [certificate])
    home.night(NIGHTS[0])
    return home


def onesource(home: Home, *words: str) -> str:
    """What a command writes."""
    home.close()
    result = CliRunner().invoke(app, list(words), env={**home.environment(), "COLUMNS": "200"})
    assert result.exit_code == 0, result.output
    return result.output


def child(home: Home) -> str | None:
    """Whose the certificate is: a twin's name, or nobody's."""
    rows = home.rows(
        """SELECT resident.record_key FROM resolved.person_link AS child JOIN resolved.person_link AS resident USING (person_id)
        WHERE child.role = 'child' AND resident.dataset = 'resident'"""
    )
    return {number: name for name, number in TWINS.items()}[rows[0]["record_key"]] if rows else None


def cases(home: Home) -> dict[str, str]:
    """The open cases by the twin whom they are about."""
    number_of = {number: name for name, number in TWINS.items()}
    with home.installation.postgres.engine.connect() as connection:
        rows = connection.execute(sa.text("SELECT * FROM operations.review_case WHERE state = 'open'")).mappings().all()
    return {number_of[row["left_record_key" if row["left_dataset"] == "resident" else "right_record_key"]]: row["case_id"]
            for row in rows}  # fmt: skip


def known_by_another_number(home: Home, case_id: str, other: str) -> None:
    """An open case as a version wrote it that numbered cases otherwise."""
    columns = [column.name for column in review_case.c if column.name != "case_id"]
    old = sa.select(sa.literal(other), *[review_case.c[name] for name in columns]).where(
        review_case.c.case_id == case_id
    )
    with home.installation.postgres.engine.begin() as connection:
        connection.execute(sa.insert(review_case).from_select(["case_id", *columns], old))


def test_the_next_night_obeys_what_people_decided(twins: Home) -> None:
    assert child(twins) is None
    open_cases = cases(twins)
    assert set(open_cases) == set(TWINS)

    listed = onesource(twins, "review", "list")
    assert set(re.findall(r"\b[0-9a-f]{16}\b", listed)) == set(open_cases.values())
    shown = onesource(twins, "review", "show", open_cases["王子轩"])
    assert "家庭（户号、父母证件号码）" in shown and "+" in shown and "王" in shown
    for value in (*TWINS, *TWINS.values(), MOTHER, "马丽"):
        assert value not in listed + shown

    known_by_another_number(twins, open_cases["王子涵"], "0123456789")
    decided = onesource(
        twins, "review", "decide", open_cases["王子轩"], "different", "--by", "张审核", "--reason", "电话核实"
    )
    assert "different" in decided
    twins.night(NIGHTS[1])
    assert child(twins) == "王子涵"
    assert cases(twins) == {}
    assert twins.installation.review.case("0123456789")["state"] == "closed"

    onesource(twins, "review", "decide", open_cases["王子轩"], "same", "--by", "李审核")
    twins.night(NIGHTS[2])
    assert child(twins) == "王子轩"
    onesource(twins, "review", "decide", open_cases["王子轩"], "unsure", "--by", "李审核")
    twins.night(NIGHTS[3])
    assert child(twins) is None
    assert set(cases(twins)) == set(TWINS)
    history = onesource(twins, "review", "show", open_cases["王子轩"])
    assert re.findall(r"(张审核|李审核): (\w+)", history) == [
        ("张审核", "different"),
        ("李审核", "same"),
        ("李审核", "unsure"),
    ]


def test_a_case_that_stands_keeps_the_day_on_which_it_was_first_seen(twins: Home) -> None:
    twins.night(NIGHTS[1])
    standing = [twins.installation.review.case(case_id) for case_id in cases(twins).values()]
    assert [(str(case["first_seen"]), str(case["last_seen"])) for case in standing] == [(NIGHTS[0], NIGHTS[1])] * 2


def test_an_unknown_case_is_one_line_that_says_what_to_do(twins: Home) -> None:
    twins.close()
    result = CliRunner().invoke(app, ["review", "show", "0000000000000000"], env=twins.environment())
    assert result.exit_code == 1
    assert "review list" in result.output


def test_dagster_shows_counts_thresholds_and_pictures_but_no_value(twins: Home) -> None:
    metadata = link_metadata(twins.installation, "person", Resolved(3, 1, Linked(2, 0, {"姓名": 1}, {4: 1, 9: 1})), 2)
    assert metadata["关联方式"].data == {"identifier": 4, "new": 1}
    assert metadata["待人工核对"] == 2
    for name in ("模型参数", "匹配权重分布"):
        picture = re.fullmatch(r"!\[\]\(data:image/png;base64,([A-Za-z0-9+/=]+)\)", metadata[name].value)
        assert picture is not None and base64.b64decode(picture[1])[:4] == b"\x89PNG"
    shown = str(metadata)
    assert not any(value in shown for value in (*TWINS, *TWINS.values(), MOTHER, "马丽"))
