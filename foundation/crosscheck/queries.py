"""The kinds of discrepancy that need several records of several entities at once; what they mean stands in the catalogue."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import duckdb

from foundation.catalogue.catalogue import Catalogue
from foundation.catalogue.crosscheck import Kind
from foundation.crosscheck.comparators import GCJ02_METRES, address_form, metres, offset_meaning
from foundation.crosscheck.origins import Origins
from foundation.crosscheck.records import AFFECTED, LINKED, entities
from foundation.linkage.tables import identity_tables
from foundation.sql import quoted, text

UNREGISTERED_DAYS = 60
PROVINCE = "61"


@dataclass(frozen=True)
class Finding:
    """What a query may know: the catalogue, the library table, and the declaration of the kind."""

    catalogue: Catalogue
    name: str
    kind: Kind
    on: date = date.min
    only: bool = True  # the affected entities only, not all

    @property
    def key(self) -> str:
        return quoted(self.catalogue.tables[self.name].key)

    @property
    def link(self) -> str:
        return identity_tables(self.name, self.catalogue.tables[self.name]).link

    @property
    def record(self) -> str:
        return identity_tables(self.name, self.catalogue.tables[self.name]).record

    @property
    def rows(self) -> str:
        """The library's rows that are searched, with their key as entity_id."""
        return entities(self.catalogue, self.name, self.only)

    def links(self, dataset: str = "") -> str:
        """Whom records speak of (entity_id, record_key, role), of the entities that are searched; in one dataset or in all."""
        return self._links(LINKED if self.only else self.link, "entity_id" if self.only else self.key, dataset)

    def all_links(self, dataset: str = "") -> str:
        """The same of all entities."""
        return self._links(self.link, self.key, dataset)

    def _links(self, link: str, key: str, dataset: str) -> str:
        columns = f"{key} AS entity_id, record_key, role"
        if not dataset:
            return f"(SELECT {columns}, department, dataset FROM {link})"
        department, _, name = dataset.partition("/")
        return f"(SELECT {columns} FROM {link} WHERE department = {text(department)} AND dataset = {text(name)})"

    def searched(self, entity: str) -> str:
        """SQL: whether an entity is among those that are searched."""
        return f"{entity} IN (FROM {AFFECTED})" if self.only else "true"


HOLDERS = "number_holder"


def find_holders(con: duckdb.DuckDBPyConnection, finding: Finding) -> None:
    """`number_holder`, once: the records of each valid number that does not decide all its records, and whose they are.

    Records that their number decides are one unit, and a unit is of one entity: so no other number is of several entities,
    and whose a record is can be looked up by its unit.
    """
    con.execute(
        f"""CREATE TEMP TABLE IF NOT EXISTS {HOLDERS} AS
        WITH record AS MATERIALIZED (
            SELECT identifier, department || '/' || dataset AS dataset, record_key, role, rank, unit FROM {finding.record}
            WHERE identifier IN (SELECT identifier FROM {finding.record} WHERE identifier IS NOT NULL AND NOT is_identified))
        SELECT record.*, entity_id, method FROM record JOIN (SELECT DISTINCT unit, {finding.key} AS entity_id, method
            FROM {finding.link} WHERE unit IN (SELECT unit FROM record)) USING (unit)"""
    )


def number_of_two_persons(finding: Finding) -> str:
    """Records with a valid number that stand for another entity than the number's first holder."""
    return f"""
        WITH first AS (SELECT identifier, arg_min({{'dataset': dataset, 'record_key': record_key, 'entity_id': entity_id}},
            (method = 'new', rank, record_key, role)) AS holder FROM {HOLDERS} GROUP BY identifier)
        SELECT entity_id, holder.dataset AS authority_dataset, holder.record_key AS authority_record_key,
            identifier AS authority_value, dataset AS other_dataset, record_key AS other_record_key,
            role AS other_role, identifier AS other_value
        FROM {HOLDERS} JOIN first USING (identifier)
        WHERE entity_id <> holder.entity_id AND {finding.searched("entity_id")}"""


def two_numbers_of_one_person(finding: Finding) -> str:
    """Two records of the register with the same name, birth date, sex and household, and different numbers."""
    dataset = "public_security/resident"
    table = "conformed.public_security__resident"
    same = "name, birth_date, sex_code, household_number"
    return f"""
        WITH several AS (SELECT hash({same}) AS said FROM {table} WHERE household_number IS NOT NULL
            GROUP BY said HAVING count(*) > 1),
        alike AS MATERIALIZED (SELECT {same}, record_key, citizen_id FROM {table} WHERE hash({same}) IN (FROM several))
        SELECT link.entity_id, {text(dataset)} AS authority_dataset, one.record_key AS authority_record_key,
            one.citizen_id AS authority_value, {text(dataset)} AS other_dataset, two.record_key AS other_record_key,
            '' AS other_role, two.citizen_id AS other_value
        FROM alike AS one JOIN alike AS two USING ({same}) JOIN {finding.links(dataset)} AS link ON link.record_key = two.record_key
        WHERE one.record_key < two.record_key AND one.citizen_id <> two.citizen_id"""


