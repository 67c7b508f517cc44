"""Linking persons: names as Chinese registers write them, birth dates, phones, addresses, households, old numbers."""

from __future__ import annotations

from foundation.linkage.spec import FAMILY, Item, Level, LinkModel, Rule, both, one_different, same_list, unshared

FEATURES = {
    "claimed": "VARCHAR",
    "sex_code": "VARCHAR",
    "phone": "VARCHAR",
    "address": "VARCHAR",
    "household": "VARCHAR",
    "death_date": "DATE",
    "school": "VARCHAR",
    "employer": "VARCHAR",
    "relatives": "VARCHAR[]",
}
ITEMS_OF = {
    "sex_code": ("sex_code",),
    "phone": ("phone",),
    "address": ("household_address", "residence_address"),
    "household": ("household_number",),
    "death_date": ("death_date",),
    "school": ("school_name",),
    "employer": ("employer_uscc", "employer_name"),
}
SWAPPED = (
    "month(l.birth_date) = day(r.birth_date) AND day(l.birth_date) = month(r.birth_date) "
    "AND year(l.birth_date) = year(r.birth_date)"
)
GIVEN = "length(l.name) > 2 AND l.name[2:] = r.name[2:]"
DOT = """(contains(l.name, '·') AND string_split(l.name, '·')[1] IN (r.name, string_split(r.name, '·')[1]))
    OR (contains(r.name, '·') AND string_split(r.name, '·')[1] = l.name)"""
