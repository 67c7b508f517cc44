"""The documentation is true: generated pages current, links and pictures there, both READMEs alike, examples that work."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from docs.generate.pages import outdated
from docs.generate.refusals import reasons
from foundation.catalogue.load import FOLDER, load
from foundation.conform import conformed_schema

PROJECT = Path(__file__).resolve().parents[2]
READMES = ("README.md", "README.zh-CN.md")
PAGES = sorted([*PROJECT.glob("*.md"), *(PROJECT / "docs").rglob("*.md")])
LINK = re.compile(r"!?\[[^\]]*\]\(([^)#\s]*)(#[^)\s]*)?\)")
LARGEST_PICTURE = 400 * 1024


def test_generated_pages_are_current() -> None:
    assert outdated() == [], "run `make docs` and commit the pages"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(PROJECT)))
def test_links_lead_somewhere(page: Path) -> None:
    broken = []
    for target, anchor in LINK.findall(page.read_text(encoding="utf-8")):
        if "://" in target:
            continue
        there = (page.parent / target).resolve() if target else page
        if not there.is_file() or (anchor and anchor[1:] not in _anchors(there)):
            broken.append(target + anchor)
    assert broken == []


def _anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_pictures_are_small() -> None:
    assert [one.name for one in (PROJECT / "docs/images").glob("*") if one.stat().st_size > LARGEST_PICTURE] == []


def test_both_readmes_have_the_same_parts() -> None:
    english, chinese = ((PROJECT / name).read_text(encoding="utf-8") for name in READMES)
    assert _outline(english) == _outline(chinese)
    assert _code(english) == _code(chinese)
    assert _targets(english) == _targets(chinese)


def _outline(text: str) -> list[str]:
    """Levels of the headings, pictures, and the first column of tables where it is code."""
    return re.findall(r"^(#+|!\[|\| `[^`]+`)", text, re.MULTILINE)


def _code(text: str) -> list[str]:
    """Code blocks without their comments."""
    return [re.sub(r" +# .*", "", block) for block in re.findall(r"```\w+\n(.*?)```", text, re.DOTALL)]


def _targets(text: str) -> set[str]:
    return {target + anchor for target, anchor in LINK.findall(text) if not target.startswith("README")}


def test_the_commands_of_the_readme_exist() -> None:
    from typer.main import get_command

    from pipelines.cli import app

    named = set(re.findall(r"onesource ([a-z]+)\b", (PROJECT / "README.md").read_text(encoding="utf-8")))
    assert named - {"brings"} <= set(get_command(app).commands)


def test_the_readmes_dataset_is_a_whole_one(tmp_path: Path) -> None:
    text = (PROJECT / "README.md").read_text(encoding="utf-8")
    place = re.search(r"`catalog/(datasets/(\S+)\.yaml)`", text)
    example = re.search(r"```yaml\n(.*?)```", text, re.DOTALL)
    assert place and example
    shutil.copytree(FOLDER, tmp_path / "catalog")
    (tmp_path / "catalog" / place[1]).write_text(example[1], encoding="utf-8")
    catalogue = load(tmp_path / "catalog")
    schema = conformed_schema(catalogue, place[2].removeprefix("datasets/"))
    assert {"certificate_number", "name", "citizen_id", "citizen_id_is_valid", "issues"} <= set(schema.names)


def test_every_refusal_says_something() -> None:
    silent = [reason.rule for reason in reasons() if not any(sentence.strip("…。 ") for sentence in reason.sentences)]
    assert silent == []
