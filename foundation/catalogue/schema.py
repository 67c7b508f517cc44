"""JSON Schema of the catalogue's files, for editors: `python -m foundation.catalogue.schema` writes catalog/schema/."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from foundation.catalogue.crosscheck import CrossCheck
from foundation.catalogue.load import FOLDER
from foundation.catalogue.model import CodeTable, Dataset, Department, Item, Library, Name
from foundation.catalogue.quality import QualityRule
from foundation.catalogue.themes import Theme

SHAPES: dict[str, TypeAdapter[Any]] = {
    "department": TypeAdapter(Department),
    "items": TypeAdapter(dict[Name, Item]),
    "dataset": TypeAdapter(Dataset),
    "library": TypeAdapter(Library),
    "theme": TypeAdapter(Theme),
    "crosscheck": TypeAdapter(CrossCheck),
    "rules": TypeAdapter(dict[Name, QualityRule]),
    "codes": TypeAdapter(dict[str, CodeTable]),
}


def schemas() -> dict[str, str]:
    """The text of each schema file by its name."""
    return {f"{name}.schema.json": _text(shape) for name, shape in SHAPES.items()}


def write(folder: Path = FOLDER / "schema") -> None:
    """Write the schema files, to be committed with the model that they follow from."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in schemas().items():
        (folder / name).write_text(text, encoding="utf-8")


def _text(shape: TypeAdapter[Any]) -> str:
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **shape.json_schema()}
    return json.dumps(schema, ensure_ascii=False, indent=2) + "\n"


if __name__ == "__main__":
    write()
