"""Every table's suite, each rule named once within it."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from foundation.catalogue.catalogue import Catalogue
from quality.rules.datasets import dataset_suite
from quality.rules.libraries import library_suite
from quality.rules.rule import Suite


def suites(catalogue: Catalogue) -> dict[str, Suite]:
    """Suites by table of the lake: those of the datasets, then those of the libraries."""
    return _suites(_Identity(catalogue))


class _Identity:
    """A catalogue by identity, so that its suites are worked out once."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue

    def __hash__(self) -> int:
        return id(self.catalogue)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Identity) and other.catalogue is self.catalogue


@lru_cache(maxsize=4)
def _suites(of: _Identity) -> dict[str, Suite]:
    made = [dataset_suite(of.catalogue, name) for name in of.catalogue.datasets]
    made += [library_suite(of.catalogue, name) for name in of.catalogue.tables]
    return {suite.table: _named_once(suite) for suite in made}


def _named_once(suite: Suite) -> Suite:
    """The suite without a second rule of the same item and name."""
    rules = {rule.key: rule for rule in reversed(suite.rules)}
    if len(rules) != len(suite.rules):
        doubled = [rule.key for rule in suite.rules if rules[rule.key] is not rule]
        raise ValueError(f"{suite.table}: rules are declared twice: {', '.join(doubled)}; rename one")
    return replace(suite, rules=suite.rules)
