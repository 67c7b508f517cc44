"""The kinds of discrepancy that need several records of several entities at once; what they mean stands in the catalogue."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from foundation.catalogue.catalogue import Catalogue
from foundation.catalogue.crosscheck import Kind
from foundation.crosscheck.comparators import GCJ02_METRES, address_form, metres, offset_meaning
from foundation.crosscheck.origins import Origins
from foundation.crosscheck.records import AFFECTED
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
    entities: str | None = AFFECTED  # a table of entities; None: all are affected

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
    def affected(self) -> str:
        return f"(SELECT entity_id FROM {self.entities or AFFECTED})"


def number_of_two_persons(finding: Finding) -> str:
    """Records with a valid number that stand for another entity than the number's first holder."""
    key = finding.key
    linked = f"{finding.record} JOIN {finding.link} USING (department, dataset, record_key, role)"
    numbers = f"SELECT identifier FROM {linked} WHERE {key} IN {finding.affected}"
    narrowed = "" if finding.entities is None else f"AND identifier IN ({numbers})"
    return f"""
        WITH mine AS (SELECT identifier FROM {linked} WHERE identifier IS NOT NULL {narrowed}
            GROUP BY identifier HAVING min({key}) <> max({key})),
        holders AS (SELECT identifier, department || '/' || dataset AS dataset, record_key, role, {key} AS entity_id, rank, method
            FROM {finding.record} SEMI JOIN mine USING (identifier)
            JOIN {finding.link} USING (department, dataset, record_key, role)),
        first AS (SELECT identifier, arg_min({{'dataset': dataset, 'record_key': record_key, 'entity_id': entity_id}},
            (method = 'new', rank, record_key, role)) AS holder FROM holders GROUP BY identifier)
        SELECT entity_id, holder.dataset AS authority_dataset, holder.record_key AS authority_record_key,
            identifier AS authority_value, dataset AS other_dataset, record_key AS other_record_key,
            role AS other_role, identifier AS other_value
        FROM holders JOIN first USING (identifier)
        WHERE entity_id <> holder.entity_id AND entity_id IN {finding.affected}"""


def two_numbers_of_one_person(finding: Finding) -> str:
    """Two records of the register with the same name, birth date, sex and household, and different numbers."""
    dataset = "public_security/resident"
    table = "conformed.public_security__resident"
    link = f"""SELECT {finding.key} AS entity_id, record_key FROM {finding.link}
        WHERE department = 'public_security' AND dataset = 'resident'"""
    same = "name, birth_date, sex_code, household_number"
    return f"""
        WITH mine AS (SELECT DISTINCT {same} FROM {table} JOIN ({link}) USING (record_key)
            WHERE entity_id IN {finding.affected} AND household_number IS NOT NULL),
        alike AS (SELECT {same}, record_key, citizen_id, entity_id
            FROM {table} SEMI JOIN mine USING ({same}) JOIN ({link}) USING (record_key))
        SELECT two.entity_id, {text(dataset)} AS authority_dataset, one.record_key AS authority_record_key,
            one.citizen_id AS authority_value, {text(dataset)} AS other_dataset, two.record_key AS other_record_key,
            '' AS other_role, two.citizen_id AS other_value
        FROM alike AS one JOIN alike AS two USING ({same})
        WHERE one.record_key < two.record_key AND one.citizen_id <> two.citizen_id
            AND two.entity_id IN {finding.affected}"""


