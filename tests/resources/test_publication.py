"""Publication: `share` mends itself, and no reader of files ever meets half a publication."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from tests.homes import Home
from tests.toy import Row, citizen_id

RESIDENT, FIRST = "public_security/resident", "2026-11-01"
NAMES = ["张伟", "李强", "王磊"]
PEOPLE: list[Row] = [
    {"公民身份号码": citizen_id("610102", "19800101", n), "姓名": name} for n, name in enumerate(NAMES)
]


@pytest.fixture(scope="module")
def nights(module_home: Home) -> Iterator[Home]:
    module_home.deliver(RESIDENT, FIRST, PEOPLE)
    module_home.night(FIRST)
    yield module_home


@pytest.fixture
def published(nights: Home) -> Home:
    """The module's home, whose last night published PEOPLE under the date that `last` gives."""
    if shared_names(nights) != NAMES:
        deliver(nights, PEOPLE)
    return nights


def last(home: Home) -> str:
    return str(home.value("SELECT max(business_date) FROM ingest.delivery"))


def deliver(home: Home, people: list[Row], days: int = 1) -> str:
    """A night `days` after the last one; its date."""
    on = str(date.fromisoformat(last(home)) + timedelta(days))
    home.deliver(RESIDENT, on, people)
    home.night(on)
    return on


def publish(home: Home, on: str) -> None:
    """The publication of persons alone, as the night's last step does it."""
    day = date.fromisoformat(on)
    home.installation.published.write("person", day, home.installation.share.publish("person", day))


def shared_names(home: Home) -> list[str]:
    return [row["name"] for row in home.shared('SELECT name FROM share.person ORDER BY name COLLATE "C"')]


def manifest(home: Home, on: str) -> dict[str, Any]:
    made: dict[str, Any] = json.loads((folder(home, on) / "manifest.json").read_text("utf-8"))
    return made


def folder(home: Home, on: str) -> Path:
    return home.folder / "published" / "person" / on


def csv(home: Home, on: str) -> str:
    return (folder(home, on) / "person.csv").read_text("utf-8")


@pytest.mark.parametrize(
    "damage", ["TRUNCATE share.person", "DELETE FROM share.person WHERE name = '张伟'", "DROP TABLE share.person"]
)
def test_share_is_whole_again_after_somebody_damaged_it(published: Home, damage: str) -> None:
    with published.installation.postgres.engine.begin() as connection:
        connection.execute(sa.text(damage))
    publish(published, last(published))
    assert shared_names(published) == NAMES


def test_a_column_that_share_lacks_is_added(published: Home) -> None:
    with published.installation.postgres.engine.begin() as connection:
        connection.execute(sa.text("ALTER TABLE share.person DROP COLUMN death_date"))
    deliver(published, [*PEOPLE[:2], PEOPLE[2] | {"死亡日期": "20261101"}])
    assert published.shared("SELECT death_date FROM share.person WHERE name = '王磊'") == [
        {"death_date": date(2026, 11, 1)}
    ]


def test_readers_see_the_old_rows_until_the_new_ones_are_all_there(published: Home) -> None:
    """A reader that began before the publication goes on reading what it began with."""
    engine = published.installation.postgres.engine.execution_options(isolation_level="REPEATABLE READ")
    with engine.connect() as reader:
        before = reader.execute(sa.text("SELECT name FROM share.person ORDER BY name")).scalars().all()
        deliver(published, [PEOPLE[0] | {"姓名": "张炜"}, *PEOPLE[1:]])
        assert reader.execute(sa.text("SELECT name FROM share.person ORDER BY name")).scalars().all() == before
    assert "张炜" in shared_names(published)


def test_a_night_without_news_has_its_folder_with_the_same_files(published: Home) -> None:
    before = last(published)
    on = deliver(published, PEOPLE)
    for name in ("person.csv", "person.parquet"):
        assert (folder(published, on) / name).read_bytes() == (folder(published, before) / name).read_bytes()
    assert manifest(published, on)["business_date"] == on


def test_a_folder_that_lost_its_manifest_is_written_again(published: Home) -> None:
    on = last(published)
    (folder(published, on) / "manifest.json").unlink()
    (folder(published, on) / "person.csv").unlink()
    (folder(published, on) / "person.csv").write_text("half")
    publish(published, on)
    assert csv(published, on).count("\n") == 4
    assert (folder(published, on) / "manifest.json").exists()


def test_a_correction_replaces_the_folder_of_its_date_with_what_it_says(published: Home) -> None:
    """Quotes, commas and the new name are in the file of the same date, and beside it lies nothing half-written."""
    corrected = PEOPLE[2] | {"姓名": "王雷", "户籍地址": '解放路1号"甲",2单元'}
    on = deliver(published, [*PEOPLE[:2], corrected], days=0)
    (address,) = published.shared("SELECT household_address FROM share.person WHERE name = '王雷'")
    assert "王雷" in csv(published, on)
    assert address["household_address"].replace('"', '""') in csv(published, on)
    assert all(date.fromisoformat(path.name) for path in folder(published, on).parent.iterdir())


def test_old_folders_are_removed_the_last_never(published: Home) -> None:
    on = deliver(published, [*PEOPLE[:2], PEOPLE[2] | {"姓名": "王雷"}], days=60)
    assert [path.name for path in folder(published, on).parent.iterdir()] == [on]


def test_a_copy_that_somebody_left_beside_the_folders_is_no_business_date(published: Home) -> None:
    before = folder(published, last(published))
    copy = shutil.copytree(before, before.with_name(f"{before.name}.bak"))
    on = deliver(published, [*PEOPLE[:2], PEOPLE[2] | {"姓名": "王雷"}])
    assert "王雷" in csv(published, on)
    shutil.rmtree(copy)


def test_an_earlier_night_run_again_leaves_what_was_published_under_its_date(published: Home) -> None:
    before = last(published)
    then = csv(published, before)
    on = deliver(published, [*PEOPLE[:2], PEOPLE[2] | {"姓名": "王蕾"}])
    publish(published, before)
    assert csv(published, before) == then
    assert "王蕾" not in then and "王蕾" in csv(published, on)


def test_what_an_earlier_night_run_again_changes_is_in_the_newest_files_as_in_share(published: Home) -> None:
    """A student's birth date comes late for a person whom the register holds without one."""
    before, on = last(published), str(date.fromisoformat(last(published)) + timedelta(1))
    published.night(on)
    pupil = {"学籍号": "1", "姓名": NAMES[0], "出生日期": "1980-01-01", "身份证件号": PEOPLE[0]["公民身份号码"]}
    published.deliver("education/student", before, [pupil])
    published.night(before)
    (shared,) = published.shared(f"SELECT birth_date, updated_at FROM share.person WHERE name = '{NAMES[0]}'")
    assert shared["birth_date"] == date(1980, 1, 1)
    assert "1980-01-01" in csv(published, on) and "1980-01-01" not in csv(published, before)
    assert manifest(published, on)["business_date"] == on


def test_a_manifest_names_a_delivery_that_came_later_that_day_and_changed_nothing(published: Home) -> None:
    on = str(date.fromisoformat(last(published)) + timedelta(1))
    published.night(on)
    first = manifest(published, on)
    assert first["deliveries"][RESIDENT] == last(published)
    published.deliver(RESIDENT, on, PEOPLE)
    published.night(on)
    second = manifest(published, on)
    assert (second["snapshot"], second["files"]) == (first["snapshot"], first["files"])
    assert second["deliveries"] == {**first["deliveries"], RESIDENT: on}
