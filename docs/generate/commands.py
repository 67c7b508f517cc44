"""docs/commands.md, from the command line itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal, get_args, get_origin

import typer

from docs.generate.markdown import GENERATED, code, table
from pipelines.cli import app

HEAD = """# Commands

Every command takes `--help`. Exit codes: 0 done, 1 failed, 2 wrong usage. What an operator can mend is one line on standard
error. Progress is a bar on a terminal and one line per asset elsewhere, on standard error; results go to standard output.

"""


def commands_page() -> str:
    root = typer.main.get_command(app)
    sections = "".join(_section(path, command) for path, command in _commands("onesource", root))
    return (GENERATED + HEAD + sections).rstrip() + "\n"


def _commands(path: str, command: Any) -> Iterator[tuple[str, Any]]:
    """Every command that does something, by the words that call it; Typer carries a click of its own without stubs."""
    below = getattr(command, "commands", None)
    if below is None:
        yield path, command
        return
    for name in below:
        yield from _commands(f"{path} {name}", below[name])


def _section(path: str, command: Any) -> str:
    shown = [_row(parameter) for parameter in command.params]
    parameters = table(["argument or option", "meaning", "default"], shown) if shown else ""
    return f"## {path}\n\n{' '.join((command.help or '').split())}\n\n{parameters}"


def _row(parameter: Any) -> tuple[str, str, str]:
    if parameter.param_type_name == "argument":
        return code(parameter.name.upper()), parameter.help or "", ""
    names = ", ".join(code(name) for name in [*parameter.opts, *parameter.secondary_opts])
    meaning = f"{parameter.help or ''} {_choices(parameter.type_descriptor.annotation)}".strip()
    return names, meaning, "" if parameter.default in (None, False) else code(parameter.default)


def _choices(annotation: object) -> str:
    if get_origin(annotation) is not Literal:
        return ""
    return f"One of {', '.join(code(choice) for choice in get_args(annotation))}."
