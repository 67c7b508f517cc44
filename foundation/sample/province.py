"""Makes the sample province: all departments' deliveries of a day, and the truth behind them, chunk by chunk."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa

from foundation.sample import business, legal, licence, occupation, place, population, tax, vital
from foundation.sample.batch import Batch
from foundation.sample.clock import Day, chunks
from foundation.sample.organization import Organizations, make_organizations
from foundation.sample.person import People, make_people
from foundation.sample.population import at
from foundation.sample.sequence import SequenceNumbers
from foundation.sample.text import dates, digits, take
from foundation.sample.words import geography
from foundation.sample.writer import CsvWriter, GeoPackageWriter, JsonLinesWriter, ParquetWriter, Writer, XlsxWriter

Report = Callable[[str, int], None]
EPOCH = date(1970, 1, 1)
UNITS, INSURANCE = "natural_resources/real_estate_unit", "human_resources/social_insurance"
NO_CONTROL = {
    "civil_affairs/cremation", "civil_affairs/place_name", "civil_affairs/social_organization", "statistics/basic_unit",
}  # fmt: skip


@dataclass(frozen=True)
class Sample:
    """A province as delivered on `business_date`; `marriage` and `project` are Parquet files to be loaded into databases."""

    folder: Path
    truth: Path
    persons: int
    seed: int
    first_date: date
    days: tuple[Day, ...]
    rows: dict[str, int]

    @property
    def business_date(self) -> date:
        return EPOCH + timedelta(self.days[-1].day) if self.days else self.first_date

    @property
    def marriage(self) -> Path:
        return self.truth / "marriage_registration.parquet"

    @property
    def project(self) -> Path:
        return self.truth / "construction_project.parquet"

    @staticmethod
    def read(truth: Path) -> Sample:
        """The state that `make_sample` and `next_day` left in the truth's folder."""
        state = json.loads((truth / "sample.json").read_text("utf-8"))
        return Sample(
            Path(state["folder"]), truth, state["persons"], state["seed"], date.fromisoformat(state["first_date"]),
            tuple(Day(**day) for day in state["days"]), state["rows"],
        )  # fmt: skip

    def save(self) -> None:
        state = {
            "folder": str(self.folder), "persons": self.persons, "seed": self.seed, "rows": self.rows,
            "first_date": self.first_date.isoformat(), "days": [asdict(day) for day in self.days],
        }  # fmt: skip
        (self.truth / "sample.json").write_text(json.dumps(state, indent=1) + "\n", "utf-8")


def make_sample(
    folder: Path, *, persons: int = 20_000, seed: int = 1, business_date: date, truth: Path | None = None,
    report: Report | None = None,
) -> Sample:  # fmt: skip
    """Full deliveries of all datasets under `folder`; the truth under `truth` (default: a folder `truth` beside it)."""
    if persons < 1:
        raise ValueError(f"a sample needs at least one person, not {persons}")
    sample = Sample(folder, truth or folder.parent / "truth", persons, seed, business_date, (), {})
    return _deliver(sample, report)


def next_day(sample: Sample, *, business_date: date, changed: float = 0.005, report: Report | None = None) -> Sample:
    """Full deliveries of a later day, of which about the share `changed` of the records differ from the day before.

    Of them four fifths changed, a tenth each were added and withdrawn. The truth is that of the later day.
    """
    if business_date <= sample.business_date:
        raise ValueError(f"{business_date} is not after the last delivery of {sample.business_date}: give a later date")
    day = Day((business_date - EPOCH).days, changed)
    later = Sample(sample.folder, sample.truth, sample.persons, sample.seed, sample.first_date, (*sample.days, day), {})
    return _deliver(later, report)


def _deliver(sample: Sample, report: Report | None) -> Sample:
    sample.truth.mkdir(parents=True, exist_ok=True)
    writers, notes = _writers(sample), _truth_writers(sample.truth)
    sequence, offices = SequenceNumbers(), None
    for chunk in chunks(sample.seed, sample.persons, (sample.first_date - EPOCH).days, sample.days):
        people = make_people(chunk, sequence)
        organizations = make_organizations(chunk, people)
        offices = offices or licence.Offices.of(organizations)
        notes["person"].write(_person_table(people))
        notes["organization"].write(_organization_table(organizations))
        for batch, about in _batches(people, organizations, offices):
            writer = writers[batch.dataset]
            before = writer.rows
            _write(batch, writer, notes, about)
            if report:
                report(batch.dataset, writer.rows - before)
    rows = {name: writer.close() for name, writer in writers.items()}
    for note in notes.values():
        note.close()
    rows["natural_resources/admin_boundary"] = _boundaries(sample, report)
    finished = Sample(sample.folder, sample.truth, sample.persons, sample.seed, sample.first_date, sample.days, rows)
    finished.save()
    return finished


def _batches(people: People, organizations: Organizations, offices: licence.Offices) -> Iterator[tuple[Batch, str]]:
    """All records of a chunk, and whether they speak of people, organisations or places."""
    marriages = vital.marriage(people)
    yield population.resident(people), "person"
    yield population.health_record(people), "person"
    yield vital.birth_certificate(people), "person"
    yield occupation.social_insurance(people, organizations), "person"
    yield marriages, "person"
    yield vital.cremation(people), "person"
    yield occupation.student(people), "person"
    for make in (legal.enterprise, legal.institution, legal.social_organization, tax.taxpayer, tax.basic_unit):
        yield make(organizations), "organization"
    places, units = place.place_name(people.chunk), place.real_estate_unit(people)
    yield from business.batches(people, organizations, places, units)
    yield places, ""
    yield place.door_address(people), ""
    yield units, ""
    yield licence.identity_cards(people, offices), "person"
    yield licence.marriage_certificates(people, marriages, offices), "person"
    yield licence.business_licences(organizations, offices), "organization"
    yield licence.real_estate_certificates(people, offices), "person"


