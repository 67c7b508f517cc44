"""A theme runs when what it rests on has changed and passed its checks, and not before."""

from __future__ import annotations

import dagster as dg

from assets.night import Night
from assets.theme import theme_asset
from foundation.catalogue.load import load
from quality.findings import GATE

CATALOGUE = load()
THEME = dg.AssetKey(["theme", "price_regulation"])


def definitions() -> tuple[dg.Definitions, list[dg.AssetKey], dg.AssetCheckKey]:
    """The theme's own asset over bare sources, of which the library has its gate and another check."""
    asset = theme_asset(CATALOGUE, "price_regulation")
    keys = sorted(asset.dependency_keys)
    library = dg.AssetKey(["library", "legal_entity"])

    def source(key: dg.AssetKey) -> dg.AssetsDefinition:
        specs = [dg.AssetCheckSpec(name, asset=key) for name in (GATE, "volume")] if key == library else []

        @dg.asset(key=key, check_specs=specs)
        def made() -> dg.MaterializeResult:
            return dg.MaterializeResult()

        return made

    resources = {"installation": dg.ResourceDefinition.hardcoded_resource(None), "night": Night()}
    made = dg.Definitions(assets=[*map(source, keys), asset], resources=resources)
    return made, keys, dg.AssetCheckKey(library, GATE)


def requested(defs: dg.Definitions, instance: dg.DagsterInstance, cursor: object) -> tuple[int, object]:
    result = dg.evaluate_automation_conditions(defs, instance, cursor=cursor)  # type: ignore[arg-type]
    return result.get_num_requested(THEME), result.cursor


def gate(instance: dg.DagsterInstance, check: dg.AssetCheckKey, passed: bool) -> None:
    instance.report_runless_asset_event(
        dg.AssetCheckEvaluation(
            asset_key=check.asset_key, check_name=check.name, passed=passed, metadata={}, blocking=False
        )
    )


def up_to_date(instance: dg.DagsterInstance, keys: list[dg.AssetKey], check: dg.AssetCheckKey) -> None:
    """All is materialized and the gate has passed."""
    for key in [*keys, THEME]:
        instance.report_runless_asset_event(dg.AssetMaterialization(key))
    gate(instance, check, passed=True)


def test_a_change_that_passed_its_gate_starts_the_theme() -> None:
    defs, keys, check = definitions()
    with dg.DagsterInstance.ephemeral() as instance:
        up_to_date(instance, keys, check)
        number, cursor = requested(defs, instance, None)
        assert number == 0

        number, cursor = requested(defs, instance, cursor)
        assert number == 0

        instance.report_runless_asset_event(dg.AssetMaterialization(keys[0]))
        number, cursor = requested(defs, instance, cursor)
        assert number == 1


def test_a_change_whose_gate_failed_waits_until_it_passes() -> None:
    defs, keys, check = definitions()
    with dg.DagsterInstance.ephemeral() as instance:
        up_to_date(instance, keys, check)
        _, cursor = requested(defs, instance, None)

        instance.report_runless_asset_event(dg.AssetMaterialization(check.asset_key))
        gate(instance, check, passed=False)
        number, cursor = requested(defs, instance, cursor)
        assert number == 0

        gate(instance, check, passed=True)
        number, cursor = requested(defs, instance, cursor)
        assert number == 1


def test_every_theme_has_the_condition_and_the_sensor_runs() -> None:
    from pipelines.definitions import defs

    themes = [spec for spec in defs.resolve_all_asset_specs() if spec.group_name == "theme"]
    assert len([spec for spec in themes if spec.key.path[0] == "theme"]) == len(CATALOGUE.themes)
    assert all(spec.automation_condition is not None for spec in themes)
    sensor = defs.resolve_sensor_def("themes_when_changed")
    assert sensor.default_status == dg.DefaultSensorStatus.RUNNING
