"""The eleven themes over a toy province: what their questions find, what is shared, what a night costs."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
import sqlalchemy as sa

from assets.theme import theme_asset
from docs.generate.themes import EXAMPLE
from foundation.catalogue.load import FOLDER, load
from foundation.sql import quoted
from foundation.themes.affected import consumed_tables
from foundation.themes.query import ThemeQuery, table_of
from foundation.themes.stage import build
from pipelines.theme_status import theme_statuses
from quality.gates import last_decisions
from resources.installation import open_installation
from tests.golden import theme_province as province
from tests.homes import Home

DAYS = [province.DAY, "2026-11-21", "2026-11-23", "2026-11-24"]

FOUND = [  # theme, question, what names a row, the one to be found, the one not to be
    ("health_security", "newborn_not_enrolled", "name", "新甲", "新乙"),
    ("health_security", "newborn_not_enrolled", "name", "新甲", "新丙"),
    ("health_security", "insured_without_health_record", "name", "新乙", "王健"),
    ("social_security", "pension_paid_after_death", "name", "李故", "赵终"),
    ("food_drug_safety", "food_business_without_license", "name", "无证面馆有限公司", "有证糕点有限公司"),
    ("food_drug_safety", "food_business_without_license", "name", "过期食堂有限公司", "有证糕点有限公司"),
    ("work_safety", "residents_within_safety_distance", "name", "近邻化工有限公司", "远郊化工有限公司"),
    ("price_regulation", "unusual_rise", "name", "涨价超市有限公司", "平价超市有限公司"),
    ("energy_security", "short_of_coal", "name", "新城区", "碑林区"),
    ("credit_system", "dishonest_with_licenses", "name", "失信商贸有限公司", "修复商贸有限公司"),
    ("urban_construction", "building_without_qualification", "name", "无质建设有限公司", "有质建设有限公司"),
    ("urban_construction", "building_on_unknown_land", "name", "无质建设有限公司", "有质建设有限公司"),
    ("community_safety", "community_without_worker", "name", "无员社区", "有员社区"),
    ("ecology", "above_the_permit", "name", "超标制造有限公司", "达标制造有限公司"),
    ("emergency_stability", "too_small", "shelter_names", "小广场", "大操场"),
]
ELEVEN = {
    "健康保障", "社会保障", "食品药品安全", "安全生产", "价格监管", "能源安全", "信用体系", "城乡建设", "社区治安", "生态环保", "应急维稳",
}  # fmt: skip


@pytest.fixture(scope="module")
def first(module_home: Home, server: Any) -> Iterator[Home]:
    """The first night."""
    home, url = module_home, server.create()
    engine = sa.create_engine(url)
    columns = home.toy.catalogue.datasets["housing_construction/construction_project"].columns
    table = sa.Table("construction_project", sa.MetaData(), *[sa.Column(name, sa.Text) for name in columns])
    with engine.begin() as connection:
        table.create(connection)
        connection.execute(table.insert(), province.PROJECTS)
    engine.dispose()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ONESOURCE_DATABASE_HOUSING_CONSTRUCTION", url.render_as_string(hide_password=False))
        province.deliver_all(home)
        home.night(DAYS[0], themes=True)
        yield home
    server.drop(url)


def answers(home: Home, theme: str, question: str, column: str = "name") -> set[str]:
    where = home.toy.catalogue.themes[theme].questions[question].where
    return {row[column] for row in home.rows(f"SELECT {column} FROM theme.{theme} WHERE {where}")}


def state(home: Home) -> dict[str, list[dict[str, Any]]]:
    """Every theme's rows, but for the day on which they took their state."""
    catalogue = home.toy.catalogue
    return {
        name: home.rows(f"SELECT * EXCLUDE (updated_at) FROM theme.{name} ORDER BY ALL") for name in catalogue.themes
    }


def changed_on(home: Home, day: str) -> dict[str, set[str]]:
    """Theme -> keys of the rows that took their state on a day."""
    found = {}
    for name, theme in home.toy.catalogue.themes.items():
        key = quoted(home.toy.catalogue.tables[theme.grain].key)
        rows = home.rows(f"SELECT {key} AS key FROM theme.{name} WHERE updated_at = '{day}'")
        found[name] = {row["key"] for row in rows}
    return {name: keys for name, keys in found.items() if keys}


