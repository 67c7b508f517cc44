"""A toy province for the themes: for each question one that it must find and one that it must not."""

from __future__ import annotations

from datetime import date
from typing import Any

from tests.homes import Home
from tests.toy import citizen_id, uscc

DAY = "2026-11-20"
CENTRE = (108.94, 34.26)
DOOR, HAMLET = "610102000000000001", "610103000000000002"
VILLAGE, TOWN = "610102000000101", "610103000000102"
LAND = "610102001001GB00001F00000001"

OLD = citizen_id("610102", "19500101", 1)  # 王健: alive, draws his pension
DEAD = citizen_id("610102", "19450202", 2)  # 李故: dead since August, still paid in November
ENDED = citizen_id("610102", "19460303", 3)  # 赵终: died this month, paid this month
BABY = citizen_id("610102", "20260601", 4)  # 新甲: five months old, not insured
INSURED_BABY = citizen_id("610102", "20260602", 5)  # 新乙: insured
FRESH_BABY = citizen_id("610102", "20261101", 6)  # 新丙: three weeks old
NEIGHBOURS = [citizen_id("610103", "19900101", number) for number in range(11, 18)]

Row = dict[str, Any]


def resident(number: str, name: str, **more: Any) -> Row:
    return {
        "公民身份号码": number, "姓名": name, "性别代码": "1" if int(number[16]) % 2 else "2", "民族代码": "01",
        "出生日期": number[6:14], "户籍地区划代码": number[:6], "户籍状态代码": "0", "更新时间": "2026-11-01 08:00:00", **more,
    }  # fmt: skip


RESIDENTS = [
    resident(OLD, "王健"),
    resident(DEAD, "李故", 户籍状态代码="9", 死亡日期="20260815"),
    resident(ENDED, "赵终", 户籍状态代码="9", 死亡日期="20261110"),
    resident(BABY, "新甲"),
    resident(INSURED_BABY, "新乙"),
    resident(FRESH_BABY, "新丙"),
    *[resident(number, f"邻居{'甲乙丙丁戊己庚'[place]}") for place, number in enumerate(NEIGHBOURS)],
]


def pensions(*numbers: tuple[str, str]) -> list[Row]:
    return [
        {"发放编号": f"YL{number[-4:]}", "社会保障号码": number, "姓名": name, "发放日期": "2026-11-15", "发放金额": "3000.5",
         "发放结果": "成功"} for number, name in numbers
    ]  # fmt: skip


PENSIONS = pensions((OLD, "王健"), (DEAD, "李故"), (ENDED, "赵终"))


def company(body: str, name: str, industry: str = "F5212", division: str = "610102", **more: Any) -> Row:
    code = uscc("91", division, body)
    return {
        "统一社会信用代码": code, "企业名称": name, "企业类型": "有限责任公司", "成立日期": "2015-01-01", "行政区划代码": division,
        "行业代码": industry, "登记状态": "存续", "核准日期": "2020-01-01", **more,
    }  # fmt: skip


NOODLES = company("MA000001", "无证面馆有限公司", "H6210")
BAKERY = company("MA000002", "有证糕点有限公司", "C1411")
CANTEEN = company("MA000003", "过期食堂有限公司", "H6210")
CHEMICALS = company("MA000004", "近邻化工有限公司", "C2619")
REMOTE = company("MA000005", "远郊化工有限公司", "C2619")
SHORT_COAL = company("MA000006", "缺煤能源有限公司", "B0610")
FULL_COAL = company("MA000007", "足煤能源有限公司", "B0610", "610103")
DISHONEST = company("MA000008", "失信商贸有限公司")
REPAIRED = company("MA000009", "修复商贸有限公司")
DEAR = company("MA000010", "涨价超市有限公司")
STEADY = company("MA000011", "平价超市有限公司")
UNQUALIFIED = company("MA000012", "无质建设有限公司", "E4710")
QUALIFIED = company("MA000013", "有质建设有限公司", "E4710")
DIRTY = company("MA000014", "超标制造有限公司", "C3499")
CLEAN = company("MA000015", "达标制造有限公司", "C3499")
COMPANIES = [
    NOODLES, BAKERY, CANTEEN, CHEMICALS, REMOTE, SHORT_COAL, FULL_COAL, DISHONEST, REPAIRED, DEAR, STEADY,
    UNQUALIFIED, QUALIFIED, DIRTY, CLEAN,
]  # fmt: skip


def of(one: Row, name: str, **more: Any) -> Row:
    """A record of a company under another department's header for its name."""
    return {"统一社会信用代码": one["统一社会信用代码"], name: one["企业名称"], **more}


