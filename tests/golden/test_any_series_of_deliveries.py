"""Random series of deliveries of one dataset against a plain model of the agreement: what becomes of each, and what is held."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from random import Random

import pytest

from foundation.catalogue.load import load
from tests.homes import Home

HEALTH = "health/resident_health_record"
COLUMNS = [*load().datasets[HEALTH].columns]
STEPS = ["full", "full", "delta", "delta", "again", "reverted", "late", "corrected", "cut"]


@dataclass
class Line:
    """A row as it is delivered; `fault`: why it can't be used."""

    key: str
    phone: str
    operation: str = ""
    fault: str = ""

    def written(self, mode: str) -> str:
        if self.fault == "field_count":
            return f"{self.key},张伟"
        said = {
            "档案编号": self.key,
            "姓名": "" if self.fault == "no_identifying_item" else "张伟",
            "联系电话": self.phone,
        }
        return ",".join([said.get(name, "") for name in COLUMNS] + [self.operation] * (mode == "delta"))


@dataclass
class Sent:
    mode: str
    lines: list[Line]

    @property
    def content(self) -> bytes:
        header = ",".join(COLUMNS + ["操作"] * (self.mode == "delta"))
        return "\n".join([header, *(line.written(self.mode) for line in self.lines), ""]).encode()

    @property
    def rejected(self) -> list[int]:
        return [number for number, line in enumerate(self.lines, start=1) if line.fault]


@dataclass
class Agreement:
    """What the agreement with the departments says is held, and what was taken so far."""

    held: dict[str, str] = field(default_factory=dict)
    newest: date = date(2026, 11, 1)
    taken: list[Sent] = field(default_factory=list)

    def status(self, sent: Sent, on: date, *, is_cut: bool) -> str:
        if is_cut:
            return "rejected"
        if sent.mode == "full" and self.taken and sent.content == self.taken[-1].content:
            self.newest = max(on, self.newest)
            return "duplicate"
        if on < self.newest:
            return "rejected"
        self._take(sent)
        self.newest = on
        return "accepted"

    def _take(self, sent: Sent) -> None:
        if sent.mode == "full":
            unreadable = {line.key for line in sent.lines if line.fault}
            self.held = {key: phone for key, phone in self.held.items() if key in unreadable}
        for line in sent.lines:
            if line.operation == "删除":
                self.held.pop(line.key, None)
            elif not line.fault:
                self.held[line.key] = line.phone
        self.taken.append(sent)


def spoiled(lines: list[Line], draw: Random) -> list[Line]:
    """The lines, of which some can't be used: too few fields, nobody named, a key that came before."""
    found = []
    for line in lines:
        fault = draw.choice([""] * 7 + ["field_count", "no_identifying_item", "doubled_key"])
        if line.operation == "删除" or not fault:
            found.append(line)
        elif fault == "doubled_key":
            found += [line, replace(line, phone="13900000000", fault=fault)]
        else:
            found.append(replace(line, fault=fault))
    return found


@pytest.mark.parametrize("seed", range(4))
def test_every_delivery_ends_as_agreed_and_so_does_what_is_held(home: Home, seed: int) -> None:
    draw, agreed, today = Random(seed), Agreement(), date(2026, 11, 1)
    says = {f"JK{number}": f"138{number:08d}" for number in range(12)}
    for step in ["full", *draw.choices(STEPS, k=12)]:
        for key in draw.sample(sorted(says), 3):
            says[key] = f"137{draw.randrange(10**8):08d}"
        absent = set(draw.sample(sorted(says), 3))
        now = {key: phone for key, phone in says.items() if key not in absent}
        today += timedelta(days=1)
        on = {"late": agreed.newest - timedelta(days=1), "corrected": agreed.newest}.get(step, today)
        sent = _sent(step, now, agreed, draw)
        expected = agreed.status(sent, on, is_cut=step == "cut")

        path = home.toy.path(HEALTH, str(on))
        path.write_bytes(sent.content)
        home.toy.control(path, rows=len(sent.lines), mode=sent.mode, hash_="0" * 64 if step == "cut" else None)
        (outcome,) = home.ingest(HEALTH, str(today))

        assert outcome.status == expected, step
        if expected != "rejected":
            assert (outcome.rows, outcome.rejected_rows) == (len(sent.lines), len(sent.rejected))
            assert outcome.accepted_rows == outcome.rows - outcome.rejected_rows
        if expected == "accepted":
            assert rejected(home, outcome.delivery_id) == sent.rejected
        assert held(home) == agreed.held, step


def _sent(step: str, now: dict[str, str], agreed: Agreement, draw: Random) -> Sent:
    whole = [sent for sent in agreed.taken if sent.mode == "full"]
    if step == "again":
        return agreed.taken[-1]
    if step == "reverted":
        return draw.choice(whole)
    if step != "delta":
        return Sent("full", spoiled([Line(key, phone) for key, phone in now.items()], draw))
    lines = [Line(key, phone, "变更" if key in agreed.held else "新增") for key, phone in now.items()]
    lines += [Line(key, "", "删除") for key in agreed.held if key not in now]
    return Sent("delta", spoiled(draw.sample(lines, len(lines)), draw))


def rejected(home: Home, delivery_id: str) -> list[int]:
    rows = home.rows(f"SELECT row_number FROM ingest.rejected_row WHERE delivery_id = '{delivery_id}' ORDER BY ALL")
    return [row["row_number"] for row in rows]


def held(home: Home) -> dict[str, str]:
    rows = home.rows(f"SELECT record_key, 联系电话 AS phone FROM ingest.{HEALTH.replace('/', '__')}")
    return {row["record_key"]: row["phone"] for row in rows}