def two_marriages(finding: Finding) -> str:
    """Per person, marriages that were not dissolved, by death neither, before a later one to somebody else.

    A divorce whose other party nobody can identify ends the marriage: to suspect bigamy where there is none is worse.
    """
    dataset = "civil_affairs/marriage"
    link = f"""SELECT {finding.key} AS entity_id, record_key, role FROM {finding.link}
        WHERE department = 'civil_affairs' AND dataset = 'marriage'"""
    return f"""
        WITH link AS ({link}),
        mine AS (SELECT DISTINCT entity_id FROM link WHERE entity_id IN {finding.affected}),
        near AS (SELECT DISTINCT record_key FROM link SEMI JOIN mine USING (entity_id)),
        act AS (SELECT record_key, registration_type AS type, registered_on AS on_date, h.entity_id AS husband,
                w.entity_id AS wife, husband_name, wife_name, coalesce(husband_citizen_id_is_valid, false) AS knows_husband,
                coalesce(wife_citizen_id_is_valid, false) AS knows_wife
            FROM conformed.civil_affairs__marriage SEMI JOIN near USING (record_key)
            LEFT JOIN (FROM link WHERE role = 'husband') AS h USING (record_key)
            LEFT JOIN (FROM link WHERE role = 'wife') AS w USING (record_key)),
        ended AS (SELECT DISTINCT m.record_key FROM act AS m JOIN act AS d ON d.type = '离婚' AND m.type = '结婚'
            AND d.on_date >= m.on_date
            AND ((d.husband = m.husband AND (d.wife = m.wife OR d.wife_name = m.wife_name OR NOT d.knows_wife))
                OR (d.wife = m.wife AND (d.husband_name = m.husband_name OR NOT d.knows_husband)))),
        standing AS (SELECT record_key, on_date, unnest([
                {{'entity_id': husband, 'spouse': wife, 'role': 'husband'}},
                {{'entity_id': wife, 'spouse': husband, 'role': 'wife'}}],
                recursive := true)
            FROM act ANTI JOIN ended USING (record_key) WHERE type = '结婚')
        SELECT one.entity_id, {text(dataset)} AS authority_dataset, two.record_key AS authority_record_key,
            two.on_date::VARCHAR AS authority_value, {text(dataset)} AS other_dataset, one.record_key AS other_record_key,
            one.role AS other_role, one.on_date::VARCHAR AS other_value
        FROM standing AS one JOIN standing AS two ON one.entity_id = two.entity_id
            AND (one.on_date, one.record_key) < (two.on_date, two.record_key) AND one.spouse IS DISTINCT FROM two.spouse
        LEFT JOIN library.person AS spouse ON spouse.person_id = one.spouse
        WHERE one.entity_id IN {finding.affected} AND (spouse.death_date IS NULL OR spouse.death_date > two.on_date)
        QUALIFY row_number() OVER (PARTITION BY one.entity_id, one.record_key ORDER BY two.on_date, two.record_key) = 1"""


def address_outside_division(finding: Finding) -> str:
    """Organisations whose address begins with another county of the city than their division code says."""
    return f"""
        WITH county AS (SELECT c.division_code, c.name, city.name || c.name AS start, city.division_code AS city
            FROM library.admin_division AS c JOIN library.admin_division AS city ON city.division_code = c.parent_code
            WHERE c.level = '县'),
        written AS (SELECT e.{finding.key} AS entity_id, e.sources, e.division_code, c.start, c.city, c.name,
                {address_form("e.address")} AS form
            FROM library.{finding.name} AS e JOIN county AS c USING (division_code)
            WHERE e.{finding.key} IN {finding.affected} AND e.address IS NOT NULL)
        SELECT DISTINCT ON (entity_id) entity_id, sources.division_code.dataset AS authority_dataset,
            sources.division_code.record_key AS authority_record_key, w.name AS authority_value,
            sources.address.dataset AS other_dataset, sources.address.record_key AS other_record_key,
            '' AS other_role, o.name AS other_value
        FROM (FROM written WHERE NOT starts_with(form, start)) AS w
        JOIN county AS o ON o.city = w.city AND starts_with(w.form, o.start)"""


def point_differs(finding: Finding) -> str:
    """Doors whose point lies far from the real-estate units at that door."""
    door = "regexp_extract({}, '^.*?号')"
    distance = metres("a.longitude", "a.latitude", "u.longitude", "u.latitude")
    away = f"min({distance})"
    hint = (
        f"CASE {offset_meaning(away)} WHEN 'GCJ-02' THEN '，疑为 GCJ-02' WHEN 'BD-09' THEN '，疑为 BD-09' ELSE '' END"
    )
    return f"""
        WITH units AS (SELECT {door.format(address_form("address"))} AS door, longitude, latitude, unit_number
            FROM library.real_estate_unit WHERE longitude IS NOT NULL),
        doors AS (SELECT {finding.key} AS entity_id, {door.format(address_form("address"))} AS door, longitude, latitude, sources
            FROM library.{finding.name} WHERE longitude IS NOT NULL AND {finding.key} IN {finding.affected})
        SELECT entity_id, {text(finding.kind.authority_dataset or "")} AS authority_dataset,
            arg_min(u.unit_number, {distance}) AS authority_record_key,
            arg_min(printf('%.6f, %.6f', u.longitude, u.latitude), {distance}) AS authority_value,
            any_value(a.sources.longitude.dataset) AS other_dataset,
            any_value(a.sources.longitude.record_key) AS other_record_key, '' AS other_role,
            any_value(printf('%.6f, %.6f', a.longitude, a.latitude))
                || printf('（偏 %.0f 米', {away}) || {hint} || '）' AS other_value
        FROM doors AS a JOIN units AS u USING (door) WHERE door <> ''
        GROUP BY entity_id HAVING {away} >= {GCJ02_METRES[0]}"""


