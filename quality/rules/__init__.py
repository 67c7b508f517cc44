"""The rules of every table, worked out from the catalogue: `suites(catalogue)` is what the rest of the program calls."""

from quality.rules.rule import Rule, Suite
from quality.rules.suite import suites

__all__ = ["Rule", "Suite", "suites"]
