"""Code tables: an entry of catalog/codes/index.yaml and the CSV files that it names."""

from __future__ import annotations

import csv
import difflib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from foundation.catalogue.catalogue import Codes
from foundation.catalogue.model import CodeTable
from foundation.catalogue.problem import Problem

COLUMNS = ("code", "name", "aliases", "successor", "kind")


class Row(NamedTuple):
    """A code with the place where it stands."""

    code: str
    name: str
    aliases: tuple[str, ...]
    successor: str
    kind: str
    file: Path
    line: int


def read_codes(folder: Path, table: CodeTable) -> tuple[Codes, list[Problem]]:
    """A code table, and what is wrong in its files: a code or a word has one meaning, successors are in force."""
    rows: list[Row] = []
    problems: list[Problem] = []
    for name in (table.file, *table.supplements):
        file = folder / name
        if file.is_file():
            problems += _read(file, rows)
        else:
            problems.append(Problem(folder / "index.yaml", (), f"没有文件“{name}”", "请改正文件名或补上文件"))
    problems += _check(rows)
    return _codes(table, rows), problems


def _read(file: Path, rows: list[Row]) -> Iterator[Problem]:
    with file.open(encoding="utf-8-sig", newline="") as text:
        reader = csv.reader(text)
        header = next(reader, [])
        for column in header:
            if column not in COLUMNS:
                near = difflib.get_close_matches(column, COLUMNS, n=1)
                advice = f"是否应为“{near[0]}”" if near else f"可用的列：{'、'.join(COLUMNS)}"
                yield Problem(file, (), f"不认识列“{column}”", advice, 1)
        if header[:2] != ["code", "name"]:
            yield Problem(file, (), "前两列应为 code 和 name", "请改正第一行", 1)
            return
        for fields in reader:
            if len(fields) != len(header):
                wrong = f"有 {len(fields)} 列，应为 {len(header)} 列"
                yield Problem(file, (), wrong, "请检查逗号，含逗号的值要加引号", reader.line_num)
                continue
            row = dict(zip(header, fields, strict=True))
            words = tuple(word for word in row.get("aliases", "").split("|") if word)
            rows.append(
                Row(fields[0], fields[1], words, row.get("successor", ""), row.get("kind", ""), file, reader.line_num)
            )


def _check(rows: list[Row]) -> Iterator[Problem]:
    by_code: dict[str, Row] = {}
    for row in rows:
        if row.code in by_code:
            wrong = f"代码“{row.code}”重复，第 {by_code[row.code].line} 行已有"
            yield Problem(row.file, (), wrong, "请只留一行", row.line)
        by_code.setdefault(row.code, row)
    meaning: dict[str, Row] = {}
    for row in rows:
        for heir in row.successor.split("|") if row.successor else ():
            if heir not in by_code or by_code[heir].successor:
                wrong = f"“{row.code}”的后继“{heir}”不在表中或也已停用"
                yield Problem(row.file, (), wrong, "后继应是现行代码", row.line)
        for word in row.aliases:
            other = meaning.setdefault(word, row)
            if _current(other) != _current(row):
                wrong = f"“{word}”既指“{other.code}”又指“{row.code}”"
                yield Problem(row.file, (), wrong, "一个写法只能对应一个代码，请删去一处", row.line)


def _current(row: Row) -> str:
    """The code in force; of one that was split its own, since none took its place."""
    return row.code if "|" in row.successor else row.successor or row.code


def _codes(table: CodeTable, rows: list[Row]) -> Codes:
    """Names become words too where only one code in force bears them, as 神木县 does for the codes of 神木市."""
    bearers: dict[str, set[str]] = {}
    for row in rows:
        bearers.setdefault(row.name, set()).add(_current(row))
    aliases = {name: next(iter(codes)) for name, codes in bearers.items() if len(codes) == 1}
    aliases |= {word: _current(row) for row in rows for word in row.aliases}
    return Codes(
        title=table.title,
        standard=table.standard,
        names={row.code: row.name for row in rows},
        aliases=aliases,
        successors={row.code: row.successor for row in rows if row.successor},
        kinds={row.code: row.kind for row in rows if row.kind},
    )
