"""The project's own catalogue: complete against the agreement with the departments, and quick to load."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
import yaml

from foundation.catalogue.catalogue import Catalogue
from foundation.catalogue.load import load

CONTRACT = Path(__file__).parents[4] / "shared" / "contract" / "deliveries.yaml"


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load()


@pytest.fixture(scope="module")
def contract() -> dict[str, Any]:
    if not CONTRACT.exists():
        pytest.skip("the departments' agreement is not beside the project")
    agreed: dict[str, Any] = yaml.safe_load(CONTRACT.read_text(encoding="utf-8"))
    return agreed


def test_every_department_and_dataset_of_the_agreement(catalogue: Catalogue, contract: dict[str, Any]) -> None:
    assert set(catalogue.datasets) >= set(contract["datasets"])
    titles = {name: department.title for name, department in catalogue.departments.items()}
    assert titles.items() >= {name: one["title"] for name, one in contract["departments"].items()}.items()


def test_columns_as_agreed(catalogue: Catalogue, contract: dict[str, Any]) -> None:
    for name, agreed in contract["datasets"].items():
        columns = catalogue.datasets[name].columns
        assert {header: (c.item, c.role) for header, c in columns.items()} == {
            header: (c["item"], c.get("role")) for header, c in agreed["columns"].items()
        }, name
        for header, column in agreed["columns"].items():
            if isinstance(column.get("values"), list):
                assert list(columns[header].values or ()) == column["values"], (name, header)


def test_formats_and_keys_as_agreed(catalogue: Catalogue, contract: dict[str, Any]) -> None:
    for name, agreed in contract["datasets"].items():
        dataset, given = catalogue.datasets[name], agreed["format"]
        assert dataset.record_key == agreed["record_key"]
        assert dataset.format.kind == given.get("kind", given.get("extension")), name
        assert dataset.format.encoding == given.get("encoding"), name
        assert dataset.format.crs == given.get("crs"), name
        assert dataset.format.dates == given.get("dates", "YYYY-MM-DD").removeprefix("cell dates or "), name
        assert catalogue.library_of[dataset.subject] == agreed["library"], name


@pytest.mark.parametrize(
    ("table", "columns"),
    [
        (
            "person",
            "citizen_id name sex_code ethnicity_code birth_date birth_division_code household_division_code "
            "household_address residency_status_code death_date",
        ),
        (
            "legal_entity",
            "uscc name entity_type legal_representative address division_code established_on valid_to status "
            "cancelled_on registered_capital_yuan industry_code business_scope registration_authority is_legal_person",
        ),
        ("admin_division", "name level parent_code longitude latitude boundary"),
        ("place_name", "name place_class division_code longitude latitude"),
        ("address", "address division_code longitude latitude"),
        ("real_estate_unit", "address area usage division_code longitude latitude"),
        (
            "license",
            "type_code name number holder_name holder_id_type holder_person_id holder_entity_id issuer_entity_id "
            "issuer_name issued_on valid_from valid_to status",
        ),
    ],
)
def test_published_columns_in_order(catalogue: Catalogue, table: str, columns: str) -> None:
    assert catalogue.tables[table].share == columns.split()


def test_items_of_persons_are_named_by_role(catalogue: Catalogue) -> None:
    columns = {column.name: column for column in catalogue.conformed_columns("health/birth_certificate")}
    assert {"child_name", "mother_citizen_id", "father_name", "child_birth_date", "issued_on"} <= set(columns)
    assert columns["child_name"].standard == "newborn_name"
    assert columns["mother_name"].standard == "person_name"


def test_items_read_from_another_column(catalogue: Catalogue) -> None:
    columns = {column.name: column for column in catalogue.conformed_columns("taxation/taxpayer")}
    assert columns["uscc"].standard == "taxpayer_number"
    assert columns["organisation_code"].standard == "organisation_code"
    assert columns["organisation_code"].delivered == "纳税人识别号"
    unit = {column.name: column for column in catalogue.conformed_columns("natural_resources/real_estate_unit")}
    assert (unit["division_code"].slice.start, unit["division_code"].slice.end) == (0, 6)


def test_marriage_registration_gives_the_marital_status(catalogue: Catalogue) -> None:
    status = next(c for c in catalogue.conformed_columns("civil_affairs/marriage") if c.name == "marital_status_code")
    words = catalogue.codes[str(status.item.codes)].aliases
    assert [words[word] for word in ("结婚", "离婚", "撤销")] == ["20", "40", "90"]


def test_personal_items_that_are_text_have_a_mask(catalogue: Catalogue) -> None:
    free_text = {"person_name", "citizen_id", "phone", "address"}
    for subject in ("person", "legal_entity", "license"):
        for name, item in catalogue.items[subject].items():
            if item.standard in free_text and item.sensitivity != "public":
                assert item.mask, (subject, name)


def test_loads_quickly() -> None:
    load()
    started = time.process_time()
    load()
    assert time.process_time() - started < 1.0
