"""What must hold between the files of the catalogue: names that refer to something, and rules of the measures."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from stdnum.cn import uscc

from foundation.catalogue.catalogue import Codes
from foundation.catalogue.crosscheck import CrossCheck
from foundation.catalogue.model import Dataset, Department, Item, Library, ShareType, Sharing
from foundation.catalogue.problem import Key, Problem, choose
from foundation.catalogue.quality import QualityRule


@dataclass(frozen=True)
class Vocabulary:
    """Names that the catalogue may use of foundation.standards."""

    standards: Collection[str]
    masks: Collection[str]


@dataclass(frozen=True)
class Files:
    """What was read, by name; None where a file is there but faulty: references to it are not reported once more."""

    root: Path
    departments: Mapping[str, Department | None]
    items: Mapping[str, Mapping[str, Item] | None]
    datasets: Mapping[str, Dataset | None]
    libraries: Mapping[str, Library | None]
    codes: Mapping[str, Codes | None]
    crosschecks: Mapping[str, CrossCheck | None] = field(default_factory=dict)
    rules: Mapping[str, Mapping[str, QualityRule] | None] = field(default_factory=dict)

    def path(self, kind: str, name: str) -> Path:
        """The file that declares something."""
        return self.root / kind / f"{name}.yaml"


@dataclass(frozen=True)
class Place:
    """A place in a file, to report problems at."""

    file: Path
    keys: tuple[Key, ...] = ()

    def at(self, *keys: Key) -> Place:
        return Place(self.file, (*self.keys, *keys))

    def problem(self, wrong: str, remedy: str) -> Problem:
        return Problem(self.file, self.keys, wrong, remedy)

    def known(self, kind: str, name: str, names: Collection[str]) -> Iterator[Problem]:
        """A problem unless the name is one of the names."""
        if name not in names:
            yield self.problem(f"没有名为“{name}”的{kind}", choose(name, names))


def check(files: Files, known: Vocabulary) -> Iterator[Problem]:
    """All that is wrong between the files that could be read."""
    from foundation.catalogue.crosscheck_checks import check_crosscheck
    from foundation.catalogue.dataset_checks import check_dataset
    from foundation.catalogue.library_checks import check_library
    from foundation.catalogue.rule_checks import check_rules

    for name, department in files.departments.items():
        if department is not None:
            yield from check_department(Place(files.path("departments", name)), department)
    for subject, items in files.items.items():
        yield from check_items(Place(files.path("items", subject)), items or {}, files, known)
    for name, dataset in files.datasets.items():
        if dataset is not None:
            yield from check_dataset(Place(files.path("datasets", name)), name, dataset, files, known)
    for name, library in files.libraries.items():
        if library is not None:
            yield from check_library(Place(files.path("libraries", name)), library, files)
    for name, crosscheck in files.crosschecks.items():
        if crosscheck is not None:
            yield from check_crosscheck(Place(files.path("crosscheck", name)), name, crosscheck, files)
    yield from check_resource_codes(files)
    yield from check_table_names(files)
    yield from check_rules(files)


def check_department(place: Place, department: Department) -> Iterator[Problem]:
    """信息资源提供方代码 is a credit code of the 机构编制 family, GB 32100-2015."""
    code = department.uscc
    sound = len(code) == 18 and code.startswith("1") and set(code) <= set("0123456789ABCDEFGHJKLMNPQRTUWXY")
    if not sound or uscc.calc_check_digit(code[:17]) != code[17]:
        yield place.at("uscc").problem(
            f"“{code}”不是有效的机关统一社会信用代码", "应为 18 位、以 1 开头且校验码正确，请照证书填写"
        )


def check_items(place: Place, items: Mapping[str, Item], files: Files, known: Vocabulary) -> Iterator[Problem]:
    """Standards, code tables and masks that items name."""
    for name, item in items.items():
        at = place.at(name)
        yield from at.at("standard").known("规范", item.standard, known.standards)
        if item.codes is not None:
            yield from at.at("codes").known("代码表", item.codes, files.codes)
        if item.mask is not None:
            yield from at.at("mask").known("脱敏规则", item.mask, known.masks)


def check_sharing(place: Place, sharing: Sharing) -> Iterator[Problem]:
    """Art. 13 and 14-1: a conditional resource names its condition, one that is not shared its legal basis."""
    if sharing.type == ShareType.CONDITIONAL and not sharing.condition:
        yield place.at("type").problem("有条件共享没有写共享条件", "请在 condition 写明条件和范围（办法第十三条）")
    if sharing.type == ShareType.NOT_SHARED and not sharing.basis:
        advice = "请在 basis 写明法律、行政法规或政策依据（办法第十四条第一项）"
        yield place.at("type").problem("不予共享没有写依据", advice)
    if sharing.type == ShareType.NOT_SHARED and sharing.open:
        yield place.at("open").problem("不予共享的资源不能向社会开放", "请把 open 改为 false，或改共享类型")


def check_resource_codes(files: Files) -> Iterator[Problem]:
    """信息资源代码 is unique over all resources, 编制指南 §1.2."""
    seen: dict[str, str] = {}
    for code, title, place in _resources(files):
        if code in seen:
            yield place.problem(f"信息资源代码“{code}”已用于“{seen[code]}”", "请换一个顺序码")
        seen.setdefault(code, title)


def _resources(files: Files) -> Iterator[tuple[str, str, Place]]:
    for name, dataset in files.datasets.items():
        if dataset is not None:
            yield dataset.code, dataset.title, Place(files.path("datasets", name), ("code",))
    for name, library in files.libraries.items():
        for table_name, table in (library.tables if library else {}).items():
            yield table.code, table.title, Place(files.path("libraries", name), ("tables", table_name, "code"))


def check_table_names(files: Files) -> Iterator[Problem]:
    """A table's name is used once over all libraries."""
    seen: dict[str, str] = {}
    for name, library in files.libraries.items():
        for table in library.tables if library else ():
            if table in seen:
                place = Place(files.path("libraries", name), ("tables", table))
                yield place.problem(f"表“{table}”在 {seen[table]}.yaml 中已有", "请换一个表名")
            seen.setdefault(table, name)
