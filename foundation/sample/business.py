"""The departments' business datasets under the themes, and how each is delivered."""

from __future__ import annotations

from collections.abc import Iterator

from foundation.sample import credit, site, welfare
from foundation.sample.batch import Batch
from foundation.sample.organization import Organizations
from foundation.sample.person import People

CSV = {
    "medical_security/insured_person": "utf-8", "public_security/actual_resident": "gb18030",
    "human_resources/pension_payment": "utf-8-sig", "market_regulation/food_inspection": "utf-8",
    "market_regulation/penalty": "gb18030", "emergency_management/hazard_source": "utf-8",
    "ecology/emission_monitoring": "utf-8", "development_reform/price_survey": "utf-8",
    "energy/energy_stock": "gb18030", "public_security/incident": "utf-8",
}  # fmt: skip
XLSX = (
    "civil_affairs/subsistence_allowance", "civil_affairs/community_worker", "drug_administration/drug_license",
    "emergency_management/shelter", "ecology/discharge_permit", "development_reform/energy_consumption",
)  # fmt: skip
JSONL = ("market_regulation/food_license", "court/dishonest_judgment", "housing_construction/builder_qualification")
PROJECT = "housing_construction/construction_project"  # a table of the department's own database


def batches(people: People, organizations: Organizations, places: Batch, units: Batch) -> Iterator[tuple[Batch, str]]:
    """All business records of a chunk, and whether they speak of people, organisations or places."""
    yield welfare.insured_person(people), "person"
    yield welfare.pension_payment(people), "person"
    yield welfare.subsistence_allowance(people), "person"
    yield welfare.actual_resident(people, places), "person"
    yield welfare.community_worker(people, places), "person"
    yield welfare.incident(people, places), ""
    for make in (
        credit.food_license, credit.food_inspection, credit.drug_license, credit.penalty, credit.dishonest_judgment,
        credit.builder_qualification, site.discharge_permit, site.emission_monitoring, site.price_survey,
        site.energy_stock,
    ):  # fmt: skip
        yield make(organizations), "organization"
    yield credit.construction_project(organizations, units.columns["不动产单元号"]), "organization"
    yield site.hazard_source(organizations, people), "organization"
    yield site.shelter(people), ""
    yield site.energy_consumption(people), ""
