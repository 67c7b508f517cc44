"""The schemas that editors use follow from the model, and each file names its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from foundation.catalogue.load import FOLDER
from foundation.catalogue.schema import schemas


@pytest.mark.parametrize("name", schemas())
def test_committed_schema_is_current(name: str) -> None:
    committed = (FOLDER / "schema" / name).read_text(encoding="utf-8")
    assert committed == schemas()[name], "run: python -m foundation.catalogue.schema"


@pytest.mark.parametrize("file", sorted(FOLDER.rglob("*.yaml")), ids=lambda file: file.relative_to(FOLDER).as_posix())
def test_file_names_its_schema(file: Path) -> None:
    first = file.read_text(encoding="utf-8").splitlines()[0]
    assert first.startswith("# yaml-language-server: $schema=")
    assert (file.parent / first.partition("=")[2]).resolve().parent == FOLDER / "schema"
    assert (file.parent / first.partition("=")[2]).exists()
