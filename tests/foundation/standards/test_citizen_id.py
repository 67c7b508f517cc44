from __future__ import annotations

from datetime import date

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.iso7064 import mod_11_2

from foundation.standards.citizen_id import STANDARDS, birth_date_of, sex_code_of
from foundation.standards.conformed import Setting
from tests.foundation.standards.vectors import DIVISIONS, rows

(CITIZEN_ID,) = STANDARDS
SETTING = Setting(today=date(2026, 11, 24), codes=DIVISIONS)
SOUND = "610102198001010015"


def one(text: str | None, setting: Setting = SETTING) -> tuple[str | None, str | None]:
    value, issue = CITIZEN_ID.conform(pa.array([text], pa.string()), setting)
    return value[0].as_py(), issue[0].as_py()


def with_check(body: str) -> str:
    return body + mod_11_2.calc_check_digit(body)


@pytest.mark.parametrize(
    "delivered",
    [SOUND, f" {SOUND} ", f"'{SOUND}", f"‘{SOUND}", "６１０１０２１９８００１０１００１５", "610102 19800101 0015",
     "610102-19800101-0015", "610102\u200b198001010015", "\ufeff610102198001010015", "610102\u3000198001010015"],
)  # fmt: skip
def test_the_same_number_however_it_is_typed(delivered: str) -> None:
    assert one(delivered) == (SOUND, None)


@pytest.mark.parametrize("last", ["X", "x", "Х", "х", "×", "*", "Ｘ", "ｘ"])
def test_every_x_is_x(last: str) -> None:
    assert one("11010519491231002" + last) == ("11010519491231002X", None)


@pytest.mark.parametrize(
    "nothing",
    [None, "", " ", "无", "不详", "NULL", "null", "-", "--", "N/A", "未知", "0", "000000000000000000",
     "111111111111111111", "XXXXXXXXXXXXXXXXXX", "******************", "000000000000000", "111111111111111",
     "999999999999999"],
)  # fmt: skip
def test_placeholders_are_null_without_issue(nothing: str | None) -> None:
    assert one(nothing) == (None, None)


@pytest.mark.parametrize(
    ("delivered", "rule"),
    [
        ("12345", "length"),
        ("6101021980010100151", "length"),
        ("护照E12345678", "length"),
        ("61010219800101001O", "characters"),
        ("6101021980X1010015", "characters"),
        ("61010219800101X", "characters"),
        (with_check("61010219800230001"), "birth_date"),
        (with_check("61010219800001001"), "birth_date"),
        (with_check("61010219011301001"), "birth_date"),
        (with_check("61010218790101001"), "birth_date"),
        ("610101209901010015", "birth_date"),
        (with_check("61010220261125001"), "birth_date"),
        (with_check("16010219800101001"), "province"),
        (with_check("00010219800101001"), "province"),
        ("610102198001010016", "check_character"),
    ],
)
def test_each_step_of_the_ladder_has_its_own_reason_and_keeps_the_number(delivered: str, rule: str) -> None:
    assert one(delivered) == (delivered, f"citizen_id.{rule}")


@pytest.mark.parametrize("delivered", ["6.10102198001E+17", "6.10102198001010E17", "6.1E+17", "610102198001010000"])
def test_digits_that_a_spreadsheet_destroyed_are_not_guessed(delivered: str) -> None:
    assert one(delivered) == (None, "citizen_id.precision_lost")


def test_a_number_that_really_ends_in_three_zeros_is_kept() -> None:
    number = next(n for day in range(10, 29) if (n := with_check(f"610102198001{day}000"))[-1] == "0")
    assert one(number) == (number, None)


@pytest.mark.parametrize(
    ("old", "raised"),
    [
        ("440524880101001", "440524198801010011"),
        ("610102800101001", SOUND),
        ("610102990101996", with_check("61010218990101996")),
        ("610102990101995", with_check("61010219990101995")),
    ],
)
def test_fifteen_digits_are_raised_and_reported(old: str, raised: str) -> None:
    assert one(old) == (raised, "citizen_id.fifteen_digits")


