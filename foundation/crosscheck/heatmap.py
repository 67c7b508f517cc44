"""Rates of agreement as a picture: an SVG, so that Chinese labels take the reader's fonts, in a Markdown image."""

from __future__ import annotations

import base64
from html import escape

from foundation.crosscheck.report import Rate

CELL_WIDTH, CELL_HEIGHT, LEFT, TOP = 92, 26, 300, 46
PALE, STRONG = 0.999, 0.90
UNCOLOURED = "#f2f2f2"
FEW = 30  # values: a rate of fewer says little and is not coloured


def agreement_picture(rates: list[Rate]) -> str:
    """A Markdown image of the heat map; a sentence where nothing was compared."""
    if not rates:
        return "没有可比较的数值。"
    encoded = base64.b64encode(heat_map(rates).encode()).decode()
    return f"![各部门一致率](data:image/svg+xml;base64,{encoded})"


def heat_map(rates: list[Rate]) -> str:
    """An SVG: a row per pair of departments (authority and other), a column per item, the rate in each cell."""
    pairs = sorted({(rate.authority, rate.other) for rate in rates})
    items = list(dict.fromkeys(rate.item for rate in rates))
    width, height = LEFT + CELL_WIDTH * len(items) + 8, TOP + CELL_HEIGHT * len(pairs) + 8
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" font-size="12" '
        'font-family="Noto Sans CJK SC, Microsoft YaHei, sans-serif">',
        f'<rect width="{width}" height="{height}" fill="white"/>',
        _text(8, 18, f"一致率：数源 ← 对方部门（不足 {FEW} 个数值的不着色）", "start"),
    ]
    parts += [_text(LEFT + CELL_WIDTH * (n + 0.5), TOP - 8, item) for n, item in enumerate(items)]
    parts += [
        _text(LEFT - 8, TOP + CELL_HEIGHT * (n + 0.7), f"{authority} ← {other}", "end")
        for n, (authority, other) in enumerate(pairs)
    ]
    for rate in rates:
        x = LEFT + CELL_WIDTH * items.index(rate.item)
        y = TOP + CELL_HEIGHT * pairs.index((rate.authority, rate.other))
        title = f"{rate.item}：{rate.compared} 个数值，一致 {rate.agreement:.2%}"
        fill = colour(rate.agreement) if rate.compared >= FEW else UNCOLOURED
        parts.append(
            f'<g><title>{escape(title)}</title><rect x="{x}" y="{y}" width="{CELL_WIDTH - 2}" height="{CELL_HEIGHT - 2}" '
            f'fill="{fill}"/>{_text(x + CELL_WIDTH / 2, y + 17, f"{rate.agreement:.2%}")}</g>'
        )
    return "".join([*parts, "</svg>"])


def colour(agreement: float) -> str:
    """From green (agree) to red; everything below 90 % is as red as it gets."""
    share = min(max((PALE - agreement) / (PALE - STRONG), 0.0), 1.0)
    low, high = (198, 232, 205), (240, 128, 110)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in zip(low, high, strict=True))


def _text(x: float, y: float, content: str, anchor: str = "middle") -> str:
    return f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}">{escape(content)}</text>'
