"""What goes wrong in departments' data, and how often: the one table of rates of the sample.

`register` is the rate in the authority's own data, `other` in everybody else's. A discrepancy is a difference that
remains after normalisation, so that the cross-check should report it; the rest is cosmetic, or can't be read at all.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Dirt:
    """A kind of error in one kind of item; rates are per filled value (for `nothing_written`, per empty one)."""

    item_kind: str
    kind: str
    register: float
    other: float
    is_discrepancy: bool
    about: str


VALUES = (
    Dirt("name", "stray_blanks", 0.0008, 0.010, False, "张 三, a trailing or ideographic blank"),
    Dirt("name", "traditional", 0.0005, 0.008, False, "張三, 陜"),
    Dirt("name", "variant_dot", 0.0, 0.5, False, "• ・ ． . for the middle dot of minority names"),
    Dirt("name", "wrong_character", 0.0002, 0.006, True, "one character of the given name is another"),
    Dirt("name", "homophone", 0.0002, 0.008, True, "王伟 for 王炜"),
    Dirt("name", "question_mark", 0.0, 0.0005, True, "a rare character that the system can't hold"),
    Dirt("birth_date", "wrong_digit", 0.0002, 0.006, True, "another year or day"),
    Dirt("birth_date", "day_month_swapped", 0.0001, 0.004, True, "0305 for 0503"),
    Dirt("date_text", "serial_date", 0.0, 0.002, False, "45123: the spreadsheet's day number; the value is right"),
    Dirt("date_text", "zeros", 0.0, 0.002, False, "00000000"),
    Dirt("date_text", "year_month", 0.0, 0.001, False, "YYYYMM: the day is lost"),
    Dirt("date_text", "placeholder", 0.0002, 0.002, False, "无, 不详, -, NULL for a known value"),
    Dirt("any", "nothing_written", 0.002, 0.02, False, "无, 不详, -, NULL where nothing is known"),
    Dirt("citizen_id", "lower_case_x", 0.0, 0.15, False, "x; of the numbers that end with X"),
    Dirt("citizen_id", "full_width", 0.0, 0.004, False, "full-width digits"),
    Dirt("citizen_id", "stray_blanks", 0.0, 0.004, False, "a blank, an apostrophe in front"),
    Dirt("citizen_id", "typed_wrong", 0.0001, 0.004, True, "one digit is another: the check character fails"),
    Dirt("citizen_id", "digits_exchanged", 0.0, 0.001, True, "two neighbouring digits exchanged: the check fails"),
    Dirt("citizen_id", "fifteen_digits", 0.0, 0.02, False, "the number before 1999; of people born before 1985"),
    Dirt("citizen_id", "scientific", 0.0, 0.0015, False, "6.10102E+17: ruined by a spreadsheet, unrecoverable"),
    Dirt("citizen_id", "trailing_zeros", 0.0, 0.0015, False, "610102199001010000: the last digits are lost"),
    Dirt("citizen_id", "placeholder", 0.0, 0.002, False, "无, 111111111111111111"),
    Dirt("division", "retired_division", 0.01, 0.03, False, "612301 for 610702; equal after the code's history"),
    Dirt("text", "stray_blanks", 0.0005, 0.010, False, "blanks within"),
    Dirt("text", "full_width", 0.0005, 0.010, False, "１２号"),
    Dirt("text", "traditional", 0.0002, 0.005, False, "陜西省, 縣, 號"),
    Dirt("organisation_name", "stray_blanks", 0.0005, 0.008, False, "blanks within"),
    Dirt("organisation_name", "full_width", 0.0002, 0.003, False, "full-width letters and digits"),
    Dirt("organisation_name", "variant_brackets", 0.002, 0.5, False, "( [ 〔 for （; of the names with brackets"),
    Dirt("organisation_name", "traditional", 0.0002, 0.004, False, "traditional characters"),
    Dirt("organisation_name", "wrong_character", 0.0001, 0.005, True, "one character is another"),
    Dirt("code", "lower_case", 0.0, 0.01, False, "lower-case letters in a credit or organisation code"),
    Dirt("code", "letter_for_digit", 0.00002, 0.002, True, "O for 0, I for 1: the check character fails"),
    Dirt("code", "stray_blanks", 0.0, 0.005, False, "blanks within"),
)  # fmt: skip

# Rates of what concerns whole records or several registers.
RATES: dict[str, float] = {
    "health_without_number": 0.20,
    "health_parents_number": 0.10,  # of the health records of children under 6 with a number
    "health_of_the_dead": 0.30,  # records of dead people that the health side still keeps
    "death_unknown_to_register": 0.03,  # of the dead
    "register_dead_but_alive": 0.0001,
    "pension_after_death": 0.04,  # of the dead who drew a pension
    "insured_after_death": 0.01,  # medical insurance not ended
    "allowance_after_death": 0.05,
    "food_without_license": 0.05,  # of the open businesses that need one
    "license_lapsed": 0.04,
    "sample_failed": 0.04,
    "penalised": 0.03,
    "dishonest": 0.01,
    "builder_unqualified": 0.08,
    "project_on_unknown_land": 0.05,
    "emission_above_permit": 0.06,
    "price_rise": 0.06,
    "wrong_sex": 0.002,
    "register_wrong_sex": 0.0001,
    "other_death_date": 0.02,  # cremation gives another day of death
    "second_number": 0.0002,  # one person, two numbers in the register
    "two_marriages": 0.002,  # of couples: an earlier marriage was never dissolved
    "student_mothers_surname": 0.003,  # the child's surname is the mother's now
    "certificate_unnamed": 0.25,
    "certificate_changed_name": 0.04,
    "other_phone": 0.10,
    "enterprise_zone": 0.15,
    "address_other_county": 0.009,
    "tax_old_number": 0.10,
    "tax_no_number": 0.10,
    "tax_unknown_to_registrar": 0.002,
    "tax_old_name": 0.02,
    "tax_old_representative": 0.02,
    "tax_active_though_cancelled": 0.08,  # of the cancelled
    "tax_cancelled_though_active": 0.003,
    "tax_abnormal": 0.02,
    "statistics_old_name": 0.02,
    "licence_unknown_holder": 0.001,
    "licence_after_death": 0.01,  # of the licences of dead people
    "licence_wrong_check": 0.001,
    "coordinates_wrong_system": 0.003,  # GCJ-02 declared as CGCS2000
    "coordinates_exchanged": 0.0005,
    "coordinates_zero": 0.0005,
    "row_doubled": 0.0001,
    "row_without_key": 0.0001,
    "row_broken": 0.0001,  # CSV only: too many or too few fields
}


def of_item(item_kind: str) -> list[Dirt]:
    """The kinds of error of an item kind."""
    return [dirt for dirt in VALUES if dirt.item_kind == item_kind]