def test_a_fifteen_digit_number_with_an_impossible_date_is_reported_for_that() -> None:
    assert one("610102800230001")[1] == "citizen_id.birth_date"


@pytest.mark.parametrize("prefix", ["810000", "820000", "830000"])
def test_residence_permits_need_no_division(prefix: str) -> None:
    assert one(with_check(prefix + "19900101001"))[1] is None


@pytest.mark.parametrize("prefix", ["612722", "610821", "440524", "610125"])
def test_retired_divisions_stay_in_numbers_for_life(prefix: str) -> None:
    number = with_check(prefix + "19900101001")
    assert one(number) == (number, None)


def test_an_address_code_that_never_was_is_only_a_warning() -> None:
    number = with_check("61999919800101001")
    assert one(number) == (number, "citizen_id.address")
    rules = {rule.code: rule.severity.value for rule in CITIZEN_ID.rules}
    assert rules["citizen_id.address"] == "warning"
    assert one(number, Setting(today=SETTING.today)) == (number, None)


def test_foreign_permanent_residents_carry_the_same_check() -> None:
    number = with_check("96184019900101001")
    assert one(number) == (number, None)
    wrong = number[:-1] + ("0" if number[-1] != "0" else "1")
    assert one(wrong)[1] == "citizen_id.check_character"


def test_more_than_130_years_is_a_warning() -> None:
    assert one(with_check("61010218900101001"))[1] == "citizen_id.age"


def test_without_a_business_date_nothing_is_in_the_future() -> None:
    assert one("610102209901010018", Setting())[1] != "citizen_id.birth_date"


def test_published_vectors() -> None:
    for vector in rows("vectors/ric_vectors.csv"):
        _, issue = one(vector["number"], Setting(today=SETTING.today))
        if vector["expected"] == "valid":
            assert issue in (None, "citizen_id.age"), vector
        if vector["checksum_ok"] == "False":
            assert issue in ("citizen_id.check_character", "citizen_id.characters"), vector
        if vector["expected"] == "bad_date":
            assert issue == "citizen_id.birth_date"


def test_birth_date_and_sex_of_a_number() -> None:
    numbers = pa.array([SOUND, "11010519491231002X", None, "12345", "610102198002300010"])
    assert birth_date_of(numbers).to_pylist() == [date(1980, 1, 1), date(1949, 12, 31), None, None, None]
    assert sex_code_of(numbers).to_pylist() == ["1", "2", None, None, "1"]
    assert birth_date_of(pa.array(["612722190002280018"]))[0].as_py() == date(1900, 2, 28)


def test_slices_and_other_string_types_are_read_right() -> None:
    column = pa.array(["x", None, SOUND, "无", "610102198001010016", "y"])
    for part in (column[1:5], column[1:5].cast(pa.large_string()), column[1:5].dictionary_encode()):
        value, issue = CITIZEN_ID.conform(part, SETTING)
        assert value.to_pylist() == [None, SOUND, None, "610102198001010016"]
        assert issue.to_pylist() == [None, None, None, "citizen_id.check_character"]


@given(
    st.lists(st.one_of(st.none(), st.text(max_size=20), st.text("0123456789Xx ", min_size=15, max_size=19)), max_size=8)
)
def test_any_text_is_survived_and_conforming_twice_changes_nothing(column: list[str | None]) -> None:
    once = CITIZEN_ID.conform(pa.array(column, pa.string()), SETTING)
    again = CITIZEN_ID.conform(once.value, SETTING)
    assert len(once.value) == len(once.issue) == len(column)
    assert again.value.to_pylist() == once.value.to_pylist()


@given(st.dates(date(1900, 1, 1), date(2020, 1, 1)), st.integers(0, 999), st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_never_passes(born: date, sequence: int, position: int, difference: int) -> None:
    number = with_check(f"610102{born:%Y%m%d}{sequence:03d}")
    wrong = str((int(number[position]) + difference) % 10)
    value, issue = one(number[:position] + wrong + number[position + 1 :])
    assert issue is not None or value is None
