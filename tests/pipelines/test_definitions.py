"""What Dagster loads, frozen: a change that drops an asset, a dependency or the schedule fails here."""

from __future__ import annotations

import json
from pathlib import Path

import dagster as dg

from pipelines.definitions import defs

SNAPSHOT = Path(__file__).with_name("definitions.json")


def described() -> dict[str, object]:
    assets = {
        spec.key.to_user_string(): {
            "deps": sorted(dep.asset_key.to_user_string() for dep in spec.deps),
            "group": spec.group_name,
            "owners": list(spec.owners),
            "kinds": sorted(spec.kinds),
        }
        for spec in sorted(defs.resolve_all_asset_specs(), key=lambda spec: spec.key)
    }
    schedules = {one.name: [one.cron_schedule, one.execution_timezone] for one in defs.schedules or []}  # type: ignore[union-attr]
    return {"assets": assets, "schedules": schedules, "jobs": [job.name for job in defs.jobs or []]}


def test_definitions_are_as_they_were() -> None:
    assert described() == json.loads(SNAPSHOT.read_text(encoding="utf-8")), (
        "if this change is meant, write the snapshot anew: python -m tests.pipelines.test_definitions"
    )


def test_the_nightly_job_selects_every_asset() -> None:
    job = defs.resolve_job_def("nightly")
    executable = {key for asset in defs.assets or [] if isinstance(asset, dg.AssetsDefinition) for key in asset.keys}
    assert set(job.asset_layer.executable_asset_keys) == executable


def test_only_what_is_shared_of_it_waits_for_what_a_gate_may_hold_back() -> None:
    """Dagster leaves out every asset that needs one that was not written: a held publication must not cost the reports."""
    specs = list(defs.resolve_all_asset_specs())
    held = {spec.key for spec in specs if spec.skippable}
    waiting = {spec.key for spec in specs for dep in spec.deps if dep.asset_key in held}
    assert {spec.key.path[0] for spec in specs if spec.skippable} == {"share", "theme"}
    assert waiting and all(key.to_user_string().startswith("share/theme_") for key in waiting)


def test_the_columns_of_themes_and_share_have_their_types() -> None:
    types = {
        spec.key.to_user_string(): {
            column.name: column.type for column in spec.metadata["dagster/column_schema"].columns
        }
        for spec in defs.resolve_all_asset_specs()
        if spec.key.path[0] in ("share", "theme")
    }
    assert types["theme/social_security"]["paid_last_on"] == "date"
    assert types["theme/social_security"]["paid_after_death"] == "boolean"
    assert types["share/person"]["birth_date"] == "date" and types["share/person"]["updated_at"] == "datetime"
    assert [name for name, columns in types.items() if "string" in columns.values()] == []


if __name__ == "__main__":
    SNAPSHOT.write_text(json.dumps(described(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
