"""A toy province that runs its nights stage by stage, without the orchestrator."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from foundation.catalogue.catalogue import Catalogue, table_name
from foundation.conforming.stage import conform_changes
from foundation.crosscheck.affected import consumed_tables
from foundation.crosscheck.corrections import apply_corrections
from foundation.crosscheck.stage import Checked, cross_check
from foundation.library.stage import consolidate
from foundation.library.stage import consumed_tables as library_tables
from foundation.linkage.stage import conformed_sources, resolve
from resources.installation import Installation, open_installation
from resources.settings import DATABASE_PREFIX, Settings
from tests.toy import ToyProvince, citizen_id, uscc

TABLES = ("admin_division", "real_estate_unit", "address", "person", "legal_entity", "license")


@dataclass
class Province:
    """Deliveries go to `toy`; `night` takes them in and checks them."""

    toy: ToyProvince
    installation: Installation
    stack: ExitStack
    patch: pytest.MonkeyPatch | None = None
    databases: tuple[str, ...] = ()

    @classmethod
    def at(cls, folder: Path, patch: pytest.MonkeyPatch | None = None) -> Province:
        stack = ExitStack()
        settings = Settings(home=folder / "home", deliveries=folder / "deliveries", threads=2, memory="2GB")
        settings.deliveries_folder.mkdir(parents=True)
        installation = stack.enter_context(open_installation(settings))
        return cls(ToyProvince(settings.deliveries_folder, installation.catalogue), installation, stack, patch)

    def database(self, department: str) -> str:
        """The address of an empty database of a department's own, which the settings name from now on."""
        url = f"sqlite:///{self.installation.settings.home / department}.db"
        assert self.patch is not None
        self.patch.setenv(DATABASE_PREFIX + department.upper(), url)
        self.databases = (
            *self.databases,
            *(
                n
                for n, d in self.catalogue.datasets.items()
                if n.startswith(department) and d.format.kind == "database"
            ),
        )
        return url

    @property
    def catalogue(self) -> Catalogue:
        return self.installation.catalogue

    @property
    def con(self) -> Any:
        return self.installation.lake.con

    def night(self, on: str) -> dict[str, Checked]:
        """Every stage in its order, as the nightly job runs them, for what was delivered."""
        day, lake, catalogue = date.fromisoformat(on), self.installation.lake, self.catalogue
        self.installation.quick_check.receive(day)
        delivered = [name for name in catalogue.datasets if (self.toy.folder / name).is_dir() or name in self.databases]
        subjects = {catalogue.datasets[name].subject for name in delivered}
        for name in delivered:
            self.installation.deliveries.ingest(lake, name, day)
            with lake.consuming(f"conformed/{name}", [f"ingest.{table_name(name)}"]) as changes:
                conform_changes(changes, catalogue, name)
                apply_corrections(changes.con, catalogue, name, day)
        for name in (table for table in TABLES if catalogue.tables[table].subject in subjects):
            if catalogue.tables[name].identity is not None:
                with lake.consuming(f"resolved/{name}", conformed_sources(catalogue, name)) as changes:
                    resolve(changes, catalogue, name, day)
            with lake.consuming(f"library/{name}", library_tables(catalogue, name)) as changes:
                consolidate(changes, catalogue, name, day)
        checked = {}
        for name in (table for table in catalogue.crosschecks if catalogue.tables[table].subject in subjects):
            consumed = consumed_tables(catalogue, name)
            with lake.consuming(f"crosscheck/{name}", consumed) as changes:
                checked[name] = cross_check(changes, catalogue, name, day, 5)
        return checked

    def rows(self, query: str) -> list[dict[str, Any]]:
        result = self.con.execute(query)
        names = [column[0] for column in result.description]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]

    def discrepancies(self, where: str = "status = 'open'") -> list[dict[str, Any]]:
        return self.rows(f"FROM crosscheck.discrepancy WHERE {where} ORDER BY item, kind, other_record_key")


def resident(number: str, name: str, birth: str, sex: str, **other: str) -> dict[str, str]:
    """A row of the register."""
    row = {"公民身份号码": number, "姓名": name, "性别代码": sex, "民族代码": "01", "出生日期": birth, "出生地区划代码": "610102",
           "户籍地区划代码": "610102", "户籍地址": "陕西省西安市新城区解放路1号", "户号": "610102000000001", "与户主关系代码": "01",
           "户籍状态代码": "0", "更新时间": "2020-01-01 08:00:00"}  # fmt: skip
    return row | other


def insured(key: str, number: str, name: str, birth: str, sex: str, **other: Any) -> dict[str, Any]:
    row = {"个人编号": key, "社会保障号码": number, "姓名": name, "性别代码": sex, "出生日期": date.fromisoformat(birth),
           "险种": "居民养老", "参保状态": "正常参保", "更新时间": "2020-01-01 08:00:00"}  # fmt: skip
    return row | other


def pupil(key: str, number: str, name: str, birth: str, sex: str, **other: str) -> dict[str, str]:
    row = {"学籍号": key, "姓名": name, "性别": sex, "出生日期": birth, "身份证件号": number, "学校名称": "新城区第一小学",
           "年级": "一年级", "在籍状态": "在读"}  # fmt: skip
    return row | other


def health(key: str, number: str, name: str, birth: str, sex: str, **other: str) -> dict[str, str]:
    row = {"档案编号": key, "姓名": name, "性别": sex, "出生日期": birth, "证件类型": "居民身份证", "证件号码": number,
           "更新时间": "2020-01-01 08:00:00"}  # fmt: skip
    return row | other


def enterprise(code: str, name: str, status: str = "存续", **other: str) -> dict[str, str]:
    row = {"统一社会信用代码": code, "企业名称": name, "企业类型": "有限责任公司", "法定代表人": "李静", "成立日期": "2010-01-01",
           "住所": "陕西省西安市新城区解放路1号", "行政区划代码": "610102", "行业代码": "F5219", "登记状态": status,
           "核准日期": "2010-01-01"}  # fmt: skip
    return row | other


def taxpayer(key: str, code: str, name: str, status: str = "正常", **other: str) -> dict[str, str]:
    row = {"登记序号": key, "纳税人识别号": code, "纳税人名称": name, "法定代表人姓名": "李静", "国标行业代码": "5219",
           "生产经营地址": "西安市新城区解放路 1号", "纳税人状态": status, "登记日期": "2010-02-01"}  # fmt: skip
    return row | other


def square(longitude: float, latitude: float) -> str:
    from pyproj import Transformer

    east, north = Transformer.from_crs(4490, 4545, always_xy=True).transform(longitude, latitude)
    return f"POLYGON(({east} {north}, {east + 9} {north}, {east + 9} {north + 9}, {east} {north + 9}, {east} {north}))"


__all__ = [
    "Province",
    "citizen_id",
    "enterprise",
    "health",
    "insured",
    "pupil",
    "resident",
    "square",
    "taxpayer",
    "uscc",
]
