"""Charts of a page as Vega-Lite, made by Altair: a specification for each shape, filled with each page's values."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import date
from functools import cache
from typing import Any

from foundation.catalogue.quality import DIMENSIONS
from quality.scores import Score

INK, QUIET, LINE, ACCENT = "#1f2a30", "#6b7780", "#e3e6e4", "#1d6572"
FONT = "PingFang SC, Microsoft YaHei, Noto Sans CJK SC, Noto Sans SC, sans-serif"
# From attention to calm, readable in print.
COLOURS = ["#c2553f", "#e6a96b", "#f3e3c0", "#b9d6d0", "#4a919a"]
LOWEST = 90
NARROW = "width < 420"
VALUES = "values"


def trend(points: Sequence[tuple[date, float]]) -> str:
    """Score by day over the last 90 days, a line; of one day a point."""
    floor = max(0, int(min((score for _, score in points), default=100.0)) - 1)
    values = [{"day": str(day), "score": score} for day, score in points]
    days = (points[-1][0] - points[0][0]).days if points else 0
    return _filled(_trend(floor, 36 if len(points) < 15 else 10, max(1, days // 4)), values)


def dimensions(scores: Sequence[Score]) -> str:
    """Score by dimension, a point on a line each: the scale does not begin at 0, so that a bar's length would mislead."""
    least = min((one.score for one in scores), default=100.0)
    values = [{"dimension": one.dimension, "score": one.score} for one in scores]
    return _filled(_dimensions(max(0, min(LOWEST, int(least / 10) * 10)), len(scores)), values)


def heat_map(rows: Sequence[tuple[str, str, float]]) -> str:
    """Score by department and dimension."""
    values = [{"row": row, "dimension": dimension, "score": score} for row, dimension, score in rows]
    return _filled(_heat_map(tuple(dict.fromkeys(row for row, _, _ in rows))), values)


def _drawn(build: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """Builds each shape once. Tests draw every shape in a browser, so the night does without validation, its largest cost."""

    @cache
    def drawn(*shape: Any) -> dict[str, Any]:
        import altair as alt

        with alt.utils.schemapi.debug_mode(False):
            return build(alt, *shape)

    return drawn


@_drawn
def _trend(alt: Any, floor: int, dot: int, step: int) -> dict[str, Any]:

    y = alt.Y(
        "score:Q", title=None, stack=False, scale=alt.Scale(domain=[floor, 100], nice=False), axis=alt.Axis(tickCount=4)
    )
    ticks = alt.TimeIntervalStep(interval="day", step=step)
    x = alt.X("day:T", title=None, axis=alt.Axis(format="%m-%d", tickCount=ticks, grid=False, labelOverlap=True))
    tooltip = [
        alt.Tooltip("day:T", title="日期", format="%Y-%m-%d"),
        alt.Tooltip("score:Q", title="得分", format=".2f"),
    ]
    base = alt.Chart(alt.NamedData(VALUES)).encode(x=x, y=y, tooltip=tooltip)
    area = base.mark_area(color=ACCENT, opacity=0.10, interpolate="monotone", clip=True).encode(y2=alt.datum(floor))
    line = base.mark_line(color=ACCENT, strokeWidth=2, interpolate="monotone")
    return _finished(alt.layer(area, line, base.mark_circle(color=ACCENT, opacity=1, size=dot)), 160)


@_drawn
def _dimensions(alt: Any, start: int, count: int) -> dict[str, Any]:

    y = alt.Y(
        "dimension:N",
        title=None,
        sort=None,
        axis=alt.Axis(labelFontSize=13, labelColor=INK, labelPadding=8, domain=False, ticks=False),
    )
    scale = alt.Scale(domain=[start, 100], nice=False)
    x = alt.X("score:Q", title=None, scale=scale, axis=alt.Axis(tickCount=4, domain=False, ticks=False))
    tooltip = [alt.Tooltip("dimension:N", title="维度"), alt.Tooltip("score:Q", title="得分", format=".2f")]
    base = alt.Chart(alt.NamedData(VALUES)).encode(x=x, y=y, tooltip=tooltip)
    track = base.mark_rule(color=LINE, strokeWidth=2).encode(x=alt.datum(start, scale=scale), x2=alt.datum(100))
    dots = base.mark_circle(color=ACCENT, opacity=1, size=90)
    numbers = base.mark_text(align="left", dx=12, color=INK, fontSize=13).encode(
        x=alt.datum(100, scale=scale), text="shown:N"
    )
    return _finished(alt.layer(track, dots, numbers), 30 * max(1, count))


@_drawn
def _heat_map(alt: Any, names: tuple[str, ...]) -> dict[str, Any]:

    columns = list(DIMENSIONS.values())
    scale = alt.Scale(domain=[LOWEST, 100], range=COLOURS, clamp=True, interpolate="lab")
    colour = alt.Color("score:Q", legend=None, scale=scale)
    top = alt.Axis(orient="top", labelAngle=0, labelExpr=f"{NARROW} ? replace(datum.label, '性', '') : datum.label")
    left = alt.Axis(labelLimit=160, labelColor=INK, labelFontSize=alt.ExprRef(f"{NARROW} ? 10 : 12"))
    base = alt.Chart(alt.NamedData(VALUES)).encode(
        x=alt.X("dimension:N", title=None, sort=columns, axis=top),
        y=alt.Y("row:N", title=None, sort=list(names), axis=left),
        tooltip=[
            alt.Tooltip("row:N", title="部门"),
            alt.Tooltip("dimension:N", title="维度"),
            alt.Tooltip("score:Q", title="得分", format=".2f"),
        ],
    )
    cells = base.mark_rect(stroke="white", strokeWidth=3, cornerRadius=4).encode(color=colour)
    dark = alt.condition(f"datum.score < {LOWEST + 1.5} || datum.score > 99", alt.value("white"), alt.value(INK))
    numbers = base.mark_text(fontSize=11).encode(text="shown:N", color=dark)
    return _finished(alt.layer(cells, numbers), 34 * max(1, len(names)))


def _finished(chart: Any, height: int) -> dict[str, Any]:
    axis = {"labelColor": QUIET, "gridColor": LINE, "domainColor": LINE, "tickColor": LINE, "labelFont": FONT}
    finished: dict[str, Any] = (
        chart.properties(width="container", height=height, background="transparent")
        .configure(font=FONT, padding=0)
        .configure_view(stroke=None)
        .configure_axis(**axis, labelFontSize=11)
    ).to_dict(validate=False)
    return finished


def _filled(chart: dict[str, Any], values: list[dict[str, Any]]) -> str:
    """The chart with its values as JSON that may stand in a script element."""
    shown = [value | {"score": round(value["score"], 3), "shown": cut(value["score"])} for value in values]
    return json.dumps({**chart, "datasets": {VALUES: shown}}, ensure_ascii=False).replace("</", "<\\/")


def cut(score: float) -> str:
    """A score with one decimal, cut and not rounded: only what is without fault is 100."""
    return f"{int(score * 10 + 1e-9) / 10:.1f}"
