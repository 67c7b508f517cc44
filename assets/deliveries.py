"""Source assets: what the departments deliver; nothing is computed here."""

from __future__ import annotations

import dagster as dg

from assets.keys import key, of_dataset, schema
from foundation.catalogue.catalogue import Catalogue


def delivery_specs(catalogue: Catalogue) -> list[dg.AssetSpec]:
    return [delivery_spec(catalogue, name) for name in catalogue.datasets]


def delivery_spec(catalogue: Catalogue, name: str) -> dg.AssetSpec:
    dataset = catalogue.datasets[name]
    columns = dict.fromkeys(dataset.columns, "text")
    titles = {header: catalogue.item(name, column.item).title for header, column in dataset.columns.items()}
    return dg.AssetSpec(
        key("deliveries", name),
        **of_dataset(catalogue, "deliveries", name, {dataset.format.kind}),
        metadata={
            "dagster/column_schema": schema(columns, titles),
            "资源代码": dataset.code,
            "更新周期": f"{dataset.update.cycle.value}，{dataset.update.due} 前",
            "共享类型": dataset.sharing.type.value,
        },
    )