def test_the_eleven_themes_of_the_measures() -> None:
    assert {theme.title for theme in load().themes.values()} >= ELEVEN


@pytest.mark.parametrize(("theme", "question", "column", "found", "not_found"), FOUND)
def test_a_question_finds_its_case_and_no_other(
    first: Home, theme: str, question: str, column: str, found: str, not_found: str
) -> None:
    answer = answers(first, theme, question, column)
    everyone = {row[column] for row in first.rows(f"SELECT {column} FROM theme.{theme}")}
    assert found in answer
    assert not_found in everyone - answer


def test_every_theme_has_a_question_with_an_answer_here(first: Home) -> None:
    assert {theme for theme, *_ in FOUND} >= set(first.toy.catalogue.themes) - {"social_security_county"}


def test_small_counts_are_not_shared_nor_worked_out_from(first: Home) -> None:
    lake = {row["name"]: row["residents"] for row in first.rows("FROM theme.community_safety")}
    shared = {row["name"]: row["residents"] for row in first.shared("SELECT * FROM share.theme_community_safety")}
    assert lake == {"无员社区": 2, "有员社区": 7}
    assert shared == {"无员社区": None, "有员社区": 7}
    shelters = {row["shelter_names"]: row for row in first.shared("SELECT * FROM share.theme_emergency_stability")}
    assert shelters["小广场"]["residents_within"] is None
    assert shelters["小广场"]["missing_places"] is None
    assert (shelters["大操场"]["residents_within"], shelters["大操场"]["missing_places"]) == (7, 0)


def test_conditional_items_are_not_written_to_share(first: Home) -> None:
    columns = set(first.shared("SELECT * FROM share.theme_community_safety LIMIT 1")[0])
    assert columns == {"place_number", "name", "place_class", "division_code", "residents", "floating", "updated_at"}
    tables = {row["table_name"] for row in first.shared("SELECT table_name FROM information_schema.tables")}
    assert not {"theme_social_security", "theme_health_security", "theme_work_safety"} & tables


def test_the_published_files_hold_no_small_count(first: Home) -> None:
    folder = first.folder / "published" / "theme_community_safety" / DAYS[0]
    rows = first.rows(f"FROM '{folder / 'theme_community_safety.parquet'}' WHERE residents < 5")
    assert rows == []


def test_a_twelfth_theme_is_one_file(first: Home, tmp_path: Path) -> None:
    shutil.copytree(FOLDER, tmp_path / "catalog")
    (tmp_path / "catalog" / "themes" / "pension_residence.yaml").write_text(EXAMPLE, encoding="utf-8")
    settings = first.settings.model_copy(update={"catalog": tmp_path / "catalog"})
    with open_installation(settings) as installation:
        from assets.theme import theme_assets

        query = ThemeQuery(installation.catalogue, "pension_residence", date(2026, 11, 20))
        with installation.lake.consuming("theme/pension_residence", consumed_tables(query)) as changes:
            assert build(changes, query).changed == 2
        rows = installation.lake.con.execute("SELECT residents, shelters FROM theme.pension_residence ORDER BY ALL")
        assert rows.fetchall() == [(2, 1), (7, 1)]
        assert any("pension_residence" in asset.key.path for asset in theme_assets(installation.catalogue))


def test_the_next_nights(first: Home) -> None:
    """One test, for each night stands on the one before."""
    home = first
    before = state(home)
    _second_night(home)
    changed = changed_on(home, DAYS[1])
    assert set(changed) == {"work_safety", "emergency_stability"}
    assert {len(keys) for keys in changed.values()} == {1, 2}
    assert home.rows("SELECT * FROM theme.social_security WHERE name = '李故'") == []
    assert home.value("SELECT residents_within FROM theme.work_safety WHERE hazards > 0 AND name LIKE '近邻%'") == 1
    assert {name for name, rows in state(home).items() if rows != before[name]} == {*changed, "social_security"}
    _what_was_refused_or_broke_a_rule_is_told(home)

    home.night(DAYS[2], _assets("food_drug_safety"))  # nothing was delivered, but a licence ended on the day before
    assert answers(home, "food_drug_safety", "food_business_without_license") >= {"有证糕点有限公司"}
    assert set(changed_on(home, DAYS[2])) == {"food_drug_safety"}

    _fourth_night(home)
    incremental = state(home)
    _rebuild(home)
    assert state(home) == incremental
    _two_neighbours_turn_out_to_be_one(home)


