"""The linkage models by library table."""

from __future__ import annotations

from foundation.linkage.organization_model import ORGANIZATION
from foundation.linkage.person_model import PERSON
from foundation.linkage.spec import LinkModel

MODELS: dict[str, LinkModel] = {"person": PERSON, "legal_entity": ORGANIZATION}
