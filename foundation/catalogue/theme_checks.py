"""What must hold for a theme: at least two departments, joins by resolved entities or natural keys, sharing with reasons."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from foundation.catalogue.catalogue import Catalogue, split_name
from foundation.catalogue.checks import Place, check_sharing
from foundation.catalogue.model import ShareType
from foundation.catalogue.problem import Problem
from foundation.catalogue.themes import Theme, ThemeSource
from foundation.themes.names import BUSINESS_DATE, dataset_of, names_entity_of, subject_of, uses_entity, words_of
from foundation.themes.sharing import ThemeSharing

RESERVED = ("updated_at", "due_on", "row_hash")


def check_themes(root: Path, catalogue: Catalogue, themes: Mapping[str, Theme]) -> Iterator[Problem]:
    """All that is wrong in the themes, against a catalogue that is otherwise sound."""
    from foundation.themes.engine_check import check_expressions

    codes = {one.code: one.title for one in catalogue.datasets.values()}
    codes |= {one.code: one.title for one in catalogue.tables.values()}
    for name, theme in themes.items():
        place = Place(root / "themes" / f"{name}.yaml")
        if theme.code in codes:
            yield place.at("code").problem(f"信息资源代码“{theme.code}”已用于“{codes[theme.code]}”", "请换一个顺序码")
        codes.setdefault(theme.code, theme.title)
        found = list(check_theme(place, theme, catalogue))
        yield from found
        if not found:
            yield from check_expressions(place, name, theme, catalogue)


def check_theme(place: Place, theme: Theme, catalogue: Catalogue) -> Iterator[Problem]:
    """What is wrong before the engine looks at the expressions."""
    yield from place.at("lead").known("部门", theme.lead, catalogue.departments)
    yield from check_sharing(place.at("sharing"), theme.sharing)
    if theme.grain not in catalogue.tables:
        yield from place.at("grain").known("库表", theme.grain, catalogue.tables)
        return
    for number, name in enumerate(theme.base):
        yield from place.at("base", number).known(f"{theme.grain} 信息项", name, catalogue.tables[theme.grain].items)
    sound = True
    for name, source in theme.sources.items():
        for problem in _check_source(place.at("sources", name), source, theme, catalogue):
            sound = False
            yield problem
    if not sound:
        return
    yield from _check_departments(place, theme, catalogue)
    found = list(_check_items(place, theme, catalogue))
    yield from found
    if found:
        return
    yield from _check_dates(place, theme)
    yield from _check_shared(place, theme, catalogue)


def _check_source(place: Place, source: ThemeSource, theme: Theme, catalogue: Catalogue) -> Iterator[Problem]:
    if (source.dataset is None) == (source.library is None):
        yield place.problem("来源应写 dataset 或 library 中的一个", "请写部门数据集，或库表")
        return
    if source.library is not None and source.library not in catalogue.tables:
        yield from place.at("library").known("库表", source.library, catalogue.tables)
        return
    if source.dataset is not None:
        name, role = dataset_of(source)
        if name not in catalogue.datasets:
            yield from place.at("dataset").known("数据集", name, catalogue.datasets)
            return
        roles = catalogue.datasets[name].roles
        if roles and role not in roles:
            yield place.at("dataset").problem(f"“{name}”的一条记录涉及几个人", f"请写明角色：{name}#{roles[0]}")
        if role and not roles:
            yield place.at("dataset").problem(f"“{name}”没有角色", f"请写 {name}")
    yield from _check_place(place, source, theme, catalogue)
    yield from _check_join(place, source, theme, catalogue)


def _check_join(place: Place, source: ThemeSource, theme: Theme, catalogue: Catalogue) -> Iterator[Problem]:
    """A record meets its row by what it was resolved to, or by a natural key."""
    if source.near is not None:
        if source.by is not None:
            yield place.at("by").problem("by 和 near 只能写一个", "请删去一个")
        return
    if source.by is None:
        if source.library is not None or subject_of(catalogue, source) != theme.grain:
            advice = f"请在 by 写出指向 {theme.grain} 的标识项，如 record.division_code"
            yield place.problem(f"这个来源的记录说的不是 {theme.grain}，也没有写 by", advice)
        return
    named = names_entity_of(catalogue, source, source.by)
    if named != theme.grain:
        wrong = (
            f"“{source.by}”不是{theme.grain}的标识"
            if named is None
            else f"“{source.by}”指的是 {named}，不是 {theme.grain}"
        )
        advice = "主题只能按已识别的主体、代码或编号关联，不能按名称等文字关联"
        yield place.at("by").problem(wrong, advice)


def _check_place(place: Place, source: ThemeSource, theme: Theme, catalogue: Catalogue) -> Iterator[Problem]:
    """A place is named by its key; for a distance it has a point, and so has the row."""
    table = None
    if source.place is not None:
        table = names_entity_of(catalogue, source, source.place) if source.place.startswith("record.") else None
        if table is None or catalogue.tables[table].identity is not None:
            advice = "请用地址编码、地名编号等编号，如 record.address_code"
            yield place.at("place").problem(f"“{source.place}”不指向空间地理库的表", advice)
            return
    if source.near is None:
        return
    if table is None or not {"longitude", "latitude"} <= set(catalogue.tables[table].items):
        yield place.at("near").problem("按距离关联的来源没有带坐标的 place", "请写明 place，如 record.address_code")
    if not {"longitude", "latitude"} <= {*theme.base, *theme.items}:
        yield place.problem("按距离关联，但本主题没有 longitude、latitude", "请在 base 或 items 中加上这两项")
    if BUSINESS_DATE.search(source.near):
        yield place.at("near").problem("距离不能随日期变化", "请去掉 business_date")


def _check_departments(place: Place, theme: Theme, catalogue: Catalogue) -> Iterator[Problem]:
    """Art. 14-3: several departments build a theme."""
    if len(departments_of(catalogue, theme)) < 2:
        yield place.at("sources").problem(
            "主题只用到一个部门的数据", "主题信息资源由两个以上部门共建（办法第十四条第三项），请加上另一部门的来源"
        )


def departments_of(catalogue: Catalogue, theme: Theme) -> list[str]:
    """The departments whose data a theme rests on: those that deliver its datasets, those that lead its libraries."""
    tables = [theme.grain, *(one.library for one in theme.sources.values() if one.library)]
    leads = [catalogue.libraries[catalogue.library_of[table]].lead for table in tables]
    owners = [split_name(dataset_of(one)[0])[0] for one in theme.sources.values() if one.dataset]
    return sorted({*leads, *owners})


def _check_items(place: Place, theme: Theme, catalogue: Catalogue) -> Iterator[Problem]:
    taken = {*RESERVED, *theme.base, catalogue.tables[theme.grain].key}
    for name, item in theme.items.items():
        at = place.at("items", name)
        if name in taken:
            yield at.problem(f"“{name}”已是本主题的信息项", "请换一个名称")
        if item.source is not None:
            yield from at.at("source").known("来源", item.source, theme.sources)
    for name in theme.sources:
        if not any(item.source == name for item in theme.items.values()):
            yield place.at("sources", name).problem("没有信息项用到这个来源", "请在 items 中使用，或删去")
        values = [item.value for item in theme.items.values() if item.source == name]
        if theme.sources[name].near is not None and uses_entity(theme.sources[name], values):
            yield place.at("sources", name).problem("按距离关联的来源不能用 entity", "请用 record 的列")


def _check_dates(place: Place, theme: Theme) -> Iterator[Problem]:
    """What depends on the day says until when it holds; which rows there are does not depend on it."""
    moving: set[str] = set()
    for name, item in theme.items.items():
        source = theme.sources.get(item.source or "")
        dated = BUSINESS_DATE.search(" ".join([item.value, (source.where or "") if source else ""]))
        until = source.until if source else theme.until
        if dated and not until:
            where = place.at("sources", item.source) if item.source else place
            yield where.problem(
                f"“{name}”随 business_date 变化，但没有写 until", "请在 until 写出结果到哪一天会变，如 [valid_to]"
            )
        if dated or words_of(item.value) & moving:
            moving.add(name)
    if theme.rows and (BUSINESS_DATE.search(theme.rows) or words_of(theme.rows) & moving):
        yield place.at("rows").problem("rows 随日期变化", "请把随日期变化的判断写成信息项或问题，rows 只按数据判断")


def _check_shared(place: Place, theme: Theme, catalogue: Catalogue) -> Iterator[Problem]:
    """A type other than that of the sources has its reason; of people only counts may be shared."""
    sharing = ThemeSharing(catalogue, theme)
    for name, item in theme.items.items():
        at = place.at("items", name)
        if item.sharing not in (None, sharing.inherited[name]) and not item.reason:
            wrong = f"“{name}”的来源是{sharing.inherited[name]}，这里写{item.sharing}而没有理由"
            yield at.at("sharing").problem(wrong, "请在 reason 写明理由，或删去 sharing")
        loose = sharing.types[name] == ShareType.UNCONDITIONAL
        if loose and sharing.speaks_of_persons(item) and not sharing.counts_persons(item):
            yield at.problem(f"“{name}”汇总了个人信息又不是人数，不能无条件共享", "请改为有条件共享，或改用 count(…)")
