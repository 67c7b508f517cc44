"""`python -m docs.generate` writes the reference pages; with `--check` it only says which are not current."""

from __future__ import annotations

import sys

from docs.generate.pages import DOCS, outdated, pages


def main() -> int:
    if "--check" in sys.argv[1:]:
        stale = outdated()
        for name in stale:
            print(f"docs/{name} is not current; run `make docs` and commit it.", file=sys.stderr)
        return 1 if stale else 0
    for name, text in pages().items():
        (DOCS / name).write_text(text, encoding="utf-8")
        print(f"docs/{name}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