def _second_night(home: Home) -> None:
    """李故's payment ends, 王健 moves to the hamlet; a file that can't be read, and a stock that can't be, change nothing."""
    on = DAYS[1]
    home.deliver("human_resources/pension_payment", on, province.PENSIONS[:1] + province.PENSIONS[2:])
    home.deliver("public_security/actual_resident", on, province.dwellers(door_of_old=province.HAMLET))
    home.deliver("energy/energy_stock", on, province.stocks(coal=-5))
    path = home.deliver("market_regulation/food_license", on, province.food_licenses())
    path.write_text('{"许可证编号": "SC1"}\n', encoding="utf-8")
    home.night(on, themes=True)


def _what_was_refused_or_broke_a_rule_is_told(home: Home) -> None:
    notes = {one.name: " ".join(one.notes) for one in theme_statuses(home.installation)}
    assert f"market_regulation/food_license：{DAYS[1]} 的报送被拒收" in notes["food_drug_safety"]
    assert "conformed.energy__energy_stock 有更新" in notes["energy_security"]
    assert "有更新" not in notes["work_safety"]
    decisions = {one.theme: one for one in last_decisions(home.installation.postgres).values()}
    assert decisions["energy_security"].is_held and "库存不为负" in decisions["energy_security"].reason
    assert not decisions["food_drug_safety"].is_held


def _assets(*names: str) -> list[dg.AssetsDefinition]:
    return [theme_asset(load(), name) for name in names]


def _fourth_night(home: Home) -> None:
    """Points, registers, identities and records change at once, and the stock is put right."""
    on = DAYS[3]
    home.deliver("public_security/door_address", on, province.doors(moved=0.05))
    moved = {**province.SHORT_COAL, "行政区划代码": "610103"}
    closed = {**province.CHEMICALS, "登记状态": "注销"}
    others = [one for one in province.COMPANIES if one not in (province.SHORT_COAL, province.CHEMICALS)]
    home.deliver("market_regulation/enterprise", on, [*others, moved, closed])
    home.deliver("public_security/resident", on, province.RESIDENTS[1:])
    home.deliver("market_regulation/food_license", on, province.food_licenses(canteen_until="2028-01-01"))
    home.deliver("energy/energy_stock", on, province.stocks())
    home.night(on, themes=True)
    assert answers(home, "work_safety", "residents_within_safety_distance") == set()
    assert answers(home, "work_safety", "hazard_of_closed_business") == {"近邻化工有限公司"}
    assert home.value("SELECT coal_stock FROM theme.energy_security WHERE name = '碑林区'") == 5100


def _two_neighbours_turn_out_to_be_one(home: Home) -> None:
    """No record changed, only whom one speaks of."""
    assert home.value("SELECT residents FROM theme.community_safety WHERE name = '有员社区'") == 7
    link = "department = 'public_security' AND dataset = 'actual_resident' AND record_key"
    person = home.value(f"SELECT person_id FROM resolved.person_link WHERE {link} = 'SY3'")
    home.installation.lake.con.execute(f"UPDATE resolved.person_link SET person_id = '{person}' WHERE {link} = 'SY4'")
    home.night(DAYS[3], _assets("community_safety"))
    assert home.value("SELECT residents FROM theme.community_safety WHERE name = '有员社区'") == 6


def _rebuild(home: Home) -> None:
    lake, themes = home.installation.lake, home.toy.catalogue.themes
    for name in themes:
        lake.con.execute(f"DELETE FROM {table_of(name)}")
        lake.con.execute("DELETE FROM state.watermark WHERE consumer = ?", [f"theme/{name}"])
    home.night(DAYS[3], _assets(*themes))