NAME = Item(
    "name",
    "姓名",
    both("name"),
    (
        Level("姓名相同", same_list("names"), 0.93, 1e-4, has_frequency=True),
        Level("读音相同", same_list("pinyins"), 0.02, 1e-4),
        Level("同姓，一字不同", f"l.name[1] = r.name[1] AND {one_different('l.name', 'r.name')}", 0.02, 3e-3),
        Level("间隔号前相同", DOT, 0.002, 1e-5),
        Level("名同姓不同", GIVEN, 0.005, 1e-3),
    ),
    frequency_of="name",
)
BIRTH = Item(
    "birth_date",
    "出生日期",
    both("birth_date"),
    (
        Level("日期相同", "l.birth_date = r.birth_date", 0.975, 4e-5),
        Level("日月颠倒", SWAPPED, 0.004, 2e-5),
        Level(
            "一位数字不同",
            one_different("strftime(l.birth_date, '%Y%m%d')", "strftime(r.birth_date, '%Y%m%d')"),
            0.01,
            8e-4,
        ),
        Level("同年", "year(l.birth_date) = year(r.birth_date)", 0.003, 0.014),
    ),
)
NUMBER = Item(
    "number",
    "证件号码",
    "len(l.numbers) > 0 AND len(r.numbers) > 0",
    (
        Level("号码相同", same_list("numbers"), 0.05, 1e-8),
        Level("一位不同", one_different("l.numbers[1]", "r.numbers[1]"), 0.8, 1e-7),
        Level("前十四位相同", "l.numbers[1][1:14] = r.numbers[1][1:14]", 0.1, 1e-6),
    ),
    is_trained=False,
)
TOWN = Level("同一乡镇街道", same_list("towns"), 0.02, 1e-3)
ITEMS = (
    NAME,
    BIRTH,
    Item("sex_code", "性别", both("sex_code"), (Level("性别相同", "l.sex_code = r.sex_code", 0.995, 0.5),)),
    NUMBER,
    Item(
        "phone",
        "联系电话",
        f"len(l.phones) > 0 AND len(r.phones) > 0 AND {unshared('phones')}",
        (Level("电话相同", same_list("phones"), 0.8, 2e-6),),
    ),
    Item(
        "address",
        "住址",
        f"len(l.addresses) > 0 AND len(r.addresses) > 0 AND {unshared('addresses')}",
        (
            Level("地址相同", same_list("addresses"), 0.85, 3e-6),
            Level("门牌相同", same_list("doors"), 0.05, 5e-6),
            TOWN,
            Level("同一县区", same_list("counties"), 0.05, 0.015),
        ),
    ),
    Item(
        "family",
        "家庭（户号、父母证件号码）",
        "len(l.family) > 0 AND len(r.family) > 0",
        (Level("同一家庭", same_list("family"), 0.9, 1e-6),),
        is_trained=False,
    ),
    Item(
        "death_date",
        "死亡日期",
        both("death_date"),
        (
            Level("死亡日期相同", "l.death_date = r.death_date", 0.96, 1e-3),
            Level("相差七天以内", "abs(l.death_date - r.death_date) <= 7", 0.03, 1.3e-2),
        ),
        is_trained=False,
    ),
    Item(
        "workplace",
        "学校、单位",
        "(len(l.schools) > 0 AND len(r.schools) > 0) OR (len(l.employers) > 0 AND len(r.employers) > 0)",
        (Level("学校或单位相同", f"{same_list('schools')} OR {same_list('employers')}", 0.8, 1e-3),),
        is_trained=False,
    ),
)  # fmt: skip
COMPOUND = "array_slice(name, 1, 1)"
BLOCKS = (
    Rule("姓名+出生日期", ("name", "birth_date"), 200, (("former_name", "birth_date"),)),
    Rule("姓+出生日期", (COMPOUND, "birth_date"), 400),
    Rule("名+出生日期", ("nullif(substring(name, 2), '')", "birth_date"), 200),
    Rule("出生日期+电话", ("birth_date", "phone"), 60),
    Rule("出生日期+地址", ("birth_date", "address"), 60),
    Rule("姓名+电话", ("name", "phone"), 60),
    Rule("姓名+地址", ("name", "address"), 60),
    Rule("姓名+出生年", ("name", "year(birth_date)"), 100),
    Rule("姓名+出生月日", ("name", "month(birth_date) * 100 + day(birth_date)"), 100),
    Rule("姓名+死亡日期", ("name", "death_date"), 60),
    Rule("家庭+出生日期", (FAMILY, "birth_date"), 60),
    Rule("姓名+家庭", ("name", FAMILY), 60),
    Rule("姓名+号码中的日期", ("name", "nullif(substring(claimed, 7, 8), '')"), 60),
    Rule("姓名+号码首尾", ("name", "nullif(substring(claimed, 1, 6), '')", "substring(claimed, 15, 4)"), 60),
    Rule("号码", ("claimed",), 20),
)
PROFILE = {
    "name": "arg_min(name, (rank, record_key, role))",
    "names": "list_sort(list_distinct(list(name) || list(former_name)))",
    "pinyins": "list_sort(list_distinct(list(pinyin)))",
    "birth_date": "arg_min(birth_date, (rank, record_key, role))",
    "sex_code": "arg_min(sex_code, (rank, record_key, role))",
    "death_date": "arg_min(death_date, (rank, record_key, role))",
    "numbers": "list_sort(list_distinct(list(CASE WHEN NOT is_disputed THEN claimed END)))",
    "phones": "list_sort(list_distinct(list(phone)))",
    "phones_shared": "coalesce(list(phone) FILTER (phone_is_shared), [])",
    "addresses_shared": "coalesce(list(address_form) FILTER (address_is_shared), [])",
    "addresses": "list_sort(list_distinct(list(address_form)))",
    "doors": "list_sort(list_distinct(list(nullif(regexp_extract(address_form, '^.*?(?:号|组)'), ''))))",
    "towns": "list_sort(list_distinct(list(nullif(regexp_extract(address_form, '^.*?(?:街道|镇|乡)'), ''))))",
    "counties": "list_sort(list_distinct(list(nullif(regexp_extract(address_form, '^.*?市.*?[县区市旗]'), ''))))",
    "family": "list_sort(list_distinct(flatten(list(family))))",
    "schools": "list_sort(list_distinct(list(school)))",
    "employers": "list_sort(list_distinct(list(employer)))",
}
# Where the birth dates differ only the same name links, where the names differ only the same birth date: brothers and
# sisters share surname, household, phone and address. Where not even the year agrees a father and his son may share the
# name too. Cremations know no birth date: the death's then.
GUARD = """(birth_date = 1 OR (birth_date IS NULL
            AND (name IN (1, 2) OR death_date = 1 OR number > 0 OR phone = 1 OR address IN (1, 2)))
        OR (name = 1 AND (birth_date > 1 OR number > 0)) OR (name = 2 AND birth_date IN (2, 3)))
    AND (name > 0 OR (name IS NULL AND family = 1 AND birth_date = 1)
        OR (family = 1 AND birth_date = 1 AND coalesce(sex_code, 1) = 1))
    AND NOT (name IS NOT DISTINCT FROM 5 AND birth_date IS DISTINCT FROM 1)"""
ONE_RECORD_EACH = frozenset(
    {
        "public_security/resident",
        "health/resident_health_record",
        "human_resources/social_insurance",
        "education/student",
        "civil_affairs/cremation",
        "health/birth_certificate#child",
    }
)
PERSON = LinkModel(
    name="person",
    features=FEATURES,
    items_of=ITEMS_OF,
    certain=(
        Rule("姓名+出生日期+电话", ("name", "birth_date", "phone"), 20),
        Rule("姓名+出生日期+地址", ("name", "birth_date", "address"), 20),
        Rule("姓名+出生日期+学校", ("name", "birth_date", "school"), 20),
    ),
    blocks=BLOCKS,
    shared={"phone": Rule("电话", ("phone",), 40), "address": Rule("地址", ("address",), 80)},
    profile=PROFILE,
    items=ITEMS,
    guard=GUARD,
    one_record_each=ONE_RECORD_EACH,
    training_blocks=(("name", "sex_code"), ("birth_date",)),
    masks={"name": "person_name", "phone": "phone", "address": "address", "claimed": "citizen_id"},
)
