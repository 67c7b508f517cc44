"""Linking organisations: parts of the name, old and damaged codes, representative, address, trade, foundation."""

from __future__ import annotations

from foundation.linkage.spec import Item, Level, LinkModel, Rule, both, one_different, same_list, unshared

FEATURES = {
    "claimed": "VARCHAR",
    "representative": "VARCHAR",
    "address": "VARCHAR",
    "division": "VARCHAR",
    "established_on": "DATE",
    "industry": "VARCHAR",
}
ITEMS_OF = {
    "representative": ("legal_representative",),
    "address": ("address",),
    "division": ("division_code",),
    "established_on": ("established_on", "registered_on"),
    "industry": ("industry_code",),
}
# O for 0, I for 1: what people type who copy a code by eye.
LOOK_ALIKE = (
    "list_has_any(list_transform(l.codes, code -> translate(code, 'OIZS', '0125')), "
    "list_transform(r.codes, code -> translate(code, 'OIZS', '0125')))"
)
ALMOST_REPRESENTATIVE = (
    f"l.representative[1] = r.representative[1] AND {one_different('l.representative', 'r.representative')}"
)
BODY = "nullif(CASE WHEN length(claimed) = 18 THEN claimed[9:16] ELSE claimed[1:8] END, '')"
NAME = Item(
    "name",
    "名称",
    both("name_form"),
    (
        Level("名称相同", same_list("name_forms"), 0.93, 2e-7, has_frequency=True),
        Level(
            "字号、行业相同",
            "l.core = r.core AND l.trade = r.trade AND l.branch IS NOT DISTINCT FROM r.branch",
            0.02,
            5e-6,
        ),
        Level("一字不同", one_different("l.name_form", "r.name_form"), 0.02, 5e-6),
        Level("字号相同", "l.core = r.core AND l.branch IS NOT DISTINCT FROM r.branch", 0.005, 1e-4),
        Level(
            "字号一字不同、行业相同",
            f"l.trade = r.trade AND length(l.core) > 2 AND {one_different('l.core', 'r.core')}",
            0.003,
            1e-4,
        ),
    ),
    frequency_of="name_form",
)
CODE = Item(
    "code",
    "统一社会信用代码、组织机构代码",
    "len(l.codes) > 0 AND len(r.codes) > 0",
    (
        Level("代码相同", same_list("codes"), 0.3, 1e-8),
        Level(
            "一位不同",
            f"{one_different('l.codes[1]', 'r.codes[1]')} OR {one_different('l.codes[1]', 'r.codes[2]')}",
            0.4,
            1e-6,
        ),
        Level(
            "仅易混字符不同",
            LOOK_ALIKE,
            0.25,
            1e-7,
        ),
    ),
    is_trained=False,
)
ITEMS = (
    NAME,
    CODE,
    Item(
        "representative",
        "法定代表人",
        both("representative"),
        (
            Level("姓名相同", same_list("representatives"), 0.94, 1e-4, has_frequency=True),
            Level("读音相同", same_list("pinyins"), 0.02, 1e-4),
            Level("同姓，一字不同", ALMOST_REPRESENTATIVE, 0.01, 3e-3),
        ),
        frequency_of="representative",
    ),
    Item(
        "address",
        "住所",
        f"len(l.addresses) > 0 AND len(r.addresses) > 0 AND {unshared('addresses')}",
        (
            Level("地址相同", same_list("addresses"), 0.93, 2e-6),
            Level("门牌相同", same_list("doors"), 0.02, 5e-6),
            Level("同一乡镇街道", same_list("towns"), 0.01, 1e-3),
            Level("同一县区", same_list("counties"), 0.02, 0.015),
        ),
    ),
    Item(
        "established_on",
        "成立日期",
        both("established_on"),
        (
            Level("日期相同", "l.established_on = r.established_on", 0.5, 1.5e-4),
            Level("相差六十天以内", "abs(l.established_on - r.established_on) <= 60", 0.45, 1.5e-2),
            Level("同年", "year(l.established_on) = year(r.established_on)", 0.03, 0.05),
        ),
    ),
    Item(
        "industry",
        "行业",
        both("industry"),
        (Level("小类相同", "l.industry = r.industry", 0.95, 0.02), Level("门类相同", "l.industry[1] = r.industry[1]", 0.03, 0.1)),
    ),
)  # fmt: skip
FORM = "regexp_replace(replace(name, '有限责任公司', '有限公司'), '^陕西省?|[（）()〔〕\\[\\] ]', '', 'g')"
PROFILE = {
    "name": "arg_min(name, (rank, record_key, role))",
    "name_form": "arg_min(name_form, (rank, record_key, role))",
    "name_forms": "list_sort(list_distinct(list(name_form)))",
    "core": "arg_min(core, (rank, record_key, role))",
    "trade": "arg_min(trade, (rank, record_key, role))",
    "branch": "any_value(branch)",
    "representative": "arg_min(representative, (rank, record_key, role))",
    "representatives": "list_sort(list_distinct(list(representative)))",
    "pinyins": "list_sort(list_distinct(list(pinyin)))",
    "codes": "list_sort(list_distinct(list(claimed)))",
    "addresses": "list_sort(list_distinct(list(address_form)))",
    "addresses_shared": "coalesce(list(address_form) FILTER (address_is_shared), [])",
    "doors": "list_sort(list_distinct(list(nullif(regexp_extract(address_form, '^.*?号'), ''))))",
    "towns": "list_sort(list_distinct(list(nullif(regexp_extract(address_form, '^.*?(?:街道|镇|乡)'), ''))))",
    "counties": "list_sort(list_distinct(list(nullif(regexp_extract(address_form, '^.*?市.*?[县区市旗]'), ''))))",
    "established_on": "arg_min(established_on, (rank, record_key, role))",
    "industry": "arg_min(industry, (rank, record_key, role))",
}
# Two independent items have to speak for it: a branch is not its parent, namesakes in two counties are two, and one
# person leads several companies at one address.
GUARD = """(name > 0 AND NOT is_branch_differing AND (representative IN (1, 2, 3) OR address IN (1, 2, 3) OR code > 0))
    OR (name IS NULL AND address = 1 AND representative = 1)
    OR (name = 0 AND NOT is_branch_differing AND address = 1 AND representative = 1 AND industry = 1
        AND coalesce(established_on IN (1, 2), true))"""
ORGANIZATION = LinkModel(
    name="organization",
    features=FEATURES,
    items_of=ITEMS_OF,
    certain=(
        Rule("名称+法定代表人+住所", ("name", "representative", "address"), 20),
    ),
    blocks=(
        Rule("名称", (FORM,), 60),
        Rule("住所", ("address",), 60),
        Rule("法定代表人", ("representative",), 60),
        Rule("法定代表人+行业", ("representative", "industry"), 60),
        Rule("代码", ("claimed",), 20),
        Rule("组织机构代码", (BODY,), 20),
        Rule("代码校验位以前", ("nullif(claimed[3:14], '')",), 20),
    ),
    shared={"address": Rule("地址", ("address",), 60)},
    profile=PROFILE,
    items=ITEMS,
    guard=GUARD,
    one_record_each=frozenset(
        {
            "market_regulation/enterprise",
            "establishment/institution",
            "civil_affairs/social_organization",
            "taxation/taxpayer",
            "statistics/basic_unit",
        }
    ),
    training_blocks=(("name",), ("representative",)),
    most_names=3,
    most_dates=3,
    extras={"is_branch_differing": "l.branch IS DISTINCT FROM r.branch"},
    pinyin_of="representative",
    masks={"representative": "person_name"},
)  # fmt: skip
