"""Reading the catalogue from its YAML files, with every problem of every file reported at once."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import TypeAdapter, ValidationError

from foundation.catalogue import wording
from foundation.catalogue.catalogue import Catalogue, Codes
from foundation.catalogue.checks import Files, Vocabulary, check
from foundation.catalogue.codes import read_codes
from foundation.catalogue.crosscheck import CrossCheck
from foundation.catalogue.model import CodeTable, Dataset, Department, Item, Library, Name
from foundation.catalogue.problem import CatalogueError, Problem
from foundation.catalogue.quality import QualityRule
from foundation.catalogue.themes import Theme

FOLDER = Path(__file__).parents[2] / "catalog"

Shape = TypeVar("Shape")


def load(
    path: Path | None = None,
    *,
    standards: Collection[str] | None = None,
    masks: Collection[str] | None = None,
) -> Catalogue:
    """The catalogue in a folder, by default the project's own.

    `standards` and `masks` are the names that items may use, by default those of foundation.standards.
    CatalogueError tells all that is wrong, with file, line and what to do.
    """
    root = path or FOLDER
    reader = _Reader(root)
    files = Files(
        root=root,
        departments=reader.folder("departments", "*.yaml", TypeAdapter(Department)),
        items=reader.folder("items", "*.yaml", TypeAdapter(dict[Name, Item])),
        datasets=reader.folder("datasets", "*/*.yaml", TypeAdapter(Dataset)),
        libraries=reader.folder("libraries", "*.yaml", TypeAdapter(Library)),
        codes=reader.codes(),
        crosschecks=reader.folder("crosscheck", "*.yaml", TypeAdapter(CrossCheck)),
        rules=reader.folder("rules", "*.yaml", TypeAdapter(dict[Name, QualityRule]), needed=False),
    )
    themes = reader.folder("themes", "*.yaml", TypeAdapter(Theme)) if (root / "themes").is_dir() else {}
    known = Vocabulary(standards=standards or _standards(), masks=masks or _masks())
    problems = [*reader.problems, *check(files, known)]
    if problems:
        raise CatalogueError(root, problems)
    catalogue = Catalogue(
        departments=_sound(files.departments),
        items=_sound(files.items),
        datasets=_sound(files.datasets),
        libraries=_sound(files.libraries),
        codes=_sound(files.codes),
        crosschecks=_sound(files.crosschecks),
        rules=_sound(files.rules),
    )
    return _with_themes(root, catalogue, _sound(themes))


def _with_themes(root: Path, catalogue: Catalogue, themes: Mapping[str, Theme]) -> Catalogue:
    """The catalogue with its themes, which are checked against all the rest."""
    from foundation.catalogue.theme_checks import check_themes

    problems = list(check_themes(root, catalogue, themes)) if themes else []
    if problems:
        raise CatalogueError(root, problems)
    return replace(catalogue, themes=themes)


def _sound(read: Mapping[str, Shape | None]) -> dict[str, Shape]:
    return {name: value for name, value in read.items() if value is not None}


def _standards() -> Collection[str]:
    from foundation.standards.registry import STANDARDS

    return list(STANDARDS)


def _masks() -> Collection[str]:
    from foundation.standards.mask import RULES

    return RULES


@dataclass
class _Reader:
    """Reads files by their names; None stands for one that is there and can't be read."""

    root: Path
    problems: list[Problem] = field(default_factory=list)

    def folder(
        self, folder: str, pattern: str, shape: TypeAdapter[Shape], needed: bool = True
    ) -> dict[str, Shape | None]:
        """What the files of a folder declare, by path below it without extension."""
        base = self.root / folder
        files = sorted(base.glob(pattern))
        if not files and needed:
            self.problems.append(Problem(base, (), "没有 YAML 文件", "请检查目录是否完整", 1))
        read = {}
        for file in files:
            name = file.relative_to(base).with_suffix("").as_posix()
            if not re.fullmatch(r"[a-z][a-z0-9_]*(/[a-z][a-z0-9_]*)?", name):
                wrong = f"文件名“{name}”不能作名称"
                self.problems.append(Problem(file, (), wrong, "请用小写英文字母、数字和下划线", 1))
            read[name] = self.file(file, shape)
        return read

    def file(self, file: Path, shape: TypeAdapter[Shape]) -> Shape | None:
        data = self._data(file)
        if data is None:
            return None
        try:
            return shape.validate_python(data)
        except ValidationError as error:
            self.problems += wording.problems(file, data, shape._type, error)
            return None

    def codes(self) -> dict[str, Codes | None]:
        folder = self.root / "codes"
        tables = self.file(folder / "index.yaml", TypeAdapter(dict[str, CodeTable])) or {}
        read: dict[str, Codes | None] = {}
        for name, table in tables.items():
            read[name], problems = read_codes(folder, table)
            self.problems += problems
        return read

    def _data(self, file: Path) -> object | None:
        data: object | None = None
        try:
            loader = yaml.CSafeLoader(file.read_text(encoding="utf-8"))
            node = loader.get_single_node()
            if node is not None:
                data = loader.construct_document(node)
        except FileNotFoundError:
            self.problems.append(Problem(file, (), "没有这个文件", "请补上", 1))
        except UnicodeDecodeError:
            self.problems.append(Problem(file, (), "不是 UTF-8 编码", "请另存为 UTF-8", 1))
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            wrong = f"不是有效的 YAML（{error.problem}）"
            self.problems.append(Problem(file, (), wrong, "请检查这一行及上一行的缩进、冒号、引号和括号", line))
        else:
            if data is None:
                self.problems.append(Problem(file, (), "文件是空的", "请参照同目录的其他文件填写", 1))
            self.problems += [
                Problem(file, (), f"“{key}”写了两次，后写的会盖掉先写的", "请删去一处", line)
                for key, line in _doubled(node)
            ]
        return data


def _doubled(node: yaml.Node | None) -> Iterator[tuple[str, int]]:
    """Keys that stand twice in a mapping, of which YAML silently keeps the last, with their lines."""
    if isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from _doubled(value)
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if key.value in seen:
                yield key.value, key.start_mark.line + 1
            seen.add(key.value)
            yield from _doubled(value)
