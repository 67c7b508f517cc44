"""The sample province: invented people, organisations, places and licences, delivered as departments deliver them."""

from foundation.sample.database import load_table
from foundation.sample.province import Sample, make_sample, next_day

__all__ = ["Sample", "load_table", "make_sample", "next_day"]
