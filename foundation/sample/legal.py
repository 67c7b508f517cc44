"""The registrars of legal entities: 市场监管, 编办 and 民政, each the authority for its own codes."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from foundation.sample.batch import Batch
from foundation.sample.dirt import RATES
from foundation.sample.draw import Draw, Integers, Mask
from foundation.sample.number import registration_check
from foundation.sample.organization import BRANCH, COMPANY, COOPERATIVE, INDIVIDUAL, INSTITUTION, SOCIAL, Organizations
from foundation.sample.text import (
    UNKNOWN,
    choose,
    constant,
    dates,
    digit_bytes,
    digits,
    from_bytes,
    iso,
    join,
    numbers,
    take,
)
from foundation.sample.words import geography, trades

_TYPES = {
    COMPANY: (
        "有限责任公司(自然人投资或控股)",
        "有限责任公司(自然人独资)",
        "有限责任公司（法人独资）",
        "其他有限责任公司",
    ),
    INDIVIDUAL: ("个体工商户",) * 4,
    COOPERATIVE: ("农民专业合作社",) * 4,
    BRANCH: ("有限责任公司分公司(自然人投资或控股)", "有限责任公司分公司", "分公司", "有限责任公司分公司(法人独资)"),
}


def rows_of(organizations: Organizations, subject: str, mask: Mask) -> tuple[Integers, Draw]:
    rows = np.flatnonzero(mask & ~organizations.gone)
    return rows, organizations.chunk.draw(subject, organizations.draw.numbers[rows])


def text_of(texts: pa.Array, rows: Integers) -> pa.Array:
    return texts.take(pa.array(rows))


def capital(draw: Draw) -> pa.StringArray:
    """Registered capital in the ways in which registrars type it; mostly round sums."""
    sums = [3, 5, 10, 20, 30, 50, 100, 200, 300, 500, 1000, 2000, 5000]
    ten_thousands = np.array(sums)[draw.pick("sum", np.array([1, 1, 4, 3, 3, 8, 14, 8, 5, 9, 6, 2, 1.0]))]
    plain, yuan = numbers(ten_thousands), numbers(ten_thousands * 10_000)
    forms = [
        join(plain, "万人民币"), join(plain, "万元人民币"), join(plain, "(万)"), join(plain, ".000000万人民币"),
        join(plain, "万元"), join("人民币", plain, "万元"), join(yuan, "元"), join(plain, "万"), join(yuan, ".00"),
        join(plain, "万美元"), join(plain, "万元整"), join("￥", yuan, "元"), constant("N/A", len(draw)),
        constant(None, len(draw)),
    ]  # fmt: skip
    which = draw.pick("form", np.array([30, 25, 8, 6, 10, 3, 4, 3, 2, 0.5, 1, 0.5, 1, 6]))
    return pa.concat_arrays(forms).take(pa.array(which * len(draw) + np.arange(len(draw))))


def enterprise(organizations: Organizations) -> Batch:
    """市场监督管理局 企业和个体工商户登记."""
    rows, draw = rows_of(organizations, "enterprise", (organizations.kind < INSTITUTION) & ~organizations.is_unknown)
    kind, established = organizations.kind[rows], organizations.established[rows]
    cancelled, is_revoked = organizations.cancelled[rows], organizations.is_revoked[rows]
    closed = cancelled != UNKNOWN
    _, industries, scopes = trades()
    trade = organizations.trade[rows]
    types = pa.array([text for texts in _TYPES.values() for text in texts])
    moved_away = draw.chosen("moved away", 0.004) & ~closed
    status = np.select([closed & is_revoked, closed, is_revoked, moved_away], [2, 3, 1, 4], 0)
    division = digits(organizations.division[rows], 6)
    old_number = np.hstack(
        [digit_bytes(organizations.division[rows], 6), digit_bytes(draw.integers("number", 10**8), 8)]
    )
    limited = (kind == COMPANY) & draw.chosen("limited", 0.4)
    valid_to = established + 365 * draw.integers("years", 31, 10)
    old = (established < 16_709) & (kind != INSTITUTION) & draw.chosen("old number", 0.9)
    approved = np.maximum(established, organizations.chunk.base - draw.integers("approved", 4000, 1))
    approved = organizations.chunk.day_of(organizations.version[rows], np.where(closed, cancelled, approved))
    batch = Batch("market_regulation/enterprise", "统一社会信用代码", draw, {
        "统一社会信用代码": text_of(organizations.uscc, rows),
        "注册号": choose(old, from_bytes(np.hstack([old_number, registration_check(old_number)])), None),
        "企业名称": text_of(organizations.name, rows),
        "企业类型": take(types, kind * 4 + draw.integers("type", 4)),
        "法定代表人": text_of(organizations.representative_name, rows),
        "法定代表人证件号码": text_of(organizations.representative_id, rows),
        "注册资本": choose(np.isin(kind, [COMPANY, COOPERATIVE]), capital(draw), None),
        "成立日期": iso(established),
        "营业期限至": choose(limited, iso(valid_to), choose(draw.chosen("long", 0.3), "长期", None)),
        "住所": text_of(organizations.address, rows),
        "行政区划代码": division,
        "行业代码": take(industries, trade),
        "经营范围": take(scopes, trade),
        "登记机关": join(take(pa.array(geography().names), organizations.county[rows]), "市场监督管理局"),
        "登记状态": take(["存续", "吊销未注销", "吊销已注销", "注销", "迁出"], status),
        "注销日期": iso(cancelled),
        "核准日期": iso(approved),
    }, is_authority=True, speaks_of={"": organizations.draw.numbers[rows]})  # fmt: skip
    other_county(batch, "住所", organizations.county[rows])
    for column, item, item_kind in (
        ("企业名称", "name", "organisation_name"), ("法定代表人", "legal_representative", "name"),
        ("法定代表人证件号码", "legal_representative_citizen_id", "citizen_id"), ("住所", "address", "text"),
        ("统一社会信用代码", "uscc", "code"), ("营业期限至", "valid_to", "any"), ("注销日期", "cancelled_on", "any"),
    ):  # fmt: skip
        batch.spoil(column, item, item_kind, is_compared=item != "legal_representative_citizen_id")
    return batch


def other_county(batch: Batch, column: str, county: Integers) -> None:
    """An address that names another county than the division code says."""
    rows = np.flatnonzero(batch.draw.chosen("other county", RATES["address_other_county"]))
    if not len(rows):
        return
    names = pa.array(geography().names)
    texts = batch.columns[column].take(pa.array(rows))
    home, other = names.take(pa.array(county[rows])), names.take(pa.array(_neighbour(county[rows])))
    after = [pc.utf8_slice_codeunits(texts, 6 + size) for size in (2, 3)]  # after 陕西省 and a city of three characters
    rest = pc.if_else(pc.equal(pc.utf8_length(home), 2), after[0], after[1])
    written = join(pc.utf8_slice_codeunits(texts, 0, 6), other, rest)
    batch.replace(rows, column, written, "address", "other_county")


def _neighbour(county: Integers) -> Integers:
    """The next county of the same city."""
    cities = np.unique(np.array(geography().cities), return_inverse=True)[1]
    after = (county + 1) % len(cities)
    return np.where(cities[after] == cities[county], after, county - 1)


def _entity(organizations: Organizations, dataset: str, subject: str, mask: Mask, columns: tuple[str, ...]) -> Batch:
    """What 编办 and 民政 have in common: code, name, type, representative, sponsor, capital, address, date, status."""
    rows, draw = rows_of(organizations, subject, mask)
    city = take(pa.array(geography().cities), organizations.county[rows])
    closed = organizations.cancelled[rows] != UNKNOWN
    codes = organizations.uscc.take(pa.array(rows))
    second = pc.utf8_slice_codeunits(codes, 1, 2).cast(pa.int64()).to_numpy(zero_copy_only=False)
    types = (
        ("机关", "事业单位", "群众团体")
        if dataset.startswith("establishment")
        else ("社会团体", "民办非企业单位", "基金会")
    )
    offices = take(["人民政府", "教育局", "民政局", "卫生健康委员会"], draw.integers("sponsor", 4))
    values = (
        codes, text_of(organizations.name, rows), take(types, second - 1),
        text_of(organizations.representative_name, rows),
        join(city, offices), capital(draw), text_of(organizations.address, rows), None,
        take(["正常", "撤销", "注销"], np.where(closed, 1 + draw.integers("closed how", 2), 0)),
    )  # fmt: skip
    established = organizations.established[rows]
    date = dates(established) if dataset.startswith("establishment") else iso(established)
    batch = Batch(dataset, columns[0], draw,
                  {name: date if value is None else value for name, value in zip(columns, values, strict=True)},
                  is_authority=True, speaks_of={"": organizations.draw.numbers[rows]})  # fmt: skip
    other_county(batch, "住所", organizations.county[rows])
    for column, item, kind in (
        (columns[1], "name", "organisation_name"), ("法定代表人", "legal_representative", "name"),
        ("住所", "address", "text"),
    ):  # fmt: skip
        batch.spoil(column, item, kind)
    return batch


def institution(organizations: Organizations) -> Batch:
    """机构编制委员会办公室 机关、事业单位、群团."""
    columns = (
        "统一社会信用代码",
        "单位名称",
        "机构类别",
        "法定代表人",
        "举办单位",
        "开办资金",
        "住所",
        "设立日期",
        "状态",
    )
    mask = organizations.kind == INSTITUTION
    return _entity(organizations, "establishment/institution", "institution", mask, columns)


def social_organization(organizations: Organizations) -> Batch:
    """民政厅 社会组织."""
    columns = ("统一社会信用代码", "名称", "类型", "法定代表人", "业务主管单位", "注册资金", "住所", "成立日期", "状态")
    mask = organizations.kind == SOCIAL
    return _entity(organizations, "civil_affairs/social_organization", "social", mask, columns)
