"""The delivery folder and the departments' databases: what has arrived, and taking it into the lake."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from foundation.catalogue.catalogue import Catalogue, split_name
from foundation.catalogue.model import Dataset
from foundation.delivery import (
    Control,
    Delivery,
    DeliveryRefused,
    Found,
    check_control,
    control,
    discover,
    open_database,
    open_delivery,
    refuse_empty,
    sha256,
    unread,
)
from foundation.ingest.register import (
    Arrival,
    Outcome,
    Registered,
    register,
    register_again,
    register_rejected,
    registered,
)
from foundation.ingest.take import content_hash, take
from resources.lake import Lake
from resources.settings import InstallationError, Settings


@dataclass(frozen=True)
class Deliveries:
    """Where the departments deliver."""

    settings: Settings
    catalogue: Catalogue

    def ingest(self, lake: Lake, name: str, until: date) -> list[Outcome]:
        """Take all deliveries of a dataset that have arrived for business dates up to `until`, oldest first."""
        dataset = self.catalogue.datasets[name]
        if dataset.format.kind == "database":
            outcome = self._ingest_database(lake, name, dataset, until)
            return [outcome] if outcome else []
        given = self.settings.deliveries
        if given is not None and not given.is_dir():
            raise InstallationError(
                f"ONESOURCE_DELIVERIES: there is no folder {given}. Make or mount it, then run again."
            )
        found = discover(self.settings.deliveries_folder, *split_name(name), dataset)
        known = {(one.uri, one.size, one.modified_ns) for one in registered(lake.con, name)} if found else set()
        outcomes = (
            self._ingest_file(lake, name, dataset, file, until)
            for file in found
            if (file.business_date is None or file.business_date <= until)
            and (self._uri(file), file.size, file.modified_ns) not in known
        )
        return [outcome for outcome in outcomes if outcome]

    def unread(self) -> list[str]:
        """Folders with deliveries that no dataset reads: whoever delivered there believes that it arrived."""
        return [
            str(self.settings.deliveries_folder / name)
            for name in unread(self.settings.deliveries_folder, self.catalogue.datasets)
        ]

    def _uri(self, file: Found) -> str:
        return str(file.path.relative_to(self.settings.deliveries_folder))

    def _ingest_file(self, lake: Lake, name: str, dataset: Dataset, file: Found, today: date) -> Outcome | None:
        """Take a file that is not registered yet; None for one of the past that was touched only."""
        earlier, uri = registered(lake.con, name), self._uri(file)
        arrival = Arrival(name, file.business_date or today, uri, size=file.size, modified_ns=file.modified_ns)
        try:
            if file.problem is not None:
                raise file.problem
            declared = control(file.path)
            refuse_empty(file.path, may_say_nothing=_is_said_to_be_empty(dataset, declared))
            arrival = replace(arrival, sha256=sha256(file.path))
            check_control(declared, file.path.name, sha256=arrival.sha256)
            arrival = replace(arrival, mode=declared.mode if declared else "full")
            same = _same_as(arrival, earlier)
            if same is not None:
                check_control(declared, file.path.name, rows=same.rows)
                return _registered(lake, _duplicate(arrival, _new_id(arrival, earlier), same))
            past = _taken_before(arrival, earlier)
            if past is not None:
                return _known_again(lake, past, arrival)
            _check_order(arrival, file.path.name, earlier)
            return _take(lake, dataset, arrival, earlier, open_delivery(dataset, file.path, arrival.mode), declared)
        except DeliveryRefused as refusal:
            return _registered(lake, _refused(arrival, _new_id(arrival, earlier), refusal))

    def _ingest_database(self, lake: Lake, name: str, dataset: Dataset, today: date) -> Outcome | None:
        """Read the department's own table as a full delivery of today; None where no database is given or nothing is new."""
        department, _ = split_name(name)
        url = self.settings.database_url(department)
        if url is None:
            return None
        earlier = registered(lake.con, name)
        arrival = Arrival(name, today, f"{department}:{dataset.format.table}")
        try:
            _check_order(arrival, arrival.uri, earlier)
            return _take(lake, dataset, arrival, earlier, open_database(dataset, url))
        except DeliveryRefused as refusal:
            return _registered(lake, _refused(arrival, _new_id(arrival, earlier), refusal))


