"""The charts' runtime (Vega, Vega-Lite and Vega-Embed, BSD-3-Clause), inlined into every page.

`python -m quality.reports.vega` writes it anew from vl-convert-python, after a new version of Altair. It lies beside the
templates because making it takes seconds and a JavaScript engine, every night the same.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

FILE = Path(__file__).parent / "templates" / "vega.js"
VEGA_LITE = "6.4"


@cache
def runtime() -> str:
    return FILE.read_text(encoding="utf-8")


def write() -> None:
    import vl_convert

    FILE.write_text(
        vl_convert.javascript_bundle(vl_version=VEGA_LITE).replace("</script", "<\\/script"), encoding="utf-8"
    )


if __name__ == "__main__":
    write()