def birth_not_registered(finding: Finding) -> str:
    """Birth certificates older than two months: a parent is in the register, the child nowhere there."""
    link = f"""SELECT {finding.key} AS entity_id, department, dataset, record_key, role FROM {finding.link}"""
    return f"""
        WITH link AS ({link}),
        certificate AS (SELECT entity_id, record_key, child_birth_date AS born, issued_on
            FROM conformed.health__birth_certificate JOIN link USING (record_key)
            JOIN library.{finding.name} AS child ON child.{finding.key} = entity_id
            WHERE department = 'health' AND dataset = 'birth_certificate' AND role = 'child'
                AND NOT child.is_registered AND issued_on < DATE '{finding.on}' - INTERVAL {UNREGISTERED_DAYS} DAY
                AND entity_id IN {finding.affected}),
        household AS (SELECT certificate.record_key, household_number FROM certificate
            JOIN link AS parent ON parent.department = 'health' AND parent.dataset = 'birth_certificate'
                AND parent.record_key = certificate.record_key AND parent.role <> 'child'
            JOIN link AS home ON home.entity_id = parent.entity_id AND home.department = 'public_security'
            JOIN conformed.public_security__resident AS resident ON resident.record_key = home.record_key),
        registered AS (SELECT household.record_key FROM household
            JOIN conformed.public_security__resident AS resident USING (household_number)
            JOIN certificate ON certificate.record_key = household.record_key AND certificate.born = resident.birth_date)
        SELECT entity_id, {text(finding.kind.authority_dataset or "")} AS authority_dataset, NULL AS authority_record_key,
            NULL AS authority_value, 'health/birth_certificate' AS other_dataset, record_key AS other_record_key,
            'child' AS other_role, issued_on::VARCHAR AS other_value
        FROM certificate SEMI JOIN household USING (record_key) ANTI JOIN registered USING (record_key)"""


def unknown_to_register(finding: Finding) -> str:
    """People with a valid number of the province whom two or more other departments hold and the register does not."""
    origins = Origins(finding.catalogue, finding.name)
    return f"""
        WITH unheld AS (FROM stored.{finding.name} WHERE NOT is_registered AND identifier_is_valid
            AND starts_with(citizen_id, '{PROVINCE}') AND {finding.key} IN {finding.affected}),
        known AS (SELECT {finding.key} FROM {finding.link} SEMI JOIN unheld USING ({finding.key})
            WHERE role = '' GROUP BY ALL HAVING min(department) <> max(department))
        SELECT person.{finding.key} AS entity_id, {text(finding.kind.authority_dataset or "")} AS authority_dataset,
            NULL AS authority_record_key, NULL AS authority_value, {origins.dataset("citizen_id", "person")} AS other_dataset,
            {origins.record_key("citizen_id", "person")} AS other_record_key, '' AS other_role, citizen_id AS other_value
        FROM unheld AS person SEMI JOIN known USING ({finding.key})"""


QUERIES: dict[str, Callable[[Finding], str]] = {
    "number_of_two_persons": number_of_two_persons,
    "two_numbers_of_one_person": two_numbers_of_one_person,
    "two_marriages": two_marriages,
    "address_outside_division": address_outside_division,
    "point_differs": point_differs,
    "birth_not_registered": birth_not_registered,
    "unknown_to_register": unknown_to_register,
}
TIMED = {"birth_not_registered"}  # what holds tomorrow though nothing changed
