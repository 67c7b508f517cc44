"""What Dagster shows of a theme: its owner, columns, where they come from, and how current what it rests on is."""

from __future__ import annotations

from typing import Any

import dagster as dg

from assets.keys import key_of_table, types_of
from foundation.catalogue.catalogue import Catalogue
from foundation.catalogue.rule_checks import SQL_TYPES
from foundation.themes.engine_check import item_types
from foundation.themes.names import dataset_of, words_of
from foundation.themes.query import ThemeQuery
from foundation.themes.records import SourceRecords
from foundation.themes.standing import delivered, late
from resources.lake import Lake


def of_theme(catalogue: Catalogue, name: str, kinds: set[str], what: str) -> dict[str, Any]:
    """What the asset decorator takes from the catalogue for a theme."""
    theme = catalogue.themes[name]
    return {
        "group_name": "theme",
        "owners": [f"team:{theme.lead}"],
        "kinds": kinds,
        "description": f"主题信息资源·{theme.title}：{what}",
        "tags": {"onesource/theme": name, "onesource/department": theme.lead},
    }


def theme_types(catalogue: Catalogue, name: str) -> dict[str, str]:
    """The types of a theme's columns: declared for base items, those of the expressions for the theme's own."""
    theme, words = catalogue.themes[name], {kind: one.name.lower() for one, kind in SQL_TYPES.items()}
    found = item_types(catalogue, name)
    own = {item: words.get(found[item], found[item].lower()) for item in theme.items}
    return types_of(catalogue.items[catalogue.tables[theme.grain].subject]) | own


def theme_columns(catalogue: Catalogue, name: str) -> dg.TableSchema:
    """The key, base items and the theme's own, with their types and titles."""
    theme, types = catalogue.themes[name], theme_types(catalogue, name)
    table = catalogue.tables[theme.grain]
    items = catalogue.items[table.subject]
    base = dict.fromkeys([table.key, *theme.base])
    return dg.TableSchema(
        [dg.TableColumn(one, types[one], description=items[one].title) for one in base]
        + [dg.TableColumn(one, types[one], description=item.title) for one, item in theme.items.items()]
    )


def theme_lineage(catalogue: Catalogue, name: str) -> dict[str, list[tuple[dg.AssetKey, str]]]:
    """Columns of libraries and departments' records that each item comes from."""
    theme = catalogue.themes[name]
    library = key_of_table(f"stored.{theme.grain}")
    deps = {one: [(library, one)] for one in [catalogue.tables[theme.grain].key, *theme.base]}
    for item_name, item in theme.items.items():
        if item.source is not None:
            deps[item_name] = _columns_of(SourceRecords(catalogue, theme, item.source), item.value)
        else:
            used = [one for word in sorted(words_of(item.value)) for one in deps.get(word, [])]
            deps[item_name] = list(dict.fromkeys(used))
    return deps


def _columns_of(records: SourceRecords, value: str) -> list[tuple[dg.AssetKey, str]]:
    """The columns of a source that an item's aggregate uses; a count uses the records' key."""
    catalogue, source = records.catalogue, records.source
    if source.library:
        own = set(catalogue.tables[source.library].items) | {catalogue.tables[source.library].key}
    else:
        own = {one.name for one in catalogue.conformed_columns(dataset_of(source)[0])} | {"record_key", "updated_at"}
    library = catalogue.tables[records.subject].items
    found = []
    for word in sorted(words_of(value) | words_of(source.where or "") | words_of(source.by or "")):
        prefix, _, column = word.rpartition(".")
        if prefix == "entity" and column in library:
            found.append((key_of_table(f"stored.{records.subject}"), column))
        elif column in own:
            found.append((key_of_table(records.table), column))
    default = catalogue.tables[source.library].key if source.library else "record_key"
    return list(dict.fromkeys(found)) or [(key_of_table(records.table), default)]


def standing(lake: Lake, query: ThemeQuery) -> dg.MarkdownMetadataValue:
    """How current each dataset under a theme is."""
    lines = ["| 数据集 | 最近采用的报送 | 说明 |", "| --- | --- | --- |"]
    for one in delivered(lake.con, query):
        lines.append(f"| {one.dataset} | {one.accepted_on or '从未报送'} | {late(one)} |")
    return dg.MetadataValue.md("\n".join(lines))
