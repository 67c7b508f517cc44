"""However records arrive – at once or bit by bit, whole or as changes, in whatever order – they end in the same libraries."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.homes import Home, Server, new_home
from tests.toy import Row, citizen_id

RESIDENT, HEALTH, INSURANCE = (
    "public_security/resident", "health/resident_health_record", "human_resources/social_insurance",
)  # fmt: skip
KEYS = {RESIDENT: "公民身份号码", HEALTH: "档案编号", INSURANCE: "个人编号"}
DAYS = ("2026-11-01", "2026-11-02", "2026-11-03")
WEI, MIN, QIANG, FANG = (citizen_id("610102", f"19{year}0101", year) for year in (70, 75, 80, 85))


def resident(number: str, name: str, **more: str) -> Row:
    return {
        "公民身份号码": number, "姓名": name, "出生日期": number[6:14], "户籍状态代码": "0", "户籍地址": "陕西省西安市新城区1号",
        "更新时间": "2026-10-01 08:00:00", **more,
    }  # fmt: skip


FINAL: dict[str, list[Row]] = {
    RESIDENT: [resident(WEI, "张伟"), resident(MIN, "李敏"), resident(QIANG, "王强")],
    HEALTH: [
        {"档案编号": "H1", "姓名": "张伟", "证件号码": WEI, "出生日期": "1970-01-01", "联系电话": "13800000001"},
        {"档案编号": "H2", "姓名": "赵芳", "证件号码": FANG, "出生日期": "1985-01-01"},
        {"档案编号": "H3", "姓名": "郑无号", "出生日期": "1960-06-06"},
    ],
    INSURANCE: [
        {"个人编号": "S1", "社会保障号码": MIN, "姓名": "李敏", "出生日期": date(1975, 1, 1), "手机号码": "13800000002"},
        {"个人编号": "S2", "社会保障号码": QIANG, "姓名": "周杰", "出生日期": date(1999, 9, 9)},
        {"个人编号": "S3", "社会保障号码": FANG, "姓名": "赵芳", "出生日期": date(1985, 1, 1)},
    ],
}  # fmt: skip
# What a record may have said before: another's number, another name, another address.
EARLIER: dict[str, list[Row]] = {
    RESIDENT: [{"姓名": "张炜"}, {"户籍地址": "陕西省榆林市神木市2号"}, {"户籍状态代码": "8"}],
    HEALTH: [{"证件号码": MIN}, {"联系电话": "13900000003"}, {"出生日期": "1961-06-06"}],
    INSURANCE: [{"社会保障号码": WEI}, {"姓名": "王强", "出生日期": date(1980, 1, 1)}, {"手机号码": "13900000004"}],
}
WITHDRAWN: dict[str, Row] = {
    RESIDENT: resident(citizen_id("610103", "19900101", 9), "吴倩"),
    HEALTH: {"档案编号": "H9", "姓名": "赵芳", "证件号码": FANG, "出生日期": "1985-01-01"},
    INSURANCE: {"个人编号": "S9", "社会保障号码": WEI, "姓名": "张伟", "出生日期": date(1970, 1, 1)},
}


@dataclass(frozen=True)
class Delivered:
    """A delivery of a night: the whole of what is held, or the changes since the one before."""

    dataset: str
    rows: list[Row]
    delta: bool


History = list[list[Delivered]]


@st.composite
def histories(draw: st.DrawFn) -> History:
    """Nights after the last of which every dataset holds FINAL, whatever it held before."""
    nights: History = [[] for _ in DAYS[: draw(st.integers(2, len(DAYS)))]]
    for dataset in draw(st.permutations(list(FINAL))):
        states = _states(draw, dataset, len(nights))
        before: list[Row] = []
        for night, state in zip(nights, states, strict=True):
            if state == before:
                continue
            delta = bool(before) and draw(st.booleans())
            night.append(Delivered(dataset, _changes(dataset, before, state) if delta else state, delta))
            before = state
    return nights


def _states(draw: st.DrawFn, dataset: str, nights: int) -> list[list[Row]]:
    """What the department holds each night: nothing, then records that come, change and go, at last FINAL."""
    start = draw(st.integers(0, nights - 1))
    states: list[list[Row]] = [[] for _ in range(nights)]
    for place, row in enumerate(FINAL[dataset]):
        first = draw(st.integers(start, nights - 1)) if place else start
        changed = draw(st.integers(first, nights - 1))
        for night in range(first, nights):
            states[night].append(row if night >= changed else row | EARLIER[dataset][place])
    for night in range(start, draw(st.integers(start, nights - 1))):
        states[night].append(WITHDRAWN[dataset])
    return states


def _changes(dataset: str, before: list[Row], after: list[Row]) -> list[Row]:
    key = KEYS[dataset]
    held, holds = ({row[key]: row for row in rows} for rows in (before, after))
    new = [row | {"操作": "变更" if row[key] in held else "新增"} for row in after if held.get(row[key]) != row]
    return new + [row | {"操作": "删除"} for row in before if row[key] not in holds]


@contextmanager
def home_after(server: Server, history: History) -> Iterator[Home]:
    with TemporaryDirectory() as folder, new_home(server, Path(folder)) as home:
        for on, deliveries in zip(DAYS, history, strict=False):
            for one in deliveries:
                home.deliver(one.dataset, on, one.rows, control=one.delta, delta=one.delta)
            home.night(on)
        yield home


def content(home: Home) -> dict[str, Any]:
    """What is held, without what only says when and by which delivery it came; entities by what they hold."""
    conformed = {
        dataset: home.rows(
            f"""SELECT * EXCLUDE (delivery_id, row_number, updated_at) FROM conformed.{dataset.replace("/", "__")}
            ORDER BY record_key"""
        )
        for dataset in FINAL
    }
    entities = home.rows(
        """SELECT list((dataset, record_key, role, method) ORDER BY dataset, record_key, role)::VARCHAR AS records
        FROM resolved.person_link GROUP BY person_id ORDER BY records"""
    )
    people = home.rows("SELECT * EXCLUDE (person_id, updated_at) FROM library.person")
    for person in people:
        origins = person["sources"].items()
        person["sources"] = {item: one and (one["dataset"], one["record_key"]) for item, one in origins}
    shared = [
        {name: value for name, value in row.items() if name not in ("person_id", "updated_at")}
        for row in home.shared("SELECT * FROM share.person")
    ]
    return {
        "conformed": conformed,
        "entities": entities,
        "library": sorted(people, key=repr),
        "share": sorted(shared, key=repr),
    }


@pytest.fixture(scope="module")
def at_once(server: Server) -> dict[str, Any]:
    """What one night with everything ends in."""
    everything = [[Delivered(dataset, rows, delta=False) for dataset, rows in FINAL.items()]]
    with home_after(server, everything) as home:
        found = content(home)
    assert len(found["share"]) == 4 and len(found["library"]) == 6
    return found


@settings(max_examples=2, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(history=histories(), again=st.integers(0, len(DAYS) - 1))
def test_any_series_of_deliveries_ends_in_the_same_and_any_night_run_again_changes_nothing(
    server: Server, at_once: dict[str, Any], history: History, again: int
) -> None:
    with home_after(server, history) as home:
        assert home.rows("FROM ingest.delivery WHERE status = 'rejected'") == []
        assert content(home) == at_once
        before = everything_kept(home)

        home.night(DAYS[min(again, len(history) - 1)])

        assert everything_kept(home) == before


def everything_kept(home: Home) -> list[Any]:
    """The lake's state, `share` to the last identifier, and every published file."""
    published = (path for path in (home.folder / "published").rglob("*") if path.is_file())
    files = sorted((str(path), path.stat().st_mtime_ns, path.read_bytes()) for path in published)
    return [home.installation.lake.snapshot(), home.shared("SELECT * FROM share.person ORDER BY person_id"), files]


def test_the_order_in_which_datasets_arrive_does_not_matter(server: Server, at_once: dict[str, Any]) -> None:
    """The register comes last, a night after those that it corrects."""
    with home_after(server, [[Delivered(dataset, FINAL[dataset], delta=False)] for dataset in reversed(FINAL)]) as home:
        assert content(home) == at_once