def _is_said_to_be_empty(dataset: Dataset, declared: Control | None) -> bool:
    """Whether the control file tells of a delta without rows, which as JSON Lines has no bytes at all."""
    return dataset.format.kind == "jsonl" and declared is not None and (declared.mode, declared.rows) == ("delta", 0)


def _take(
    lake: Lake,
    dataset: Dataset,
    arrival: Arrival,
    earlier: list[Registered],
    delivery: Delivery,
    declared: Control | None = None,
) -> Outcome | None:
    delivery_id = _new_id(arrival, earlier)
    with lake.postgres.lock(f"ingest.{arrival.dataset}"), lake.transaction():
        outcome = take(lake.con, dataset, arrival, delivery_id, delivery, declared)
        if not arrival.sha256:
            outcome = replace(outcome, arrival=replace(arrival, sha256=content_hash(lake.con)))
            same = _same_as(outcome.arrival, earlier)
            if same is not None and same.business_date == arrival.business_date:
                return None
            if same is not None:
                outcome = _duplicate(outcome.arrival, delivery_id, same)
        if outcome.status == "accepted":
            register_rejected(lake.con, arrival.dataset, delivery_id, arrival.business_date)
        of_this_date = any(one.business_date == arrival.business_date for one in _taken(earlier))
        register(lake.con, outcome, supersedes=outcome.status == "accepted" and of_this_date)
        return outcome


def _registered(lake: Lake, outcome: Outcome) -> Outcome:
    with lake.transaction():
        register(lake.con, outcome)
    return outcome


def _taken(earlier: list[Registered]) -> list[Registered]:
    return [one for one in earlier if one.status in ("accepted", "duplicate")]


def _same_as(arrival: Arrival, earlier: list[Registered]) -> Registered | None:
    """The delivery that this one repeats: the last one taken, or for a delta any of the same business date."""
    taken = _taken(earlier)
    candidates = taken[-1:]
    if arrival.mode == "delta":
        candidates = [one for one in taken if one.business_date == arrival.business_date]
    return next((one for one in candidates if (one.sha256, one.mode) == (arrival.sha256, arrival.mode)), None)


def _taken_before(arrival: Arrival, earlier: list[Registered]) -> Registered | None:
    """The delivery that was taken from this very file, not replaced since, of the business date that the file has."""
    of_date = [one for one in _taken(earlier) if one.business_date == arrival.business_date]
    this = (arrival.uri, arrival.sha256, arrival.mode)
    return next((one for one in of_date if (one.uri, one.sha256, one.mode) == this), None)


def _known_again(lake: Lake, past: Registered, arrival: Arrival) -> None:
    with lake.transaction():
        register_again(lake.con, past.delivery_id, arrival)


def _check_order(arrival: Arrival, file: str, earlier: list[Registered]) -> None:
    newest = max((one.business_date for one in _taken(earlier)), default=None)
    if newest is not None and arrival.business_date < newest:
        raise DeliveryRefused(
            "business_date_order",
            file,
            f"业务日期 {arrival.business_date} 早于已接收的 {newest}",
            "请按业务日期先后报送；如需更正，请以新的业务日期报送全量数据。",
        )


def _new_id(arrival: Arrival, earlier: list[Registered]) -> str:
    """Department, dataset, business date and how many deliveries of that date came before, as in `a.b.2026-11-25.1`."""
    before = sum(one.business_date == arrival.business_date for one in earlier)
    return f"{arrival.dataset.replace('/', '.')}.{arrival.business_date}.{before + 1}"


def _refused(arrival: Arrival, delivery_id: str, refusal: DeliveryRefused) -> Outcome:
    return Outcome(arrival, delivery_id, "rejected", rule=refusal.rule, reason=refusal.reason)


def _duplicate(arrival: Arrival, delivery_id: str, same: Registered) -> Outcome:
    return Outcome(
        arrival,
        delivery_id,
        "duplicate",
        same.rows,
        same.accepted_rows,
        same.rejected_rows,
        reason=f"内容与报送 {same.delivery_id} 相同，无需重复处理。",
    )
