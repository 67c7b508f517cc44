"""Charts of a page as Vega-Lite, made by Altair."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

from quality.scores import Score

INK, QUIET, LINE, ACCENT = "#1f2a30", "#6b7780", "#e3e6e4", "#1d6572"
FONT = "PingFang SC, Microsoft YaHei, Noto Sans CJK SC, Noto Sans SC, sans-serif"
# From attention to calm, readable in print.
COLOURS = ["#c2553f", "#e6a96b", "#f3e3c0", "#b9d6d0", "#4a919a"]
LOWEST = 90


def trend(points: Sequence[tuple[date, float]]) -> str:
    """Score by day over the last 90 days, a line; of one day a point."""
    import altair as alt

    data = alt.Data(values=[{"day": str(day), "score": round(score, 2)} for day, score in points])
    least = min((score for _, score in points), default=100.0)
    floor = max(0, int(least) - 1)
    y = alt.Y(
        "score:Q", title=None, stack=False, scale=alt.Scale(domain=[floor, 100], nice=False), axis=alt.Axis(tickCount=4)
    )
    x = alt.X("day:T", title=None, axis=alt.Axis(format="%m-%d", tickCount=4, grid=False, labelOverlap=True))
    tooltip = [
        alt.Tooltip("day:T", title="日期", format="%Y-%m-%d"),
        alt.Tooltip("score:Q", title="得分", format=".2f"),
    ]
    base = alt.Chart(data).encode(x=x, y=y, tooltip=tooltip)
    area = base.mark_area(color=ACCENT, opacity=0.10, interpolate="monotone", clip=True).encode(y2=alt.datum(floor))
    line = base.mark_line(color=ACCENT, strokeWidth=2, interpolate="monotone")
    dots = base.mark_circle(color=ACCENT, size=36 if len(points) < 15 else 10)
    return _finished(alt.layer(area, line, dots), 150)


def dimensions(scores: Sequence[Score]) -> str:
    """Score by dimension, one bar each."""
    import altair as alt

    data = alt.Data(values=[{"dimension": one.dimension, "score": round(one.score, 2)} for one in scores])
    least = min((one.score for one in scores), default=100.0)
    start = max(0, min(LOWEST, int(least / 10) * 10))
    y = alt.Y(
        "dimension:N", title=None, sort=None, axis=alt.Axis(labelFontSize=13, labelColor=INK, domain=False, ticks=False)
    )
    x = alt.X("score:Q", title=None, scale=alt.Scale(domain=[start, 100]), axis=alt.Axis(tickCount=4))
    tooltip = [alt.Tooltip("dimension:N", title="维度"), alt.Tooltip("score:Q", title="得分", format=".2f")]
    base = alt.Chart(data).encode(x=x, y=y, tooltip=tooltip)
    bars = base.mark_bar(height=14, cornerRadiusEnd=3, color=ACCENT).encode(x2=alt.datum(start))
    numbers = base.mark_text(align="right", dx=-6, color="white", fontSize=11).encode(
        text=alt.Text("score:Q", format=".1f")
    )
    return _finished(bars + numbers, 30 * max(1, len(scores)))


def heat_map(rows: Sequence[tuple[str, str, float]]) -> str:
    """Score by department (or library) and dimension."""
    import altair as alt

    values = [{"row": row, "dimension": dimension, "score": round(score, 2)} for row, dimension, score in rows]
    names = list(dict.fromkeys(row for row, _, _ in rows))
    columns = sorted({dimension for _, dimension, _ in rows}, key=list(_order()).index)
    least = min((score for _, _, score in rows), default=100.0)
    middle = (100 + least) / 2
    colour = alt.Color(
        "score:Q",
        legend=None,
        scale=alt.Scale(domain=[max(0, min(LOWEST, least)), 100], range=COLOURS, clamp=True, interpolate="lab"),
    )
    base = alt.Chart(alt.Data(values=values)).encode(
        x=alt.X("dimension:N", title=None, sort=columns, axis=alt.Axis(orient="top", labelAngle=0, labelLimit=70)),
        y=alt.Y("row:N", title=None, sort=names, axis=alt.Axis(labelLimit=150, labelColor=INK)),
        tooltip=[
            alt.Tooltip("row:N", title="部门"),
            alt.Tooltip("dimension:N", title="维度"),
            alt.Tooltip("score:Q", title="得分", format=".2f"),
        ],
    )
    cells = base.mark_rect(stroke="white", strokeWidth=3, cornerRadius=4).encode(color=colour)
    dark = alt.condition(
        f"datum.score < {min(LOWEST + 2, middle)} || datum.score > 99.2", alt.value("white"), alt.value(INK)
    )
    numbers = base.mark_text(fontSize=11).encode(text=alt.Text("score:Q", format=".1f"), color=dark)
    return _finished(cells + numbers, 34 * max(1, len(names)))


def _order() -> dict[str, int]:
    from foundation.catalogue.quality import DIMENSIONS

    return {name: number for number, name in enumerate(DIMENSIONS.values())}


def _finished(chart: Any, height: int) -> str:
    """The chart as JSON that may stand in a script element."""
    axis = {"labelColor": QUIET, "gridColor": LINE, "domainColor": LINE, "tickColor": LINE, "labelFont": FONT}
    finished = (
        chart.properties(width="container", height=height, background="transparent")
        .configure(font=FONT, padding=0)
        .configure_view(stroke=None)
        .configure_axis(**axis, labelFontSize=11)
    )
    return json.dumps(finished.to_dict(), ensure_ascii=False).replace("</", "<\\/")
