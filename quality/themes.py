"""Bringing a theme up to date, where the gates let it: those of the library tables under it, and its own rules."""

from __future__ import annotations

from foundation.themes.affected import consumed_tables
from foundation.themes.query import ThemeQuery
from foundation.themes.stage import BrokenRule, ThemeWritten, breaking_rows, build
from quality.gates import Decision, decide_on_theme, record_on_theme
from quality.measuring import Quality


def bring_up_to_date(quality: Quality, query: ThemeQuery) -> tuple[Decision, ThemeWritten]:
    """Write a theme's new states; where the decision is that it is held back, its last state stays and waits."""
    lake, decision = quality.lake, decide_on_theme(quality, query)
    if decision.is_held:
        return decision, ThemeWritten(breaking=breaking_rows(lake.con, query))
    try:
        with lake.consuming(f"theme/{query.name}", consumed_tables(query)) as changes:
            return decision, build(changes, query)
    except BrokenRule as broken:
        return record_on_theme(quality, query, str(broken)), ThemeWritten(breaking=broken.breaking)
