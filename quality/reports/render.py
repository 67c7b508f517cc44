"""Pages as self-contained HTML: style, charts and their runtime inlined, no address fetched."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from foundation.catalogue.quality import DIMENSIONS, INDICATORS
from quality.reports import charts
from quality.reports.facts import Page, Task
from quality.reports.night import Night
from quality.reports.tasks import URGENCIES
from quality.reports.vega import runtime
from quality.scores import grade

TEMPLATES = Path(__file__).parent / "templates"
SEVERITIES = {"blocking": "发布关口", "error": "错误", "warning": "提醒"}
TONES = {"优": "good", "良": "good", "中": "warn", "较差": "bad", "差": "bad"}


def percent(share: float) -> str:
    """A share so that anything short of all is not shown as 100 %."""
    shown = f"{share:.2%}"
    return "99.99%" if share < 1 and shown == "100.00%" else shown


def change(points: float) -> Any:
    """How much better or worse than the last time, in colour."""
    from markupsafe import Markup

    if abs(points) < 0.005:
        return "—"
    return Markup('<span class="{}">{}</span>').format("up" if points > 0 else "down", f"{points:+.2f}")


@cache
def _environment() -> Any:
    import jinja2
    from markupsafe import Markup

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True
    )
    environment.filters.update(
        percent=percent, grade=grade, cut=charts.cut, change=change, tone=lambda name: TONES.get(name, "")
    )
    environment.globals.update(
        style=Markup((TEMPLATES / "style.css").read_text(encoding="utf-8")),
        runtime=Markup(runtime()),
        indicators=INDICATORS,
        severities=SEVERITIES,
    )
    return environment


def _render(template: str, charts_of: dict[str, str], **values: Any) -> str:
    from markupsafe import Markup

    specs = {name: Markup(spec) for name, spec in charts_of.items()}
    return str(_environment().get_template(template).render(charts=specs, **values))


def page_html(page: Page, departments: dict[str, str]) -> str:
    drawn = {"trend": charts.trend(page.trend), "dimensions": charts.dimensions(_in_order(page.dimensions))}
    return _render("page.html", drawn, page=page, departments=departments)


def overview_html(night: Night, departments: list[Page], libraries: list[Page]) -> str:
    rows = [(page.title, one.dimension or "", one.score) for page in departments for one in _in_order(page.dimensions)]
    trend = [(one.measured_on, one.score) for one in night.scores_of("province")]
    gates = [gate for page in libraries for gate in page.gates]
    drawn = {"trend": charts.trend(trend), "heat": charts.heat_map(rows)}
    groups = [("部门", _worst_first(departments)), ("基础库", _worst_first(libraries))]
    score, urgent = night.score("province"), _urgent([*departments, *libraries])
    unread = night.quality.installation.deliveries.unread()
    return _render(
        "overview.html", drawn, on=night.on, score=score, gates=gates, unread=unread, groups=groups, urgent=urgent
    )


def index_html(days: list[tuple[str, list[tuple[str, str]]]]) -> str:
    return _render("index.html", {}, days=days)


def _in_order(scores: list[Any]) -> list[Any]:
    order = list(DIMENSIONS.values())
    return sorted(scores, key=lambda one: order.index(one.dimension))


def _urgent(pages: list[Page]) -> list[tuple[Page, Task]]:
    """The first task of every page, the most urgent and the largest first."""
    firsts = [(page, page.tasks[0]) for page in pages if page.tasks]
    return sorted(firsts, key=lambda pair: (URGENCIES.index(pair[1].urgency), -(pair[1].count or 0)))


def _worst_first(pages: list[Page]) -> list[Page]:
    return sorted(pages, key=lambda page: page.score.score if page.score else 101)