def two_marriages(finding: Finding) -> str:
    """Per person, marriages that were not dissolved, by death neither, before a later one to somebody else.

    An annulment dissolves one as a divorce does. A divorce whose other party nobody can identify ends the marriage: to
    suspect bigamy where there is none is worse. Looked at are acts of people who have several.
    """
    dataset = "civil_affairs/marriage"
    near = f"WHERE record_key IN (SELECT record_key FROM {finding.links(dataset)})" if finding.only else ""
    return f"""
        WITH link AS MATERIALIZED (FROM {finding.all_links(dataset)} {near}),
        several AS (SELECT record_key FROM link WHERE entity_id IN (SELECT entity_id FROM link GROUP BY ALL HAVING count(*) > 1)),
        party AS (FROM link WHERE record_key IN (FROM several)),
        act AS MATERIALIZED (SELECT record_key, registration_type AS type, registered_on AS on_date, h.entity_id AS husband,
                w.entity_id AS wife, husband_name, wife_name, coalesce(husband_citizen_id_is_valid, false) AS knows_husband,
                coalesce(wife_citizen_id_is_valid, false) AS knows_wife
            FROM (FROM conformed.civil_affairs__marriage WHERE record_key IN (FROM several))
            LEFT JOIN (FROM party WHERE role = 'husband') AS h USING (record_key)
            LEFT JOIN (FROM party WHERE role = 'wife') AS w USING (record_key)),
        marriage AS (FROM act WHERE type = '结婚'),
        divorce AS (FROM act WHERE type IN ('离婚', '撤销')),
        ended AS (
            SELECT m.record_key FROM marriage AS m JOIN divorce AS d ON d.husband = m.husband AND d.on_date >= m.on_date
                AND (d.wife = m.wife OR d.wife_name = m.wife_name OR NOT d.knows_wife)
            UNION
            SELECT m.record_key FROM marriage AS m JOIN divorce AS d ON d.wife = m.wife AND d.on_date >= m.on_date
                AND (d.husband_name = m.husband_name OR NOT d.knows_husband)),
        standing AS (SELECT record_key, on_date, unnest([
                {{'entity_id': husband, 'spouse': wife, 'role': 'husband'}},
                {{'entity_id': wife, 'spouse': husband, 'role': 'wife'}}],
                recursive := true)
            FROM marriage ANTI JOIN ended USING (record_key)),
        twice AS (SELECT one.*, two.on_date AS later, two.record_key AS later_key
            FROM standing AS one JOIN standing AS two ON one.entity_id = two.entity_id
            AND (one.on_date, one.record_key) < (two.on_date, two.record_key) AND one.spouse IS DISTINCT FROM two.spouse
            WHERE {finding.searched("one.entity_id")}),
        dead AS (SELECT {finding.key} AS spouse, death_date FROM stored.{finding.name}
            WHERE death_date IS NOT NULL AND {finding.key} IN (SELECT spouse FROM twice))
        SELECT entity_id, {text(dataset)} AS authority_dataset, later_key AS authority_record_key,
            later::VARCHAR AS authority_value, {text(dataset)} AS other_dataset, record_key AS other_record_key,
            role AS other_role, on_date::VARCHAR AS other_value
        FROM twice LEFT JOIN dead USING (spouse) WHERE death_date IS NULL OR death_date > later
        QUALIFY row_number() OVER (PARTITION BY entity_id, record_key ORDER BY later, later_key) = 1"""


def address_outside_division(finding: Finding) -> str:
    """Organisations whose address begins with another county of the city than their division code says."""
    origins = Origins(finding.catalogue, finding.name)
    return f"""
        WITH county AS (SELECT c.division_code, c.name, city.name || c.name AS start, city.division_code AS city
            FROM stored.admin_division AS c JOIN stored.admin_division AS city ON city.division_code = c.parent_code
            WHERE c.level = '县'),
        written AS (SELECT e.*, c.start, c.city, c.name AS county, {address_form("e.address")} AS form
            FROM {finding.rows} AS e JOIN county AS c USING (division_code) WHERE e.address IS NOT NULL)
        SELECT DISTINCT ON (entity_id) entity_id, {origins.dataset("division_code", "w")} AS authority_dataset,
            {origins.record_key("division_code", "w")} AS authority_record_key, w.county AS authority_value,
            {origins.dataset("address", "w")} AS other_dataset, {origins.record_key("address", "w")} AS other_record_key,
            '' AS other_role, o.name AS other_value
        FROM (FROM written WHERE NOT starts_with(form, start)) AS w
        JOIN county AS o ON o.city = w.city AND starts_with(w.form, o.start)"""


def door_of(address: str) -> str:
    """SQL for an address up to its door number; empty where it has none."""
    return f"""CASE WHEN NOT contains({address}, '号') THEN ''
        ELSE {address_form(f"split_part({address}, '号', 1)")} || '号' END"""


