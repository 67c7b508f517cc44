"""Publication: `share` mends itself, and no reader of files ever meets half a publication."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.homes import Home
from tests.toy import citizen_id

RESIDENT, ON, NEXT = "public_security/resident", "2026-11-24", "2026-11-25"
PEOPLE = [
    {"公民身份号码": citizen_id("610102", "19800101", n), "姓名": name}
    for n, name in enumerate(["张伟", "李强", "王磊"])
]


@pytest.fixture
def published(home: Home) -> Home:
    home.deliver(RESIDENT, ON, PEOPLE)
    home.night(ON)
    return home


def names(home: Home) -> list[str]:
    return sorted(row["name"] for row in home.shared("SELECT name FROM share.person"))


def folder(home: Home, on: str) -> Path:
    return home.folder / "published" / "person" / on


@pytest.mark.parametrize(
    "damage", ["TRUNCATE share.person", "DELETE FROM share.person WHERE name = '张伟'", "DROP TABLE share.person"]
)
def test_share_is_whole_again_after_somebody_damaged_it(published: Home, damage: str) -> None:
    with published.installation.postgres.engine.begin() as connection:
        connection.execute(sa.text(damage))
    published.night(ON)
    assert names(published) == ["张伟", "李强", "王磊"]


def test_a_column_that_share_lacks_is_added(published: Home) -> None:
    with published.installation.postgres.engine.begin() as connection:
        connection.execute(sa.text("ALTER TABLE share.person DROP COLUMN death_date"))
    published.deliver(RESIDENT, NEXT, [*PEOPLE[:2], PEOPLE[2] | {"死亡日期": "20261101"}])
    published.night(NEXT)
    assert published.shared("SELECT death_date FROM share.person WHERE name = '王磊'") == [
        {"death_date": date(2026, 11, 1)}
    ]


def test_readers_see_the_old_rows_until_the_new_ones_are_all_there(published: Home) -> None:
    """A reader that began before the publication goes on reading what it began with."""
    engine = published.installation.postgres.engine.execution_options(isolation_level="REPEATABLE READ")
    with engine.connect() as reader:
        before = reader.execute(sa.text("SELECT name FROM share.person ORDER BY name")).scalars().all()
        published.deliver(RESIDENT, NEXT, [PEOPLE[0] | {"姓名": "张炜"}, *PEOPLE[1:]])
        published.night(NEXT)
        assert reader.execute(sa.text("SELECT name FROM share.person ORDER BY name")).scalars().all() == before
    assert "张炜" in names(published)


def test_a_night_without_news_has_its_folder_with_the_same_files(published: Home) -> None:
    published.deliver(RESIDENT, NEXT, PEOPLE)
    published.night(NEXT)
    for name in ("person.csv", "person.parquet"):
        assert (folder(published, NEXT) / name).read_bytes() == (folder(published, ON) / name).read_bytes()
    manifest = json.loads((folder(published, NEXT) / "manifest.json").read_text("utf-8"))
    assert manifest["business_date"] == NEXT


def test_a_folder_that_lost_its_manifest_is_written_again(published: Home) -> None:
    (folder(published, ON) / "manifest.json").unlink()
    (folder(published, ON) / "person.csv").write_text("half")
    published.night(ON)
    assert (folder(published, ON) / "person.csv").read_text("utf-8").count("\n") == 4
    assert (folder(published, ON) / "manifest.json").exists()


def test_a_correction_replaces_the_folder_of_its_date(published: Home) -> None:
    published.deliver(RESIDENT, ON, [*PEOPLE[:2], PEOPLE[2] | {"姓名": "王雷"}])
    published.night(ON)
    assert "王雷" in (folder(published, ON) / "person.csv").read_text("utf-8")
    assert [path.name for path in folder(published, ON).parent.iterdir()] == [ON]


def test_old_folders_are_removed_the_last_never(published: Home) -> None:
    published.deliver(RESIDENT, "2027-02-01", [*PEOPLE[:2], PEOPLE[2] | {"姓名": "王雷"}])
    published.night("2027-02-01")
    assert [path.name for path in folder(published, ON).parent.iterdir()] == ["2027-02-01"]


def test_quotes_commas_and_line_breaks_survive_publication(published: Home) -> None:
    address = '解放路1号"甲",2单元'
    published.deliver(RESIDENT, NEXT, [PEOPLE[0] | {"户籍地址": address}, *PEOPLE[1:]])
    published.night(NEXT)
    (row,) = published.shared("SELECT household_address FROM share.person WHERE name = '张伟'")
    assert row["household_address"] == published.value(
        "SELECT household_address FROM library.person WHERE name = '张伟'"
    )
    assert "甲" in row["household_address"]