def food_licenses(canteen_until: str = "2026-11-01") -> list[Row]:
    return [
        of(BAKERY, "经营者名称", 许可证编号="SC1", 有效期至="2026-11-22", 许可状态="有效"),
        of(CANTEEN, "经营者名称", 许可证编号="JY2", 有效期至=canteen_until, 许可状态="有效"),
    ]


def dwellers(door_of_old: str = DOOR) -> list[Row]:
    people = [(OLD, "王健", door_of_old, VILLAGE), (BABY, "新甲", DOOR, VILLAGE)]
    people += [(number, one["姓名"], HAMLET, TOWN) for number, one in zip(NEIGHBOURS, RESIDENTS[6:], strict=True)]
    return [
        {"登记编号": f"SY{place}", "姓名": name, "公民身份号码": number, "居住地址编码": door, "所在社区地名编号": community,
         "居住类型": "人户一致", "采集日期": "20261001"} for place, (number, name, door, community) in enumerate(people)
    ]  # fmt: skip


def stocks(coal: float = 100) -> list[Row]:
    return [
        of(one, "企业名称", 报表编号=key, 能源品种="煤炭", 库存量=tons, 报告日期="2026-11-18")
        for one, key, tons in ((SHORT_COAL, "N1", coal), (FULL_COAL, "N2", 5000))
    ]


def deliver_all(home: Home) -> None:
    deliver_people(home)
    deliver_counties(home)
    deliver_places(home)
    deliver_organizations(home)


def deliver_people(home: Home) -> None:
    home.deliver("public_security/resident", DAY, RESIDENTS)
    home.deliver("human_resources/pension_payment", DAY, PENSIONS)
    home.deliver(
        "medical_security/insured_person", DAY,
        [{"医保个人编号": f"YB{number[-4:]}", "姓名": name, "证件号码": number, "参保类型": "城乡居民医保", "参保状态": "正常参保"}
         for number, name in ((OLD, "王健"), (INSURED_BABY, "新乙"))],
    )  # fmt: skip
    home.deliver(
        "health/resident_health_record",
        DAY,
        [{"档案编号": "H1", "姓名": "王健", "证件类型": "居民身份证", "证件号码": OLD, "出生日期": "1950-01-01"}],
    )
    home.deliver("public_security/actual_resident", DAY, dwellers())
    home.deliver(
        "civil_affairs/community_worker", DAY,
        [{"人员编号": "WG1", "姓名": "邻居甲", "身份证号": NEIGHBOURS[0], "服务社区地名编号": TOWN, "在岗状态": "在岗"}],
    )  # fmt: skip


def door(code: str, name: str, longitude: float, latitude: float) -> Row:
    return {
        "地址编码": code, "标准地址": name, "行政区划代码": code[:6], "经度": longitude, "纬度": latitude, "坐标系": "CGCS2000",
    }  # fmt: skip


def doors(moved: float = 0.0) -> list[Row]:
    """The door is 200 metres east of the chemical works; the hamlet 20 kilometres away from everything."""
    return [
        door(DOOR, "陕西省西安市新城区解放路1号", CENTRE[0] + 200 / 91_900 + moved, CENTRE[1]),
        door(HAMLET, "陕西省西安市碑林区友谊路2号", CENTRE[0], CENTRE[1] + 0.18),
    ]


def deliver_counties(home: Home) -> None:
    """Two counties and what they burn."""
    square = "POLYGON ((108 34, 110 34, 110 35, 108 35, 108 34))"
    divisions = (("610000", "陕西省", "省", None), ("610100", "西安市", "市", "610000"),
                 ("610102", "新城区", "县", "610100"), ("610103", "碑林区", "县", "610100"))  # fmt: skip
    home.deliver(
        "natural_resources/admin_boundary", DAY,
        [{"行政区划代码": code, "名称": name, "级别": level, "上级代码": parent, "geometry": square}
         for code, name, level, parent in divisions],
    )  # fmt: skip
    home.deliver(
        "development_reform/energy_consumption", DAY,
        [{"报表编号": f"X{code}", "行政区划代码": code, "能源品种": "煤炭", "日均消费量": "50", "报告日期": date(2026, 11, 1)}
         for code in ("610102", "610103")],
    )  # fmt: skip


