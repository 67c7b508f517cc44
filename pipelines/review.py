"""`onesource review list | show | decide`: cases that linking leaves to people."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import typer
from rich.console import Console
from rich.table import Column, Table

app = typer.Typer(help="Cases that linking leaves to people, and what they decide.", no_args_is_help=True)
Verdict = Literal["same", "different", "unsure"]


@app.command("list")
def list_cases(
    everything: Annotated[bool, typer.Option("--all", help="Also cases that were judged or closed.")] = False,
    limit: Annotated[int, typer.Option(min=1, help="How many at most.")] = 50,
) -> None:
    """List the open cases, those nearest to certainty first."""
    from resources.installation import open_installation
    from resources.settings import settings

    with open_installation(settings()) as installation:
        cases = installation.review.cases(None if everything else "open", limit)
    table = Table(
        Column("case", no_wrap=True), "library table", "one record", "other record", "probability", "state", "since"
    )
    for case in cases:
        table.add_row(
            case["case_id"],
            case["library_table"],
            _where(case, "left"),
            _where(case, "right"),
            f"{case['match_probability']:.4f}",
            case["state"],
            str(case["first_seen"]),
        )
    Console().print(table)


@app.command()
def show(case_id: Annotated[str, typer.Argument(help="A case of `onesource review list`.")]) -> None:
    """Show what both records say, masked, what speaks for and against, and what was judged so far."""
    from resources.installation import open_installation
    from resources.settings import settings

    console = Console()
    with open_installation(settings()) as installation:
        case = _found(installation.review.case(case_id), case_id)
        left, right = (installation.review.side(case, side) for side in ("left", "right"))
        history = installation.review.history(case)
    records = Table("信息项", _where(case, "left"), _where(case, "right"))
    for title in dict.fromkeys([*left.values, *right.values]):
        records.add_row(title, left.values.get(title, ""), right.values.get(title, ""))
    console.print(records)
    console.print(_weights(case))
    console.print(
        f"匹配概率 {case['match_probability']:.4f}，权重 {case['match_weight']:.1f} 比特，状态 {case['state']}"
    )
    for entry in history:
        console.print(
            f"{entry['judged_at']:%Y-%m-%d %H:%M} {entry['judged_by']}: {entry['verdict']} {entry['reason'] or ''}"
        )


@app.command()
def decide(
    case_id: Annotated[str, typer.Argument(help="A case of `onesource review list`.")],
    verdict: Annotated[Verdict, typer.Argument(help="Whether the two records speak of the same.")],
    by: Annotated[str, typer.Option(help="Who judges.")],
    reason: Annotated[str | None, typer.Option(help="Why.")] = None,
) -> None:
    """Judge a case; the next run follows the judgement."""
    from resources.installation import open_installation
    from resources.settings import settings

    with open_installation(settings()) as installation:
        case = _found(installation.review.case(case_id), case_id)
        installation.review.decide(case, verdict, by, reason)
    typer.echo(f"{case_id}: {verdict}. The next run of the night follows it.")


def _found(case: dict[str, Any] | None, case_id: str) -> dict[str, Any]:
    if case is None:
        typer.echo(f"There is no case {case_id}. `onesource review list --all` lists them.", err=True)
        raise typer.Exit(1)
    return case


def _where(case: dict[str, Any], side: str) -> str:
    role = f"#{case[f'{side}_role']}" if case[f"{side}_role"] else ""
    return f"{case[f'{side}_department']}/{case[f'{side}_dataset']}{role}"


def _weights(case: dict[str, Any]) -> Table:
    from foundation.linkage.models import MODELS

    titles = {item.name: item.title for item in MODELS[case["library_table"]].items}
    table = Table("信息项", "支持（+）或反对（-），比特")
    for name, weight in sorted(case["weights"].items(), key=lambda entry: -entry[1]):
        table.add_row(titles.get(name, name), f"{weight:+.1f}")
    return table