def point_differs(finding: Finding) -> str:
    """Doors whose point lies far from the real-estate units at that door."""
    distance = metres("a.longitude", "a.latitude", "u.longitude", "u.latitude")
    away = f"min({distance})"
    hint = (
        f"CASE {offset_meaning(away)} WHEN 'GCJ-02' THEN '，疑为 GCJ-02' WHEN 'BD-09' THEN '，疑为 BD-09' ELSE '' END"
    )
    origins = Origins(finding.catalogue, finding.name)
    return f"""
        WITH units AS (SELECT {door_of("address")} AS door, longitude, latitude, unit_number
            FROM stored.real_estate_unit WHERE longitude IS NOT NULL),
        doors AS (SELECT entity_id, {door_of("address")} AS door, longitude, latitude,
                {origins.dataset("longitude", "e")} AS dataset, {origins.record_key("longitude", "e")} AS record_key
            FROM {finding.rows} AS e WHERE longitude IS NOT NULL)
        SELECT entity_id, {text(finding.kind.authority_dataset or "")} AS authority_dataset,
            arg_min(u.unit_number, {distance}) AS authority_record_key,
            arg_min(printf('%.6f, %.6f', u.longitude, u.latitude), {distance}) AS authority_value,
            any_value(a.dataset) AS other_dataset, any_value(a.record_key) AS other_record_key, '' AS other_role,
            any_value(printf('%.6f, %.6f', a.longitude, a.latitude))
                || printf('（偏 %.0f 米', {away}) || {hint} || '）' AS other_value
        FROM doors AS a JOIN units AS u USING (door) WHERE door <> ''
        GROUP BY entity_id HAVING {away} >= {GCJ02_METRES[0]}"""


def birth_not_registered(finding: Finding) -> str:
    """Birth certificates older than two months: a parent is in the register, the child nowhere there."""
    dataset = "health/birth_certificate"
    return f"""
        WITH certificate AS MATERIALIZED (SELECT entity_id, record_key, child_birth_date AS born, issued_on
            FROM conformed.health__birth_certificate
            JOIN (FROM {finding.links(dataset)} WHERE role = 'child') USING (record_key)
            WHERE issued_on < DATE '{finding.on}' - INTERVAL {UNREGISTERED_DAYS} DAY
                AND entity_id IN (SELECT entity_id FROM {finding.rows} WHERE NOT is_registered)),
        parent AS MATERIALIZED (SELECT record_key, entity_id FROM {finding.all_links(dataset)}
            WHERE role <> 'child' AND record_key IN (SELECT record_key FROM certificate)),
        home AS (SELECT record_key AS home_key, entity_id FROM {finding.all_links()}
            WHERE department = 'public_security' AND entity_id IN (SELECT entity_id FROM parent)),
        household AS MATERIALIZED (SELECT parent.record_key, household_number FROM parent JOIN home USING (entity_id)
            JOIN conformed.public_security__resident AS resident ON resident.record_key = home_key),
        registered AS (SELECT household.record_key FROM household
            JOIN conformed.public_security__resident AS resident USING (household_number)
            JOIN certificate ON certificate.record_key = household.record_key AND certificate.born = resident.birth_date)
        SELECT entity_id, {text(finding.kind.authority_dataset or "")} AS authority_dataset, NULL AS authority_record_key,
            NULL AS authority_value, {text(dataset)} AS other_dataset, record_key AS other_record_key,
            'child' AS other_role, issued_on::VARCHAR AS other_value
        FROM certificate SEMI JOIN household USING (record_key) ANTI JOIN registered USING (record_key)"""


def unknown_to_register(finding: Finding) -> str:
    """People with a valid number of the province whom two or more other departments hold and the register does not."""
    origins = Origins(finding.catalogue, finding.name)
    return f"""
        WITH unheld AS (FROM {finding.rows} WHERE NOT is_registered AND identifier_is_valid
            AND starts_with(citizen_id, '{PROVINCE}')),
        known AS (SELECT entity_id FROM {finding.links()} SEMI JOIN unheld USING (entity_id)
            WHERE role = '' GROUP BY ALL HAVING min(department) <> max(department))
        SELECT entity_id, {text(finding.kind.authority_dataset or "")} AS authority_dataset,
            NULL AS authority_record_key, NULL AS authority_value, {origins.dataset("citizen_id", "person")} AS other_dataset,
            {origins.record_key("citizen_id", "person")} AS other_record_key, '' AS other_role, citizen_id AS other_value
        FROM unheld AS person SEMI JOIN known USING (entity_id)"""


QUERIES: dict[str, Callable[[Finding], str]] = {
    "number_of_two_persons": number_of_two_persons,
    "two_numbers_of_one_person": two_numbers_of_one_person,
    "two_marriages": two_marriages,
    "address_outside_division": address_outside_division,
    "point_differs": point_differs,
    "birth_not_registered": birth_not_registered,
    "unknown_to_register": unknown_to_register,
}
# Query -> what makes the temporary table that it reads.
PREPARED: dict[str, Callable[[duckdb.DuckDBPyConnection, Finding], None]] = {"number_of_two_persons": find_holders}
TIMED = {"birth_not_registered"}  # what holds tomorrow though nothing changed
