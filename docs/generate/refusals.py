"""docs/refusals.md: every reason for which a delivery is refused or a row rejected, read from the code that says it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from docs.generate.markdown import GENERATED, code, table

PROJECT = Path(__file__).resolve().parents[2]
PLACES = ("foundation/delivery", "foundation/ingest", "resources")
# The position of the rule in the call, then those of the sentences that follow it.
CALLS = {"DeliveryRefused": (0, (2, 3)), "RejectedRow": (2, (3,)), "reject": (4, (5,)), "_refusing": (0, ())}

# Names with the expression that they stand for, functions with those that they may return.
Known = dict[str, Any]

HEAD = """# Why a delivery is refused and why a row is rejected

The sentences are those that the departments read; `…` stands for what the case at hand says. They never hold a personal value.

A delivery is taken whole or refused whole. A refused one changes nothing: what the department holds stays as it was, and
the other datasets are not touched. A rejected row is the one row that could not be used; the rest of its delivery is taken, and a
record that is held already stays as it was delivered last, if the row still tells its key.

    onesource sql "SELECT delivery_id, rule, reason FROM ingest.delivery WHERE status = 'rejected' ORDER BY received_at DESC"
    onesource sql "SELECT delivery_id, row_number, rule, reason FROM ingest.rejected_row ORDER BY ALL"

"""


@dataclass(frozen=True)
class Reason:
    """A rule, whether it refuses a whole delivery, and what is said of it."""

    rule: str
    is_delivery: bool
    sentences: tuple[str, ...]


def refusals_page() -> str:
    found = list(reasons())
    deliveries = _table([reason for reason in found if reason.is_delivery])
    rows = _table([reason for reason in found if not reason.is_delivery])
    return (GENERATED + HEAD + "## Deliveries\n\n" + deliveries + "## Rows\n\n" + rows).rstrip() + "\n"


def reasons() -> Iterator[Reason]:
    """Every reason that the code gives, in the order of files and lines."""
    for place in PLACES:
        for file in sorted((PROJECT / place).rglob("*.py")):
            yield from _reasons_in(ast.parse(file.read_text(encoding="utf-8")))


def _reasons_in(module: ast.Module) -> Iterator[Reason]:
    shared = _assigned(module.body) | _returned(module.body)
    for scope in ast.walk(module):
        if not isinstance(scope, ast.FunctionDef):
            continue
        known = shared | _assigned(list(ast.walk(scope)))
        for call in ast.walk(scope):
            name = getattr(call.func, "id", "") if isinstance(call, ast.Call) else ""
            if name in CALLS and isinstance(call, ast.Call):
                yield from _reason(name, call, known)


def _reason(name: str, call: ast.Call, known: Known) -> Iterator[Reason]:
    at, positions = CALLS[name]
    rule = call.args[at] if len(call.args) > at else None
    if isinstance(rule, ast.Constant):
        sentences = [call.args[position] for position in positions] or [known["reason"]]
        said = [_text(sentence, known) for sentence in sentences]
        yield Reason(str(rule.value), name == "DeliveryRefused", tuple(said))


def _assigned(nodes: list[ast.AST] | list[ast.stmt]) -> Known:
    """Names that are given a value once in these statements."""
    return {
        target.id: node.value
        for node in nodes
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def _returned(nodes: list[ast.stmt]) -> Known:
    """What each function of a module may return."""
    return {
        function.name: [node.value for node in ast.walk(function) if isinstance(node, ast.Return) and node.value]
        for function in nodes
        if isinstance(function, ast.FunctionDef)
    }


def _text(node: ast.expr, known: Known) -> str:
    """A sentence as far as the code spells it out."""
    if isinstance(node, ast.Constant):
        return re.sub(r"\{\d*\}", "…", str(node.value))
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(part, known) if isinstance(part, ast.Constant) else "…" for part in node.values)
    if isinstance(node, ast.Name) and node.id in known:
        return _text(known[node.id], {name: value for name, value in known.items() if name != node.id})
    if isinstance(node, ast.IfExp):
        return " / ".join(_text(branch, known) for branch in (node.body, node.orelse))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and isinstance(known.get(node.func.id), list):
        return " / ".join(_text(value, known) for value in known[node.func.id])
    return "…"


def _table(found: list[Reason]) -> str:
    rules: dict[str, dict[str, None]] = {}
    for reason in found:
        said = "。".join(sentence.rstrip("。") for sentence in reason.sentences if sentence.strip("… "))
        if said:
            rules.setdefault(reason.rule, {})[said + "。"] = None
        else:
            rules.setdefault(reason.rule, {})
    return table(["rule", "what it says"], [(code(rule), "<br>".join(said)) for rule, said in sorted(rules.items())])
