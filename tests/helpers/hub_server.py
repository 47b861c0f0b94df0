"""A server with the API of the Hugging Face Hub on the loopback: repositories, branches, commits and pull requests."""

from __future__ import annotations

import base64
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import yaml

KINDS = {"datasets": "dataset", "models": "model"}
COMMIT = "0" * 40


@dataclass
class HubServer:
    """Repositories by `KIND/NAME`, each with the files of its branches. `token` is the only one that is accepted."""

    token: str = "hf_of_the_test"  # noqa: S105  # of this server alone
    url: str = ""
    read_only: bool = False
    repositories: dict[str, dict[str, dict[str, bytes]]] = field(default_factory=dict)
    private: dict[str, bool] = field(default_factory=dict)
    messages: list[str] = field(default_factory=list)

    @contextmanager
    def running(self) -> Iterator[HubServer]:
        """Return a context in which a thread runs the server."""
        server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            server.shutdown()
            server.server_close()
            thread.join()

    def reply(self, method: str, path: str, query: dict[str, list[str]], body: bytes) -> tuple[int, Any, str]:
        """Return status, content and error code of the reply to a request."""
        if path == "/api/validate-yaml":
            return self.validate(json.loads(body))
        if self.read_only and method != "GET":
            return 403, {"error": "you have no write access"}, ""
        if path == "/api/repos/create":
            return self.create(json.loads(body))
        match = re.fullmatch(r"/api/(datasets|models)/([^/]+/[^/]+)(?:/(\w+)(?:/([^/]+))?)?", path)
        if match is None:
            return 404, {"error": f"no such address: {path}"}, ""
        kind, name, action, revision = match.groups()
        key = f"{KINDS[kind]}/{name}"
        if key not in self.repositories:
            return 404, {"error": "Repository not found"}, "RepoNotFound"
        return self.of_repository(key, action or "", unquote(revision or "main"), query, body)

    def validate(self, values: dict[str, Any]) -> tuple[int, Any, str]:
        """Reply to a card: its front matter must be YAML with a licence that is a word."""
        match = re.match(r"---\n(.*?)\n---\n", values["content"], flags=re.DOTALL)
        metadata = yaml.safe_load(match[1]) if match else {}
        if " " in metadata.get("license", ""):
            return 400, {"errors": [{"message": '"license" must be one of the known ones'}], "warnings": []}, ""
        return 200, {"errors": [], "warnings": []}, ""

    def create(self, values: dict[str, Any]) -> tuple[int, Any, str]:
        """Create a repository."""
        kind, owner = values.get("type", "model"), values.get("organization")
        name = f"{owner}/{values['name']}" if owner else values["name"]
        key = f"{kind}/{name}"
        self.repositories[key] = {"main": {".gitattributes": b"*.parquet filter=lfs\n"}}
        self.private[key] = bool(values.get("private") or values.get("visibility") == "private")
        return 200, {"url": f"{self.url}/{'datasets/' * (kind == 'dataset')}{name}", "name": name}, ""

    def of_repository(
        self, key: str, action: str, revision: str, query: dict[str, list[str]], body: bytes
    ) -> tuple[int, Any, str]:
        """Reply to a request about a repository that exists."""
        branches = self.repositories[key]
        if action == "branch":
            branches.setdefault(revision, dict(branches["main"]))
            return 200, {}, ""
        if revision not in branches:
            return 404, {"error": f"Invalid rev id: {revision}"}, "RevisionNotFound"
        files = branches[revision]
        if action == "tree":
            entries = [{"type": "file", "path": path, "size": len(data), "oid": COMMIT} for path, data in files.items()]
            return 200, entries, ""
        if action == "preupload":
            asked = json.loads(body)["files"]
            return (
                200,
                {"files": [{"path": f["path"], "uploadMode": "regular", "shouldIgnore": False} for f in asked]},
                "",
            )
        if action == "commit":
            return self.commit(key, files, query, body)
        return 200, {"id": key.partition("/")[2], "sha": COMMIT, "private": False, "siblings": []}, ""

    def commit(
        self, key: str, files: dict[str, bytes], query: dict[str, list[str]], body: bytes
    ) -> tuple[int, Any, str]:
        """Apply a commit to a branch, or to a pull request."""
        proposed = query.get("create_pr") == ["1"]
        if proposed:
            files = self.repositories[key].setdefault("refs/pr/1", dict(files))
        for line in map(json.loads, body.splitlines()):
            value = line["value"]
            if line["key"] == "header":
                self.messages.append(value["summary"])
            elif line["key"] == "file":
                files[value["path"]] = base64.b64decode(value["content"])
            elif line["key"] == "deletedFile":
                files.pop(value["path"])
        address = f"{self.url}/{key.replace('dataset/', 'datasets/')}"
        reply = {"success": True, "commitOid": COMMIT, "commitUrl": f"{address}/commit/{COMMIT}"}
        return 200, {**reply, **({"pullRequestUrl": f"{address}/discussions/1"} if proposed else {})}, ""


def _handler(hub: HubServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: Any) -> None:
            """Print nothing."""

        def do_GET(self) -> None:  # the library's name
            self.answer()

        def do_POST(self) -> None:  # the library's name
            self.answer()

        def answer(self) -> None:
            address = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, content, code = 401, {"error": "Invalid username or password."}, ""
            accepted = self.headers.get("Authorization") == f"Bearer {hub.token}"
            if accepted or address.path == "/api/validate-yaml":
                status, content, code = hub.reply(self.command, address.path, parse_qs(address.query), body)
            data = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            if code:
                self.send_header("X-Error-Code", code)
            self.end_headers()
            self.wfile.write(data)

    return Handler