def deliver_places(home: Home) -> None:
    home.deliver("public_security/door_address", DAY, doors())
    home.deliver(
        "civil_affairs/place_name", DAY,
        [{"地名编号": number, "标准名称": name, "类别": "群众自治组织", "行政区划代码": number[:6], "经度": 108.9, "纬度": 34.2,
          "坐标系": "CGCS2000"} for number, name in ((VILLAGE, "无员社区"), (TOWN, "有员社区"))],
    )  # fmt: skip
    home.deliver(
        "natural_resources/real_estate_unit", DAY,
        [{"不动产单元号": LAND, "坐落": "解放路", "面积": 100.0, "用途": "住宅",
          "geometry": "POLYGON ((500000 3790000, 500010 3790000, 500010 3790010, 500000 3790000))"}],
    )  # fmt: skip
    home.deliver(
        "emergency_management/shelter", DAY,
        [{"场所编号": "B1", "场所名称": "小广场", "地址编码": DOOR, "可容纳人数": "1", "状态": "可用"},
         {"场所编号": "B2", "场所名称": "大操场", "地址编码": HAMLET, "可容纳人数": "500", "状态": "可用"}],
    )  # fmt: skip


def deliver_organizations(home: Home) -> None:
    home.deliver("market_regulation/enterprise", DAY, COMPANIES)
    home.deliver("market_regulation/food_license", DAY, food_licenses())
    home.deliver(
        "emergency_management/hazard_source", DAY,
        [of(one, "企业名称", 备案编号=key, 级别="三级", 外部安全防护距离="300", 经度=CENTRE[0], 纬度=CENTRE[1] + away, 坐标系="CGCS2000")
         for one, key, away in ((CHEMICALS, "Z1", 0), (REMOTE, "Z2", 0.09))],
    )  # fmt: skip
    home.deliver("energy/energy_stock", DAY, stocks())
    home.deliver(
        "court/dishonest_judgment", DAY,
        [of(DISHONEST, "被执行人名称", 案号="A1", 履行情况="全部未履行", 公布日期="2026-01-01"),
         of(REPAIRED, "被执行人名称", 案号="A2", 履行情况="部分未履行", 公布日期="2025-01-01", 屏蔽日期="2026-10-01")],
    )  # fmt: skip
    home.deliver(
        "government_service/license_index", DAY,
        [{"证照标识": f"1.2.156.3005.2.{key}", "证照名称": "营业执照", "证照编号": key, "持证主体": one["企业名称"], "持证主体代码类型": "001",
          "持证主体代码": one["统一社会信用代码"], "颁发日期": "2020-01-01", "证照状态": "有效"}
         for one, key in ((DISHONEST, "L1"), (REPAIRED, "L2"))],
    )  # fmt: skip
    home.deliver(
        "development_reform/price_survey", DAY,
        [of(one, "监测点名称", 采价编号=f"{key}{week}", 品种="猪肉", 价格=last if week == 9 else 26, 采价日期=f"2026-1{week // 5}-0{week % 5 + 1}")
         for one, key, last in ((DEAR, "P", 45), (STEADY, "Q", 27)) for week in range(3, 10)],
    )  # fmt: skip
    home.deliver(
        "housing_construction/builder_qualification",
        DAY,
        [of(QUALIFIED, "企业名称", 证书编号="D1", 资质等级="二级", 有效期至="2028-01-01", 资质状态="有效")],
    )
    home.deliver("ecology/discharge_permit", DAY, permits())
    home.deliver("ecology/emission_monitoring", DAY, emissions())


def permits() -> list[Row]:
    return [
        of(
            one,
            "单位名称",
            许可事项编号=key,
            污染物="二氧化硫",
            许可排放浓度="100",
            有效期至=date(2028, 1, 1),
            许可状态="有效",
        )
        for one, key in ((DIRTY, "W1"), (CLEAN, "W2"))
    ]


def emissions(clean: float = 50) -> list[Row]:
    return [
        of(one, "单位名称", 监测编号=key, 污染物="二氧化硫", 监测浓度=value, 监测日期="2026-10-01")
        for one, key, value in ((DIRTY, "M1", 130), (CLEAN, "M2", clean))
    ]


PROJECTS = [
    {"项目编码": "G1", "项目名称": "甲", "施工单位统一社会信用代码": UNQUALIFIED["统一社会信用代码"], "施工单位名称": "无质建设有限公司",
     "不动产单元号": LAND[:-1] + "9", "合同金额": "1000000", "开工日期": "2026-01-01", "工程状态": "在建"},
    {"项目编码": "G2", "项目名称": "乙", "施工单位统一社会信用代码": QUALIFIED["统一社会信用代码"], "施工单位名称": "有质建设有限公司",
     "不动产单元号": LAND, "合同金额": "2000000", "开工日期": "2026-01-01", "工程状态": "在建"},
]  # fmt: skip
