"""A web server on the loopback that wants a login: a user and a password, or a token in the address."""

from __future__ import annotations

import base64
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

USER, PASSWORD, TOKEN = "anna", "pw-7f3a9c", "tok-51d0e2"


@contextmanager
def serving(files: Mapping[str, bytes]) -> Iterator[str]:
    """Serve files by path. Yield the host and port."""

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            """Print nothing."""

        def do_HEAD(self) -> None:  # the library's name
            self.answer(b"")

        def do_GET(self) -> None:  # the library's name
            self.answer(files.get(urlsplit(self.path).path, b""))

        def answer(self, body: bytes) -> None:
            address = urlsplit(self.path)
            login = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
            allowed = self.headers.get("Authorization") == f"Basic {login}"
            allowed |= parse_qs(address.query).get("token") == [TOKEN]
            self.send_response((200 if address.path in files else 404) if allowed else 401)
            size = len(files.get(address.path, b"")) if allowed else 0
            self.send_header("Content-Length", str(size))
            self.send_header("ETag", "one")
            self.end_headers()
            self.wfile.write(body[:size])

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
