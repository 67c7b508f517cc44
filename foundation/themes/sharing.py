"""What of a theme may be shared: the strictest type among an item's sources, and no small counts of people (办法 art. 13, 14-3)."""

from __future__ import annotations

import re
from functools import cached_property

from foundation.catalogue.catalogue import Catalogue
from foundation.catalogue.model import Sensitivity, ShareType
from foundation.catalogue.themes import Theme, ThemeItem
from foundation.sql import quoted
from foundation.themes.names import dataset_of, subject_of, words_of

STRICTNESS = list(ShareType)
SMALLEST = 5  # a smaller number of people could point to one of them
_COUNT = re.compile(r"\s*count\b")


def strictest(types: list[ShareType]) -> ShareType:
    return max(types, key=STRICTNESS.index, default=ShareType.UNCONDITIONAL)


class ThemeSharing:
    """The sharing type of each item of a theme, and the SQL by which what is shared reads."""

    def __init__(self, catalogue: Catalogue, theme: Theme) -> None:
        self.catalogue = catalogue
        self.theme = theme

    @cached_property
    def inherited(self) -> dict[str, ShareType]:
        """Item -> the strictest type among what it is made from."""
        types: dict[str, ShareType] = {}
        for name in self.theme.base:
            types[name] = self._library_item(self.theme.grain, name)
        types[self.catalogue.tables[self.theme.grain].key] = ShareType.UNCONDITIONAL
        for name, item in self.theme.items.items():
            types[name] = self._of_source(item) if item.source else self._of_words(item.value, types)
        return types

    @cached_property
    def types(self) -> dict[str, ShareType]:
        """Item -> its type: the one declared, else inherited; never looser than what decides which rows there are."""
        types: dict[str, ShareType] = {}
        for name, inherited in self.inherited.items():
            item = self.theme.items.get(name)
            if item is None or (item.source and item.sharing is None):
                types[name] = inherited
            else:
                types[name] = item.sharing or self._of_words(item.value, types)
        floor = self._of_words(self.theme.rows or "", types)
        return {name: strictest([type_, floor]) for name, type_ in types.items()}

    @property
    def shared(self) -> list[str]:
        """The items that are written to `share`; none where only the library's own base items could be."""
        wanted = [*self.theme.base, *self.theme.items]
        shared = [name for name in wanted if self.types[name] == ShareType.UNCONDITIONAL]
        return shared if set(shared) & set(self.theme.items) else []

    def speaks_of_persons(self, item: ThemeItem) -> bool:
        """Whether an item tells of the people of a row that is not itself a person."""
        if item.source is None:
            return False
        return self._is_personal(subject_of(self.catalogue, self.theme.sources[item.source])) and not self._is_personal(
            self.theme.grain
        )

    def counts_persons(self, item: ThemeItem) -> bool:
        return self.speaks_of_persons(item) and _COUNT.match(item.value) is not None

    def shown(self, name: str) -> str:
        """SQL for a shared item: NULL where it, or a count that it is worked out from, is of one to four people."""
        small = " OR ".join(f"{quoted(count)} BETWEEN 1 AND {SMALLEST - 1}" for count in self._counts_under(name))
        return f"CASE WHEN {small} THEN NULL ELSE {quoted(name)} END" if small else quoted(name)

    def _counts_under(self, name: str) -> list[str]:
        item = self.theme.items.get(name)
        if item is None:
            return []
        if item.source is not None:
            return [name] if self.counts_persons(item) else []
        return list(dict.fromkeys(one for word in sorted(words_of(item.value)) for one in self._counts_under(word)))

    def _is_personal(self, table: str) -> bool:
        identity = self.catalogue.tables[table].identity
        items = self.catalogue.items[self.catalogue.tables[table].subject]
        return identity is not None and items[identity.identifier].sensitivity != Sensitivity.PUBLIC

    def _of_source(self, item: ThemeItem) -> ShareType:
        """A department's records have the type of their dataset; library rows that of the items that are used."""
        assert item.source is not None
        source = self.theme.sources[item.source]
        parts = [item.value, source.where or "", source.by or "", *source.until]
        words = {word for part in parts for word in words_of(part)}
        subject = subject_of(self.catalogue, source)
        prefix = "record." if source.library else "entity."
        named = [word.removeprefix(prefix) for word in words if word.startswith(prefix) or source.library]
        types = [self._library_item(subject, word) for word in named]
        if source.dataset:
            types.append(self.catalogue.datasets[dataset_of(source)[0]].sharing.type)
        return strictest(types)

    def _library_item(self, table: str, name: str) -> ShareType:
        item = self.catalogue.tables[table].items.get(name)
        return ShareType.UNCONDITIONAL if item is None or item.base else ShareType.CONDITIONAL

    def _of_words(self, expression: str, types: dict[str, ShareType]) -> ShareType:
        return strictest([types[word] for word in words_of(expression) if word in types])
