"""What other programs read by name: every table has rows and at least the columns that were promised."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.homes import Home

PROMISED = """
ingest.delivery: delivery_id department dataset business_date mode uri sha256 rows accepted_rows rejected_rows status reason received_at
ingest.rejected_row: delivery_id department dataset row_number record_key rule item reason seen_on
resolved.person_link: department dataset record_key role person_id method match_probability
resolved.organization_link: department dataset record_key entity_id method match_probability
resolved.identity_event: happened_on library event entity_id other_entity_id
conformed.public_security__resident: citizen_id name former_name sex_code ethnicity_code birth_date birth_division_code household_division_code household_address household_number household_relation_code residency_status_code death_date
conformed.health__resident_health_record: record_number name sex_code birth_date id_type citizen_id phone residence_address provider_name
conformed.health__birth_certificate: certificate_number child_name child_sex_code child_birth_date mother_name mother_citizen_id father_name father_citizen_id provider_name issued_on
conformed.human_resources__social_insurance: record_number citizen_id name sex_code birth_date phone employer_uscc employer_name insurance_type insurance_status
conformed.civil_affairs__marriage: certificate_number registration_type husband_name husband_citizen_id wife_name wife_citizen_id registered_on authority_name
conformed.civil_affairs__cremation: certificate_number name citizen_id sex_code death_date cremated_on provider_name
conformed.education__student: record_number name sex_code birth_date citizen_id school_name grade enrolment_status
conformed.market_regulation__enterprise: uscc registration_number name entity_type legal_representative legal_representative_citizen_id registered_capital established_on valid_to address division_code industry_code business_scope registration_authority status cancelled_on approved_on
conformed.establishment__institution: uscc name entity_type legal_representative sponsor registered_capital address established_on status
conformed.civil_affairs__social_organization: uscc name entity_type legal_representative sponsor registered_capital address established_on status
conformed.taxation__taxpayer: record_number uscc name legal_representative address industry_code status registered_on
conformed.statistics__basic_unit: record_number organisation_code name legal_representative division_code address industry_code employees established_on
conformed.natural_resources__admin_boundary: division_code name level parent_code boundary
conformed.civil_affairs__place_name: place_number name place_class division_code longitude latitude crs
conformed.public_security__door_address: address_code address division_code longitude latitude crs
conformed.natural_resources__real_estate_unit: unit_number address area usage boundary
conformed.government_service__license_index: license_id type_code name number holder_name holder_id_type holder_id issuer_name issuer_uscc issued_on valid_from valid_to status
share.person: person_id citizen_id name sex_code ethnicity_code birth_date birth_division_code household_division_code household_address residency_status_code death_date updated_at
share.legal_entity: entity_id uscc name entity_type legal_representative address division_code established_on valid_to status cancelled_on registered_capital_yuan industry_code business_scope registration_authority is_legal_person updated_at
share.admin_division: division_code name level parent_code longitude latitude boundary
share.place_name: place_number name place_class division_code longitude latitude
share.address: address_code address division_code longitude latitude
share.real_estate_unit: unit_number address area usage division_code longitude latitude
share.license: license_id type_code name number holder_name holder_id_type holder_person_id holder_entity_id issuer_entity_id issuer_name issued_on valid_from valid_to status
"""  # noqa: E501


def promised() -> dict[str, set[str]]:
    tables = {
        name: set(columns.split()) for name, columns in (line.split(":") for line in PROMISED.split("\n") if line)
    }
    for name, columns in tables.items():
        if name.startswith("conformed."):
            columns |= {"record_key", "delivery_id", "row_number", "updated_at"}
    published = {name.removeprefix("share."): columns for name, columns in tables.items() if name.startswith("share.")}
    for name, columns in published.items():
        tables[f"library.{name}"] = columns | {"sources"}
        tables[f"library.{name}_history"] = columns | {"valid_from", "valid_to"}
    return tables


TABLES = promised()


@pytest.fixture(scope="module")
def found(demo: Home) -> dict[str, dict[str, Any]]:
    """Rows and columns of every table, as `onesource sql` gives them."""
    each = [
        f"SELECT '{name}' AS name, (SELECT count(*) FROM {name}) AS rows, "
        f"(SELECT list(column_name) FROM (DESCRIBE {name})) AS columns"
        for name in TABLES
    ]
    result = demo.onesource("sql", " UNION ALL ".join(each), "--format", "json")
    assert result.returncode == 0, result.stderr
    return {row["name"]: row for row in json.loads(result.stdout)}


@pytest.mark.parametrize("table", TABLES)
def test_a_table_has_rows_and_the_columns_that_were_promised(found: dict[str, dict[str, Any]], table: str) -> None:
    assert found[table]["rows"] > 0
    assert TABLES[table] <= set(found[table]["columns"])