def _write(batch: Batch, writer: Writer, notes: dict[str, ParquetWriter], about: str) -> None:
    """Writes a batch with its doubled, keyless and broken rows, and notes the truth about it."""
    doubled, keyless, broken = batch.structural()
    broken = broken if isinstance(writer, CsvWriter) else broken[:0]
    keyless = np.setdiff1d(keyless, broken)
    doubled = np.setdiff1d(doubled, np.union1d(keyless, broken))
    if batch.dataset in ("civil_affairs/marriage", business.PROJECT):  # a database's primary key
        doubled, keyless = doubled[:0], keyless[:0]
    key = batch.columns[batch.key]
    for rows, kind in ((doubled, "row_doubled"), (keyless, "row_without_key"), (broken, "row_broken")):
        at = pa.array(rows)
        batch.errors.append((rows, "", "", kind, key.take(at), key.take(at), False))
    if about:
        notes[f"{about}_record"].write(batch.record_table())
    notes["error"].write(batch.error_table())
    mask = np.zeros(len(batch), np.bool_)
    mask[keyless] = True
    batch.columns[batch.key] = pa.array(np.arange(len(batch)), mask=mask, type=pa.int64())
    batch.columns[batch.key] = key.take(batch.columns[batch.key])
    table = batch.table()
    writer.write(pa.concat_tables([table, table.take(pa.array(doubled))]).combine_chunks(), broken)


def _path(sample: Sample, dataset: str, extension: str) -> Path:
    return sample.folder / dataset / f"{sample.business_date.isoformat()}.{extension}"


def _writers(sample: Sample) -> dict[str, Writer]:
    """A writer per dataset, in its department's format."""
    csv = {
        "public_security/resident": "gb18030", "health/resident_health_record": "utf-8",
        "civil_affairs/cremation": "gb18030",
        "education/student": "utf-8-sig", "market_regulation/enterprise": "gb18030",
        "civil_affairs/social_organization": "utf-8", "taxation/taxpayer": "utf-8", "statistics/basic_unit": "gb18030",
        "civil_affairs/place_name": "utf-8", "public_security/door_address": "utf-8", **business.CSV,
    }  # fmt: skip
    writers: dict[str, Writer] = {
        name: CsvWriter(_path(sample, name, "csv"), encoding, quoted=name == "market_regulation/enterprise",
                        has_control=name not in NO_CONTROL)
        for name, encoding in csv.items()
    }  # fmt: skip
    for name in ("health/birth_certificate", "establishment/institution", *business.XLSX):
        writers[name] = XlsxWriter(_path(sample, name, "xlsx"))
    writers[UNITS] = GeoPackageWriter(_path(sample, UNITS, "gpkg"), "real_estate_unit", "EPSG:4545")
    writers[INSURANCE] = ParquetWriter(_path(sample, INSURANCE, "parquet"))
    for name in (licence.DATASET, *business.JSONL):
        writers[name] = JsonLinesWriter(_path(sample, name, "jsonl"))
    writers[business.PROJECT] = ParquetWriter(sample.project, has_control=False)
    writers["civil_affairs/marriage"] = ParquetWriter(sample.marriage, has_control=False)
    return writers


def _truth_writers(truth: Path) -> dict[str, ParquetWriter]:
    names = ("person", "organization", "person_record", "organization_record", "error")
    return {name: ParquetWriter(truth / f"{name}.parquet", has_control=False) for name in names}


def _person_table(people: People) -> pa.Table:
    """The true people; relatives by truth_id, -1 for nobody."""
    return pa.table({
        "truth_id": pa.array(people.draw.numbers),
        "citizen_id": people.citizen_id,
        "name": people.name,
        "former_name": people.former_name,
        "sex_code": take(["1", "2"], people.female.astype(np.int64)),
        "ethnicity_code": people.ethnicity,
        "birth_date": dates(people.birth),
        "birth_division_code": people.birth_code,
        "household_division_code": take(pa.array(geography().codes), people.county),
        "household_address": at(people.households.address, people.household),
        "household": pa.array(people.households.draw.numbers[people.household]),
        "residency_status_code": people.status,
        "death_date": dates(people.death),
        "phone": people.phone,
        "is_registered": pa.array(people.is_registered),
        **{role: pa.array(vital.truth(people, rows)) for role, rows in
           (("spouse", people.spouse), ("father", people.father), ("mother", people.mother))},
    })  # fmt: skip


def _organization_table(organizations: Organizations) -> pa.Table:
    """The true organisations."""
    return pa.table({
        "truth_id": pa.array(organizations.draw.numbers),
        "uscc": organizations.uscc,
        "name": organizations.name,
        "former_name": organizations.former_name,
        "legal_representative": organizations.representative_name,
        "legal_representative_citizen_id": organizations.representative_id,
        "address": organizations.address,
        "division_code": digits(organizations.division, 6),
        "established_on": dates(organizations.established),
        "cancelled_on": dates(organizations.cancelled),
    })  # fmt: skip


def _boundaries(sample: Sample, report: Report | None) -> int:
    name = "natural_resources/admin_boundary"
    rows = place.write_boundaries(_path(sample, name, "geojson"))
    if report:
        report(name, rows)
    return rows
