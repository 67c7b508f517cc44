"""What is wrong in the catalogue, and where: file, line, and what to do about it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import yaml

Key = str | int


@dataclass(frozen=True)
class Problem:
    """One thing to put right: the keys that lead to it within the file, or its line where that is known already."""

    file: Path
    keys: tuple[Key, ...]
    wrong: str
    remedy: str
    line: int | None = None


class CatalogueError(Exception):
    """The catalogue cannot be used; one line for each problem: `catalog/datasets/x/y.yaml:12: wrong. What to do.`"""

    def __init__(self, root: Path, problems: Iterable[Problem]) -> None:
        lines = _Lines()
        placed = sorted({(p.file, lines.of(p), f"{p.wrong}。{p.remedy}。") for p in problems})
        self.lines = [f"{file.relative_to(root.parent)}:{line}: {text}" for file, line, text in placed]
        super().__init__("\n".join(self.lines))


class _Lines:
    """Line numbers of keys in YAML files. Only read once something is wrong, since it doubles the cost of loading."""

    def __init__(self) -> None:
        self._roots: dict[Path, yaml.Node | None] = {}

    def of(self, problem: Problem) -> int:
        if problem.line is not None:
            return problem.line
        node = self._root(problem.file)
        line = node.start_mark.line + 1 if node else 1
        for key in problem.keys:
            found = _child(node, key)
            if found is not None:
                line, node = found
        return line

    def _root(self, file: Path) -> yaml.Node | None:
        if file not in self._roots:
            self._roots[file] = yaml.compose(file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        return self._roots[file]


def _child(node: yaml.Node | None, key: Key) -> tuple[int, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        for name, value in node.value:
            if name.value == str(key):
                return name.start_mark.line + 1, value
    if isinstance(node, yaml.SequenceNode) and isinstance(key, int) and key < len(node.value):
        return node.value[key].start_mark.line + 1, node.value[key]
    return None


def text_at(file: Path, keys: Iterable[Key]) -> str:
    """A scalar as it is written in the file, before YAML takes it for a number; '' where the keys lead elsewhere."""
    node: yaml.Node | None = yaml.compose(file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    for key in keys:
        found = _child(node, key)
        node = found[1] if found else None
    return str(node.value) if isinstance(node, yaml.ScalarNode) else ""


def choose(name: str, known: Iterable[str]) -> str:
    """Advice for a name that is not known: the nearest one, or the choice."""
    names = sorted(known)
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.6)
    if near:
        return f"是否应为“{near[0]}”"
    return f"可用的有：{'、'.join(names[:12])}{' 等' if len(names) > 12 else ''}" if names else "目前没有可用的名称"
