"""The local server of `zebra report --serve`: the page and its answers, for this machine, and for whom the address was printed."""

from __future__ import annotations

import errno
import hmac
import secrets
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

import attrs
import click

import zebra_core as zebra
from zebra_report.serving.answers import Answers, as_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zebra_report.page import Page

HOST = "127.0.0.1"
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
"""What every answer says: it is kept nowhere, and no other page may show or read it."""


class Server(ThreadingHTTPServer):
    """A server on the loopback interface, whose paths begin with a random token."""

    def __init__(self, page: Page, answers: Answers, port: int) -> None:
        self.html, self.answers, self.token = page.html(connects=True).encode(), answers, secrets.token_urlsafe(24)
        super().__init__((HOST, port), Handler)

    @property
    def address(self) -> str:
        """The address of the page."""
        return f"http://{HOST}:{self.server_port}/{self.token}/"

    def handle_error(self, request: object, client_address: object) -> None:
        """Print what went wrong, unless it is that a page no longer waits for its answer."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class Handler(BaseHTTPRequestHandler):
    """Answers requests that know the token, and name the server as this machine does."""

    server: Server
    server_version, sys_version = "zebra", ""
    protocol_version = "HTTP/1.1"
    timeout = 60

    def do_GET(self) -> None:
        """Answer with the page, or with JSON."""
        hosts = [f"{name}:{self.server.server_port}" for name in (HOST, "localhost")]
        if self.headers.get_all("Host", []) not in [[host] for host in hosts]:
            self._send(403, b"This server answers to its own address only.\n", "text/plain")
            return
        path, _, query = self.path.partition("?")
        token, _, name = path.removeprefix("/").partition("/")
        if not hmac.compare_digest(token.encode(), self.server.token.encode()):
            self._send(
                404, b"There is no such page; the address is printed where the server was started.\n", "text/plain"
            )
        elif not name and path.endswith("/"):
            self._send(200, self.server.html, "text/html")
        else:
            self._answer(name, dict(parse_qsl(query, keep_blank_values=True)))

    def _answer(self, name: str, parameters: Mapping[str, str]) -> None:
        try:
            self._send(200, as_json(self.server.answers.answer(name, parameters)), "application/json")
        except KeyError:
            self._send(404, as_json({"error": f"there is no {name[:40]!r}; reload the page"}), "application/json")
        except zebra.ZebraError as error:
            self._send(400, as_json({"error": str(error)}), "application/json")

    def _send(self, status: int, content: bytes, kind: str) -> None:
        self.send_response(status)
        for name, value in {
            **HEADERS,
            "Content-Type": f"{kind}; charset=utf-8",
            "Content-Length": str(len(content)),
        }.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Print nothing: the address has the token."""


def serve_page(
    page: Page,
    dataset: zebra.Dataset,
    plugins: zebra.Plugins,
    lints: Mapping[str, zebra.LintResult],
    port: int,
) -> None:
    """Serve a page whose part `pairs` has all pairs, until it is interrupted, and print its address.

    Port 0 is a free one. Raise ZebraError if the port is taken, or if a file cannot be read.
    """
    with TemporaryDirectory(prefix="zebra-report-") as folder:
        if dataset.export is not None:
            click.echo("Restoring the pairs of the export, which may take a while ...")
        answers = Answers.of(dataset, plugins, lints, Path(folder))
        whole = attrs.evolve(page, parts={**page.parts, "pairs": answers.panel})
        with _listening(whole, answers, port) as server:
            click.echo(f"The report with all pairs is at {server.address} (Ctrl-C ends it)")
            server.serve_forever()


def _listening(page: Page, answers: Answers, port: int) -> Server:
    try:
        return Server(page, answers, port)
    except OSError as error:
        reasons = {errno.EADDRINUSE: "it is in use", errno.EACCES: "it needs more rights"}
        reason = reasons.get(error.errno or 0, error.strerror or str(error))
        msg = f"cannot listen on port {port}: {reason}; choose another --port, or leave it out for a free one"
        raise zebra.ZebraError(msg) from error
