"""docs/themes.md: what a theme is, how one is added, and the themes and their questions as catalog/ declares them."""

from __future__ import annotations

from docs.generate.markdown import GENERATED, code, table
from foundation.catalogue.catalogue import Catalogue
from foundation.catalogue.theme_checks import departments_of
from foundation.themes.sharing import ThemeSharing

EXAMPLE = """# yaml-language-server: $schema=../schema/theme.schema.json
title: 养老服务
code: 201001/0001
summary: 每个标准地址上的实有人口和避难场所。
lead: civil_affairs
grain: address                                  # a row per standard address
base: [address, division_code]                  # library items by reference
sources:
  resident: {dataset: public_security/actual_resident, by: record.address_code}
  shelter: {dataset: emergency_management/shelter}
items:
  residents: {title: 实有人口, source: resident, value: count(DISTINCT person_id)}
  shelters: {title: 避难场所, source: shelter, value: count(*)}
rows: residents > 0
questions:
  without_shelter: {title: 哪些地址住着三人以上而没有避难场所？, where: residents > 3 AND shelters = 0}
update: {cycle: 每月}
sharing: {type: 有条件共享, condition: 限用于养老服务。}
"""

HEAD = """# Themes 主题信息资源

A theme is what several departments build together on the base libraries (办法 art. 14-3): one row per person, organisation,
place or county, with items of the libraries, of the departments' records, and indicators worked out from both. Each is one file
in `catalog/themes/` and one table `theme.<name>`.

```sh
.venv/bin/onesource sql "SELECT name, paid_last_on, dead_since FROM theme.social_security WHERE paid_after_death"
```

In the Dagster UI each theme leads back to the deliveries under it:

![The lineage of theme/food_drug_safety in the Dagster UI, back to the deliveries of the departments](images/theme-lineage.png)

## How rows come together

- A record belongs to the person or organisation that it was **resolved** to; never to one of the same name. A natural key
  (division code, address code, community number, real-estate unit number) and a library's own reference (a licence's holder) join
  too. `by: record.name` is refused when the catalogue is loaded.
- `near` counts records by distance: residents within a hazard source's safety distance, within 1,000 m of a shelter.
  Distances are on a sphere, within 0.6 % of the ellipsoid.
- Expressions are SQL and are checked against the engine when the catalogue is loaded; what is wrong is said with file and line.
- What depends on the day (`business_date`) says `until` when it holds; on the day after, the row is looked at again, whether or
  not anything was delivered.
- A night looks again only at rows whose library row, records, links or places changed.

## What is shared

An item has the strictest type among its sources, and among what decides which rows there are. Another type needs a `reason`.
Only unconditional items are written to `share.theme_<name>`; a number of people from 1 to 4, and what is worked out from one, is
empty there. Totals and parts that are both published can still tell a small part by subtraction: publish one of them.

## When something fails

- The gate of a library table that it is made from is held, or a blocking rule of its own does not hold: the theme keeps its last
  state, and so does what is shared of it. The asset is observed instead of materialized, with the reason in its metadata
  保留上次结果 and in the log; `onesource status` says `held back: theme.<name>` and why.
- A step before it failed: the theme keeps its last state. `onesource status` names the table whose news it lacks.
- A delivery was refused: the theme goes on with the last one that was taken. `onesource status` and the metadata 数据截至 say so.

A table that a named person let pass (`onesource gate override`) is taken up by the run for that date.

A theme runs in the nightly job, and by the sensor `themes_when_changed` when what it rests on was updated by another run and the
gates of the library tables among it are passed.

## Adding a theme

One file; the editor completes it from `catalog/schema/theme.schema.json`.

```yaml
{EXAMPLE}```

"""


def themes_page(catalogue: Catalogue) -> str:
    parts = [_overview(catalogue), *(_theme(catalogue, name) for name in catalogue.themes)]
    return (GENERATED + HEAD.replace("{EXAMPLE}", EXAMPLE) + "".join(parts)).rstrip() + "\n"


def _overview(catalogue: Catalogue) -> str:
    rows = []
    for name, theme in catalogue.themes.items():
        titles = "、".join(catalogue.departments[one].title for one in departments_of(catalogue, theme))
        rows.append((theme.title, code(f"theme.{name}"), code(theme.code), catalogue.tables[theme.grain].title, titles))
    return f"## The themes\n\n{table(['主题', '表', '资源代码', '每行', '共建部门'], rows)}"


def _theme(catalogue: Catalogue, name: str) -> str:
    theme = catalogue.themes[name]
    types = ThemeSharing(catalogue, theme).types
    questions = [(one.title, code(one.where)) for one in theme.questions.values()]
    items = [(code(key), one.title, types[key].value) for key, one in theme.items.items()]
    return (
        f"### {theme.title}\n\n{theme.summary}\n\n{table(['问题', '条件'], questions)}"
        f"{table(['信息项', '名称', '共享类型'], items)}"
    )
