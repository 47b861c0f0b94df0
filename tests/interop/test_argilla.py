"""Argilla reads the folder as `Dataset.from_disk` does; a server answers who the user is, and no more."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from uuid import UUID

import pytest
from interop import pairs

pytest.importorskip("argilla", exc_type=ImportError)
pytestmark = [pytest.mark.interop, pytest.mark.filterwarnings("ignore")]


ME = {"id": str(UUID(int=1)), "username": "annotator", "role": "owner", "first_name": "Ann"}


class Server(BaseHTTPRequestHandler):
    """Answers every request with the user."""

    def do_GET(self) -> None:
        """Send the user."""
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(ME).encode())

    def log_message(self, *_: object) -> None:
        """Print nothing."""


@pytest.fixture(autouse=True)
def _client() -> Iterator[None]:
    """A client, without which Argilla makes no question."""
    import argilla as rg

    server = HTTPServer(("127.0.0.1", 0), Server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    rg.Argilla(api_url=f"http://127.0.0.1:{server.server_port}", api_key="any")
    yield
    server.shutdown()


def test_folder(exports: Path) -> None:
    """The files are where `Dataset.from_disk` looks for them, and name the dataset."""
    import argilla as rg

    dataset, settings, records = rg.Dataset._define_child_paths(exports / "argilla")
    assert rg.Dataset._load_dataset_model(dataset).name == "zebra"
    assert settings.is_file()
    assert records.is_file()


def test_records(exports: Path) -> None:
    """Records have the fields, metadata and labels that the settings declare, and suggest the chosen response."""
    import argilla as rg
    from argilla.records._io import JsonIO

    settings = rg.Settings.from_json(exports / "argilla/.argilla/settings.json")
    settings.validate()
    fields = {field.name for field in settings.fields}
    metadata = {each.name for each in settings.metadata}
    (question,) = settings.questions
    labels = question.labels
    records = JsonIO._records_from_json(exports / "argilla/records.json")
    assert [record.fields["prompt"] for record in records] == pairs.PROMPTS
    for record, chosen in zip(records, pairs.CHOSEN, strict=True):
        suggestion = record.suggestions[question.name].value
        assert set(record.fields.to_dict()) == fields
        assert set(record.metadata) == metadata
        assert suggestion in labels
        assert record.fields[suggestion] == chosen


def test_models(exports: Path) -> None:
    """A record becomes what is sent to the server: the metadata say which model wrote which response."""
    from argilla.records._io import JsonIO

    for record in JsonIO._records_from_json(exports / "argilla/records.json"):
        sent = record.api_model().model_dump()
        models = {sent["metadata"]["model_1"], sent["metadata"]["model_2"]}
        assert models == {pairs.BEST, pairs.WORST}
