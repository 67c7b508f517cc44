"""A small province in which each kind of rule is broken once, by people and organisations that don't exist."""

from __future__ import annotations

import sqlalchemy as sa

from resources.operations import publication
from tests.homes import Home
from tests.toy import citizen_id, organisation_code, uscc

DAY, LATER = "2026-11-01", "2026-11-05"
RESIDENT, INSURANCE, UNITS, TAXPAYER, CREMATION = (
    "public_security/resident",
    "human_resources/social_insurance",
    "statistics/basic_unit",
    "taxation/taxpayer",
    "civil_affairs/cremation",
)
WANG, LI, CHEN, NAMELESS = (
    citizen_id("610102", "19800101", 101),
    citizen_id("610113", "19900202", 102),
    citizen_id("612722", "19550303", 103),
    citizen_id("610102", "19701212", 105),
)
WRONG = LI[:17] + ("0" if LI[17] != "0" else "1")
NAMES = ("欧阳震霆", "司马飞燕", "慕容望舒", "诸葛听雨")
ADDRESS = "陕西省西安市碑林区不存在路四十二号"
PHONE = "13900001234"
SECRETS = (WANG, LI, CHEN, NAMELESS, WRONG, *NAMES, ADDRESS, PHONE)
COMPANY = uscc("91", "610113", "MA6U0000")


def resident(number: str, name: str, birth: str, **items: str) -> dict[str, str]:
    return {
        "公民身份号码": number,
        "姓名": name,
        "性别代码": "1",
        "民族代码": "01",
        "出生日期": birth,
        "户籍地区划代码": "610103",
        "户籍地址": ADDRESS,
        "户籍状态代码": "0",
        "更新时间": "2026-01-01 10:00:00",
        **items,
    }


def insured(number: str, person: str, name: str, birth: str) -> dict[str, str]:
    return {
        "个人编号": number,
        "社会保障号码": person,
        "姓名": name,
        "性别代码": "1",
        "出生日期": birth,
        "手机号码": PHONE,
        "险种": "居民养老",
        "参保状态": "正常参保",
        "更新时间": "2026-01-01 10:00:00",
    }


def unit(number: str, body: str, employees: str) -> dict[str, str]:
    return {
        "单位内码": number,
        "组织机构代码": organisation_code(body),
        "单位详细名称": f"测试{number}有限公司",
        "行政区划代码": "610103000000",
        "详细地址": "西安市",
        "行业代码": "5211",
        "从业人数": employees,
    }


def deliver(home: Home) -> None:
    """Deliveries of the first day: broken mandatory item, standard, cross-item rule, uniqueness, range, reference."""
    wang = resident(WANG, NAMES[0], "19800101")
    people = [
        wang,
        resident(LI, NAMES[1], "19910303", 性别代码="2"),  # the number says 1990-02-02
        resident(CHEN, NAMES[2], "19550303"),
        resident(NAMELESS, "", "19701212"),
        resident(WRONG, NAMES[3], "19900202"),
        wang,  # a doubled key: the row is rejected
    ]
    home.deliver(RESIDENT, DAY, people)
    home.deliver(INSURANCE, DAY, [insured(str(n), WANG, NAMES[0], "19800101") for n in (1, 2)])
    home.deliver(UNITS, DAY, [unit("U1", "MA6U0001", "-5"), unit("U2", "MA6U0002", "12")])
    taxpayer = {"登记序号": "T1", "纳税人识别号": COMPANY, "纳税人名称": "测试有限公司", "纳税人状态": "正常"}
    home.deliver(TAXPAYER, DAY, [taxpayer])
    home.deliver(CREMATION, DAY, [], columns=["错误的表头"])


def spoil(home: Home) -> None:
    """What no delivery can bring about: broken library rows, a lost record, an open discrepancy, a fallen volume."""
    con = home.installation.lake.con
    con.execute(f"DELETE FROM conformed.public_security__resident WHERE record_key = '{CHEN}'")
    person = f"FROM stored.person WHERE citizen_id = '{WANG}'"
    con.execute(f"INSERT INTO stored.person SELECT * REPLACE (NULL AS person_id, NULL AS citizen_id) {person}")
    con.execute(f"INSERT INTO stored.person SELECT * REPLACE (repeat('长', 60) AS name) {person}")
    for number, due in (("D1", "2026-11-02"), ("D2", "2026-11-03"), ("D3", "2026-11-09")):
        con.execute(
            """INSERT INTO crosscheck.discrepancy BY NAME SELECT ? AS discrepancy_id, 'population' AS library,
            'person' AS library_table, person_id AS entity_id, 'birth_date' AS item, '1990-02-02' AS authority_value,
            'public_security' AS responsible_department, DATE '2026-10-20' AS first_seen, ?::DATE AS due_on,
            'open' AS status FROM library.person WHERE citizen_id = ?""",
            [number, due, LI],
        )
    con.execute("INSERT INTO crosscheck.answer BY NAME SELECT 'D2' AS discrepancy_id, DATE '2026-11-01' AS answered_on")
    with home.installation.postgres.engine.begin() as connection:
        values = {"table_name": "address", "business_date": DAY, "snapshot": 1, "rows": 1000}
        connection.execute(sa.insert(publication).values(values))
