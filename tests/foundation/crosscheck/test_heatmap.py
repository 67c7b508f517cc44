"""The picture of agreement: well-formed, Chinese titles, no personal values."""

from __future__ import annotations

from xml.etree import ElementTree

from foundation.crosscheck.heatmap import UNCOLOURED, agreement_picture, colour, heat_map
from foundation.crosscheck.report import Rate

RATES = [
    Rate("姓名", "公安厅", "人力资源和社会保障厅", 0.985, 3000),
    Rate("性别代码", "公安厅", "人力资源和社会保障厅", 0.998, 3000),
    Rate("姓名", "公安厅", "教育厅 <试>", 0.9, 500),
]


def test_a_cell_for_every_rate() -> None:
    picture = ElementTree.fromstring(heat_map(RATES))
    names = ["".join(text.itertext()) for text in picture.iter("{http://www.w3.org/2000/svg}text")]
    assert {"姓名", "性别代码", "98.50%", "99.80%", "公安厅 ← 教育厅 <试>"} <= set(names)
    assert len(list(picture.iter("{http://www.w3.org/2000/svg}g"))) == len(RATES)


def test_a_rate_of_few_values_is_not_coloured() -> None:
    few = heat_map([Rate("姓名", "公安厅", "教育厅", 0.75, 4)])
    assert UNCOLOURED in few and "75.00%" in few
    assert UNCOLOURED not in heat_map([Rate("姓名", "公安厅", "教育厅", 0.75, 400)])


def test_a_markdown_image() -> None:
    assert agreement_picture(RATES).startswith("![各部门一致率](data:image/svg+xml;base64,")
    assert agreement_picture([]) == "没有可比较的数值。"


def test_worse_is_redder() -> None:
    reds = [int(colour(rate)[1:3], 16) for rate in (1.0, 0.98, 0.95, 0.9, 0.5)]
    assert reds == sorted(reds)
    assert colour(0.9) == colour(0.1)
