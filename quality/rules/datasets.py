"""Rules over a dataset as a whole, and its mandatory items: deliveries, volume, punctuality, reconciliation."""

from __future__ import annotations

from collections.abc import Iterator

from foundation.catalogue.catalogue import Catalogue, split_name, table_name
from foundation.catalogue.quality import AT_LEAST, RuleSeverity
from foundation.catalogue.sources import source_columns
from foundation.quality.punctuality import next_due_sql
from foundation.sql import quoted, text
from quality.rules.declared import Binder
from quality.rules.rule import Rule, Suite
from quality.rules.standards import standard_rules

TAKEN = "status IN ('accepted', 'superseded')"


def dataset_suite(catalogue: Catalogue, name: str) -> Suite:
    """All rules of a dataset, over its conformed table."""
    department, short = split_name(name)
    dataset = catalogue.datasets[name]
    return Suite(
        table=f"conformed.{table_name(name)}",
        key="record_key",
        department=department,
        dataset=short,
        library=catalogue.library_of[dataset.subject],
        title=dataset.title,
        rules=(
            *delivery_rules(catalogue, name),
            *mandatory_rules(catalogue, name),
            *standard_rules(catalogue, name),
            *declared_rules(catalogue, name),
        ),
    )


def mandatory_rules(catalogue: Catalogue, name: str) -> Iterator[Rule]:
    department, _ = split_name(name)
    columns = {column.name: column for column in catalogue.conformed_columns(name)}
    for column_name in catalogue.datasets[name].mandatory:
        column = columns[column_name]
        title = column.delivered if column.item_name == column.column.item else column.item.title
        yield Rule(
            table=f"conformed.{table_name(name)}",
            name="mandatory",
            kind="mandatory",
            title=f"{title}：必填",
            item=column_name,
            role=column.role,
            indicator="0201",
            severity=RuleSeverity.ERROR,
            at_least=AT_LEAST[RuleSeverity.ERROR],
            responsible=department,
            applies="true",
            fails=f"{quoted(column_name)} IS NULL",
        )


def declared_rules(catalogue: Catalogue, name: str) -> Iterator[Rule]:
    """The subject's rules in each role in which all their items are carried, then the dataset's own."""
    dataset = catalogue.datasets[name]
    table, (department, _) = f"conformed.{table_name(name)}", split_name(name)
    seen = set()
    for role in dataset.roles or [""]:
        columns = source_columns(catalogue, name, role)
        binder = Binder(catalogue, table, columns, role, department)
        for rule_name, declared in catalogue.rules.get(dataset.subject, {}).items():
            if binder.carries(declared):
                rule = binder.bind(rule_name, declared)
                if (rule.item, rule.name, rule.applies, rule.fails) not in seen:
                    seen.add((rule.item, rule.name, rule.applies, rule.fails))
                    yield rule
    every = {column.name: quoted(column.name) for column in catalogue.conformed_columns(name)}
    own = Binder(catalogue, table, every, "", department)
    for rule_name, declared in dataset.rules.items():
        yield own.bind(rule_name, declared)


def delivery_rules(catalogue: Catalogue, name: str) -> Iterator[Rule]:
    """What the register of deliveries says of a dataset."""
    dataset = catalogue.datasets[name]
    department, short = split_name(name)
    register, ours = "ingest.delivery", f"department = {text(department)} AND dataset = {text(short)}"
    mine = f"{ours} AND business_date <= today()"
    held = f"ingest.{table_name(name)}"
    conformed = f"conformed.{table_name(name)}"
    last = f"(SELECT max(business_date) FROM ingest.delivery WHERE {mine} AND status IN ('accepted', 'duplicate'))"
    due = next_due_sql(dataset.update, last)

    def rule(rule_name: str, title: str, indicator: str, severity: RuleSeverity, counts: str, *reads: str) -> Rule:
        return Rule(
            table=conformed,
            name=rule_name,
            kind=rule_name,
            title=title,
            item="",
            role="",
            indicator=indicator,
            severity=severity,
            at_least=AT_LEAST[severity],
            responsible=department,
            counts=counts,
            reads=reads,
        )

    if due is not None:  # on the day itself the deadline is still ahead
        yield rule(
            "freshness",
            f"按更新周期（{dataset.update.cycle.value}）报送",
            "0502",
            RuleSeverity.ERROR,
            f"[1, (SELECT (NOT coalesce({due} >= today(), false))::INTEGER)]",
            register,
        )
    yield rule(
        "volume",
        f"记录数不少于 {dataset.volume.minimum}",
        "0501",
        RuleSeverity.ERROR,
        f"[1, (count(*) < {dataset.volume.minimum})::INTEGER]",
        conformed,
    )
    yield rule(
        "accepted_rows",
        "最近一次报送的各行均被接收",
        "0202",
        RuleSeverity.ERROR,
        f"""(SELECT coalesce(max_by([rows, rejected_rows], received_at), [0, 0])
        FROM ingest.delivery WHERE {mine} AND {TAKEN})""",
        register,
    )
    yield rule(
        "accepted_deliveries",
        "近 30 日的报送均被接收",
        "0602",
        RuleSeverity.WARNING,
        f"""(SELECT [count(*), count(*) FILTER (status = 'rejected')] FROM ingest.delivery
        WHERE {mine} AND business_date > today() - 30)""",
        register,
    )
    yield rule(
        "reconciliation",
        "平台现有记录与报送的全量核对一致",
        "0401",
        RuleSeverity.ERROR,
        _reconciliation(ours, held, conformed),
        register,
        held,
        conformed,
    )


def _reconciliation(ours: str, held: str, conformed: str) -> str:
    """Rows accepted from the last full delivery, against those held and conformed; a delta since then changes no total."""
    last = f"""(SELECT max_by({{'rows': accepted_rows, 'mode': mode}}, received_at) FROM ingest.delivery
        WHERE {ours} AND {TAKEN})"""
    held_rows = f"(SELECT count(*) FROM {held})"
    declared = f"(SELECT CASE WHEN ({last}).mode = 'full' THEN ({last}).rows ELSE {held_rows} END)"
    same = f"(SELECT count(*) FROM {held} SEMI JOIN {conformed} USING (record_key, delivery_id, row_number))"
    return f"[coalesce({declared}, 0), greatest(coalesce({declared}, 0) - {same}, {held_rows} - {same}, 0)]"
