"""Training: the same records give the same parameters, which say what the records say."""

from __future__ import annotations

from pathlib import Path

import pytest

from foundation.linkage.models import MODELS
from foundation.linkage.scoring import Parameters, trained
from foundation.linkage.spec import LinkModel
from foundation.linkage.tables import identity_tables
from foundation.linkage.training import train
from tests.foundation.linkage.registers import Registers
from tests.foundation.linkage.test_increment import rows

PERSON = MODELS["person"]


@pytest.fixture(scope="module")
def registers() -> Registers:
    """Records of which only those without a number still have to be linked."""
    filled = Registers("person")
    filled.put_all(rows(5, people=150))
    filled.night()
    return filled


def trained_on(registers: Registers, seed: int = 1) -> Parameters:
    tables = identity_tables("person", registers.catalogue.tables["person"])
    with registers.transaction():
        return train(registers.con, PERSON, tables, frozenset(), seed)


def test_the_same_records_give_the_same_parameters(registers: Registers) -> None:
    assert trained_on(registers) == trained_on(registers)


def test_levels_speak_in_the_right_direction(registers: Registers) -> None:
    found = trained_on(registers).probabilities
    for name in ("name", "birth_date", "phone"):
        item = next(item for item in PERSON.items if item.name == name)
        m, u = found[name][item.levels[0].label]
        assert m > 10 * u
        m, u = found[name]["different"]
        assert m < u / 2


def test_frequent_names_are_listed_by_how_frequent_they_are() -> None:
    registers = Registers("person")
    for number in range(20):
        registers.put(
            "health/resident_health_record", f"h{number:02d}", name="王伟" if number % 2 else f"李{number:02d}"
        )
    registers.night()
    frequencies = trained_on(registers).frequencies["name"]
    assert frequencies == {"王伟": 0.5}


@pytest.mark.parametrize("model", list(MODELS.values()), ids=lambda model: model.name)
def test_the_projects_parameters_belong_to_the_models(model: LinkModel) -> None:
    parameters = trained(model.name)
    for item in model.items:
        known = parameters.probabilities[item.name]
        assert set(known) == {*(level.label for level in item.levels), "different"}
        assert all(0 < m < 1 and 0 < u <= 1 for m, u in known.values())


def test_a_file_of_parameters_reads_as_it_was_written(registers: Registers, tmp_path: Path) -> None:
    parameters = trained_on(registers)
    parameters.write(tmp_path / "person.json")
    assert Parameters.read(tmp_path / "person.json") == parameters
