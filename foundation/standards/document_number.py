"""Standard "document_number": the number of a document of whatever kind, written as identifiers are, so that it meets them."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from foundation.standards.citizen_id import WRITTEN_FOR_X
from foundation.standards.codepoints import nulled, truth
from foundation.standards.conformed import Conformed, Setting, Standard
from foundation.standards.text import RULES, conform_text
from foundation.standards.tidying import SEPARATORS, Tidying, tidy

# Only at the end of 17 digits such a character stands for X.
TIDYING = Tidying(((SEPARATORS, ""), (rf"^(\d{{17}}){WRITTEN_FOR_X}$", r"\1X")), is_contextual=True)


def conform(array: pa.Array, setting: Setting) -> Conformed:
    """Half-width and upper case without blanks and separators; of which kind it is, and whether it holds, is not judged."""
    value, issue = conform_text(array, setting)
    tidied = tidy(value, TIDYING)
    return Conformed(nulled(tidied, truth(pc.equal(tidied, ""))), issue)


STANDARDS = (Standard("document_number", pa.string(), conform, RULES),)
