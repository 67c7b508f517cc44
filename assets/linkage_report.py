"""What a link asset shows in Dagster: counts, thresholds, and the model as pictures; never a value of a record."""

import base64
from collections.abc import Mapping
from typing import Any

import dagster as dg

from foundation.linkage.models import MODELS
from foundation.linkage.scoring import trained, weight_of
from foundation.linkage.spec import DIFFERENT, LinkModel
from foundation.linkage.stage import Resolved
from foundation.linkage.tables import identity_tables
from resources.installation import Installation


def link_metadata(installation: Installation, name: str, result: Resolved, open_cases: int) -> dict[str, Any]:
    """Metadata of a run of the link asset."""
    lake, model = installation.lake, MODELS[name]
    tables = identity_tables(name, installation.catalogue.tables[name])
    methods = dict(
        lake.con.execute(f"SELECT method, count(*) FROM {tables.link} GROUP BY method ORDER BY method").fetchall()
    )
    metadata = {
        "dagster/row_count": sum(methods.values()),
        "本次核对的记录": result.records,
        "本次变更的关联": result.relinked,
        "关联方式": dg.MetadataValue.json(methods),
        "关联阈值（概率）": model.link_at,
        "人工核对阈值（概率）": model.review_at,
        "待人工核对": open_cases,
        "本次比对的记录对": result.linked.scored,
        "拆分的可疑聚类": result.linked.cut,
        "超出上限的区块": dg.MetadataValue.json(dict(result.linked.skipped)),
        "模型参数": dg.MetadataValue.md(picture(parameter_chart(installation, model))),
    }
    if result.linked.histogram:
        metadata["匹配权重分布"] = dg.MetadataValue.md(picture(weight_histogram(model, result.linked.histogram)))
    return metadata


def picture(chart: Any) -> str:
    """A chart as Markdown with the picture inside."""
    import io

    buffer = io.BytesIO()
    chart.save(buffer, format="png", ppi=72)
    return f"![]({'data:image/png;base64,' + base64.b64encode(buffer.getvalue()).decode()})"


def weight_histogram(model: LinkModel, histogram: Mapping[int, int]) -> Any:
    """How many pairs have each match weight, with the thresholds."""
    import altair as alt
    import pandas as pd

    counts = pd.DataFrame({"match weight (bits)": list(histogram), "pairs": list(histogram.values())})
    limits = pd.DataFrame({"match weight (bits)": [weight_of(model.review_at), weight_of(model.link_at)]})
    bars = (
        alt.Chart(counts)
        .mark_bar()
        .encode(x="match weight (bits):Q", y=alt.Y("pairs:Q", scale=alt.Scale(type="symlog")))
    )
    lines = alt.Chart(limits).mark_rule(strokeDash=[4, 3]).encode(x="match weight (bits):Q")
    return (bars + lines).properties(width=560, height=240)


def parameter_chart(installation: Installation, model: LinkModel) -> Any:
    """Bits that each level of each item speaks for or against."""
    import altair as alt
    import pandas as pd

    known = trained(model.name, installation.models_folder).probabilities
    rows = [
        {"level": f"{item.name} {number}", "bits": weight_of(0.5) + _bits(m, u)}
        for item in model.items
        for number, (m, u) in enumerate(_levels(item, known.get(item.name, {})), 1)
    ]
    chart = alt.Chart(pd.DataFrame(rows)).mark_bar()
    return chart.encode(x="bits:Q", y=alt.Y("level:N", sort=None, title="item, level (last: different)")).properties(
        width=420
    )


def _levels(item: Any, known: Mapping[str, list[float]]) -> list[list[float]]:
    priors = [[level.label, level.m, level.u] for level in item.levels] + [[DIFFERENT, item.else_m, item.else_u]]
    return [known.get(label, [m, u]) for label, m, u in priors]


def _bits(m: float, u: float) -> float:
    from math import log2

    return log2(m / u)
