"""Masking of personal data where it is shown: logs, previews, samples of failures (GB/T 35273-2020 §7.2)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from foundation.standards.alphabet import MIDDLE_DOT
from foundation.standards.codepoints import Mask, Run, as_strings, to_points, to_strings, truth
from foundation.standards.surnames import COMPOUND_SURNAMES

Counts = npt.NDArray[np.int64]
_STAR = np.uint32(ord("*"))
_DISTRICT = r"^(?P<shown>.{0,12}?(?:[市州盟].{1,8}?[区县市旗]|[区县旗]))"
_LANDLINE = r"^0\d{2,3}-?\d"


def mask(rule: str, array: pa.Array) -> pa.StringArray:
    """The values (n,) as they may be shown; null stays null. An unknown rule shows nothing but stars."""
    strings = as_strings(array)
    masked = _RULES.get(rule, _stars)(strings)
    return pc.if_else(pc.is_valid(strings), masked, pa.scalar(None, pa.string()))


def mask_value(rule: str, text: str | None) -> str | None:
    """One value as it may be shown."""
    shown: str | None = mask(rule, pa.array([text], pa.string()))[0].as_py()
    return shown


def _starred(run: Run, head: Counts | int, tail: Counts | int) -> pa.StringArray:
    """All points starred but the first `head` and last `tail` of each string; if those are all there is, every one."""
    lengths = np.diff(run.offsets)
    head, tail = (np.broadcast_to(np.asarray(count, dtype=np.int64), lengths.shape) for count in (head, tail))
    short = head + tail >= lengths
    head, tail = np.where(short, 0, head), np.where(short, 0, tail)
    position = np.arange(len(run.points)) - np.repeat(run.offsets[:-1], lengths)
    shown = (position < np.repeat(head, lengths)) | (position >= np.repeat(lengths - tail, lengths))
    return to_strings(Run(np.where(shown, run.points, _STAR).astype(np.uint32), run.offsets))


def _stars(strings: pa.StringArray) -> pa.StringArray:
    return _starred(to_points(strings), 0, 0)


def _person_name(strings: pa.StringArray) -> pa.StringArray:
    """The surname stays; of a name with a middle dot the part before it."""
    run = to_points(strings)
    lengths = np.diff(run.offsets)
    pairs = pc.utf8_slice_codeunits(pc.fill_null(strings, ""), 0, 2)
    compound = truth(pc.is_in(pairs, pa.array(list(COMPOUND_SURNAMES), pa.string()))) & (lengths > 2)
    head = np.where(compound, 2, 1)
    dots = np.flatnonzero(run.points == MIDDLE_DOT)
    owners, first = np.unique(np.searchsorted(run.offsets, dots, side="right") - 1, return_index=True)
    head[owners] = dots[first] - run.offsets[owners] + 1
    return _starred(run, head, 0)


def _citizen_id(strings: pa.StringArray) -> pa.StringArray:
    """First 3 and last 4; of the 15-digit form the last 3, because the day of birth ends at its 12th digit."""
    run = to_points(strings)
    lengths = np.diff(run.offsets)
    whole, old = lengths >= 18, lengths == 15
    return _starred(run, np.where(whole | old, 3, 0), np.where(whole, 4, np.where(old, 3, 0)))


def _phone(strings: pa.StringArray) -> pa.StringArray:
    """Mobile 3 + 4; landline area code and last 2."""
    run = to_points(strings)
    lengths = np.diff(run.offsets)
    landline: Mask = truth(pc.match_substring_regex(strings, _LANDLINE))
    area = np.where(truth(pc.match_substring_regex(strings, r"^0(?:10|2\d)")), 3, 4)
    hyphen = truth(pc.match_substring_regex(strings, r"^0\d{2,3}-")).astype(np.int64)
    head = np.where(landline, area + hyphen, np.where(lengths >= 11, 3, 0))
    return _starred(run, head, np.where(landline, 2, np.where(lengths >= 11, 4, 2)))


def _license_number(strings: pa.StringArray) -> pa.StringArray:
    return _starred(to_points(strings), 2, 2)


def _household_number(strings: pa.StringArray) -> pa.StringArray:
    return _starred(to_points(strings), 0, 2)


def _address(strings: pa.StringArray) -> pa.StringArray:
    """Down to the county; of what follows not even the length is shown."""
    shown = pc.struct_field(pc.extract_regex(pc.fill_null(strings, ""), _DISTRICT), "shown")
    return pc.binary_join_element_wise(pc.fill_null(shown, ""), "****", "")


def _coordinate(strings: pa.StringArray) -> pa.StringArray:
    """Degrees to two decimals (about 1 km); what is not a number is starred."""
    number = truth(pc.match_substring_regex(strings, r"^-?\d{1,3}(?:\.\d{1,15})?$"))
    degrees = pc.if_else(pa.array(number), strings, "0").cast(pa.float64())
    rounded = pc.round(degrees, ndigits=2).cast(pa.string())
    return pc.if_else(pa.array(number), rounded, _stars(strings))


_RULES: Mapping[str, Callable[[pa.StringArray], pa.StringArray]] = {
    "person_name": _person_name,
    "citizen_id": _citizen_id,
    "phone": _phone,
    "address": _address,
    "license_number": _license_number,
    "coordinate": _coordinate,
    "household_number": _household_number,
}
RULES = tuple(_RULES)
