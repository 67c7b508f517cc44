"""Serving the reports of `$ONESOURCE_HOME/reports` as they lie there, to this machine only."""

from __future__ import annotations

from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


class _Pages(SimpleHTTPRequestHandler):
    """Static files, no listing of folders, nothing remembered by the browser."""

    def list_directory(self, path: Any) -> None:
        self.send_error(404)

    def end_headers(self) -> None:
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        super().end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        pass


def server(home: Path, port: int) -> ThreadingHTTPServer:
    """A server on 127.0.0.1 over the reports; port 0 takes a free one."""
    return ThreadingHTTPServer(("127.0.0.1", port), partial(_Pages, directory=str(home / "reports")))
