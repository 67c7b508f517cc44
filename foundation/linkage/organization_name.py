"""The parts of an organisation's name (企业名称登记管理规定 art. 6): place, core name (字号), trade, legal form, branch."""

from __future__ import annotations

import re

import pyarrow as pa
import pyarrow.compute as pc

from foundation.standards.organisation_name import comparison_form

_FORMS = (
    "股份有限公司|有限公司|集团公司|公司|集团|合伙企业|事务所|专业合作社|合作社|合作联社|联合会|协会|学会|商会|基金会|促进会|研究会|"
    "服务中心|中心|幼儿园|小学|中学|学校|学院|医院|卫生院|诊所|委员会|人民政府|研究院|研究所|店|厂|场|馆|部|行|局|站|社|所|吧|院|园|坊|屋|城"
)
_TRADES = (
    "商贸|贸易|工贸|科技|软件科技|信息科技|网络科技|电子科技|电子|电子商务|网络|信息技术|信息|软件|建筑工程|建筑|建设工程|建设|建材|装饰工程|装饰|装修|"
    "物业管理|物业|房地产开发|房地产|置业|餐饮管理|餐饮|饭|酒店管理|酒店|宾|旅游|旅行|运输|物流|货运|汽车服务|汽车|汽修|机械制造|机械|机电|设备|制造|化工|"
    "医药|药|大药|医疗器械|医疗|健康|教育咨询|教育|培训|文化传媒|文化传播|文化|传媒|广告|咨询|管理咨询|人力资源|劳务|投资|农业科技|农业|农牧|种植|养殖|"
    "果蔬|食品|粮油|便利|超市|烟酒|水果|小吃|羊肉泡馍|理发|美发|美容|文具|服装|鞋|五金|家具|家电|通讯|手机|环保|能源|电力|矿业|石油|园林|绿化|生物|纺织|印刷|包装"
)
_BRANCHES = "分公司|分店|分厂|分行|支行|营业部|营业所|门市部|办事处|分社|分所|店"
_BRANCH = rf"(?P<head>.*(?:公司|合作社|事务所|集团))(?P<branch>.{{0,20}}?(?:{_BRANCHES}))"
_PLACE = r"(?:.{2,4}?(?:省|自治区))?(?:.{2,4}?市)?(?:.{1,4}?[县区旗市])?"


NAME_PARTS = ("name_form", "core", "trade", "branch")


def _pattern() -> str:
    trades = "|".join(sorted(_TRADES.split("|"), key=len, reverse=True))
    return rf"^(?P<place>{_PLACE})(?P<core>.+?)(?P<trade>(?:{trades})*)(?P<form>(?:{_FORMS}))$"


PATTERN = _pattern()
re.compile(PATTERN)


def name_parts(names: pa.Array, places: frozenset[str]) -> pa.Table:
    """Columns name_form, core, trade, branch (n,) of registered names; null where a name has no such part.

    `places` are short names of divisions (西安, 高陵区) that stand before the core name.
    """
    form = comparison_form(names)
    split = pc.extract_regex(form, f"^{_BRANCH}$")
    branch = pc.struct_field(split, "branch")
    head = pc.coalesce(pc.struct_field(split, "head"), form)
    head = (
        pc.replace_substring_regex(head, f"^(?:{'|'.join(sorted(places, key=len, reverse=True))})", "")
        if places
        else head
    )
    parts = pc.extract_regex(head, PATTERN)
    core = pc.coalesce(pc.struct_field(parts, "core"), head)
    return pa.table({"name_form": form, "core": core, "trade": pc.struct_field(parts, "trade"), "branch": branch})
