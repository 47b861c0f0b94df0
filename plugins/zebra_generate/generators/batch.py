"""The generator for the batch files of OpenAI's API: requests are written to a file, and responses read from another."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import xxhash

import zebra_core as zebra
from zebra_generate.asking.waiting import Waiting
from zebra_generate.generators.replies import Fault, response_of
from zebra_generate.generators.sampling import Sampling

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MOST = 50_000
"""Requests that a file may have."""
REQUESTS = ".requests.jsonl"
"""The end of the names of files of requests; every other .jsonl file in the folder has results."""


@attrs.frozen
class Batch(Sampling):
    """Batch files of OpenAI's API, which cost less: it writes the requests to a folder, and reads the results from there.

    The first call writes `MODEL-0.requests.jsonl` and ends. Send it, save the results in the same folder as a .jsonl file with
    any name, and give the same command again.
    """

    folder: Path = zebra.option(Path("batches"), "Folder of the requests and of the results.")

    def __call__(self, prompts: Sequence[zebra.Messages], model: str) -> list[zebra.Response]:
        """Return a response per prompt, in order. Raise ZebraError if there are none yet."""
        responses = dict(self.stream(prompts, model))
        return [responses[number] for number in range(len(prompts))]

    def stream(self, prompts: Sequence[zebra.Messages], model: str) -> Iterator[tuple[int, zebra.Response]]:
        """Yield the responses in the results. Raise Waiting, once the other requests are written, if some are missing."""
        bodies = [self._body(messages, model) for messages in prompts]
        keys = [_key(body) for body in bodies]
        results = self._results({*keys}) if prompts else {}
        for number, key in enumerate(keys):
            if key in results:
                yield number, _response(results[key], bodies[number]["seed"])
        missing = {key: body for key, body in zip(keys, bodies, strict=True) if key not in results}
        if missing:
            files = " and ".join(map(str, self._write(missing, model)))
            msg = (
                f"{len(missing):,} requests to {model!r} are in {files}; send them to the batch API, save the results as a .jsonl "
                f"file in {self.folder}, and give the same command again"
            )
            raise Waiting(msg)

    def settings(self, model: str) -> dict[str, Any]:
        """Return the model and the sampling options."""
        return {"model": model, **self.sampling(), "seed": self.seed}

    def _body(self, messages: zebra.Messages, model: str) -> dict[str, Any]:
        return {"model": model, "messages": [*messages], **self.sampling(), "seed": self.request_seed(messages)}

    def _results(self, keys: set[str]) -> dict[str, dict[str, Any]]:
        """Return the lines of results by the keys of their requests."""
        results = {}
        for path in sorted(self.folder.glob("*.jsonl")):
            if path.name.endswith(REQUESTS):
                continue
            for line in path.read_text(encoding="utf-8").splitlines():
                try:
                    entry = json.loads(line)
                    key = entry["custom_id"]
                except (ValueError, TypeError, KeyError) as error:
                    msg = f"{path} is not a file of results of the batch API; take it out of the folder"
                    raise zebra.ZebraError(msg) from error
                if key in keys:
                    results[key] = entry
        return results

    def _write(self, bodies: dict[str, dict[str, Any]], model: str) -> list[Path]:
        """Write requests to files of at most `MOST`."""
        lines = [
            json.dumps({"custom_id": key, "method": "POST", "url": "/v1/chat/completions", "body": body}) + "\n"
            for key, body in bodies.items()
        ]
        name, paths = re.sub(r"[^\w.-]+", "-", model), []
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            for number, start in enumerate(range(0, len(lines), MOST)):
                path = self.folder / f"{name}-{number}{REQUESTS}"
                zebra.storage.write_durably(path, "".join(lines[start : start + MOST]))
                paths.append(path)
        except OSError as error:
            msg = f"cannot write to {self.folder}: {error.strerror}; name another folder with --set batch.folder=DIR"
            raise zebra.ZebraError(msg) from error
        return paths


def _key(body: dict[str, Any]) -> str:
    return xxhash.xxh3_128_hexdigest(json.dumps(body, sort_keys=True).encode())


def _response(entry: dict[str, Any], seed: int) -> zebra.Response:
    """Return the response in a line of results, or the failure."""
    reply = entry.get("response") or {}
    status, error = reply.get("status_code", 200), entry.get("error")
    if error or status != 200:
        return zebra.Response(None, seed=seed, error=f"{status}: {json.dumps(error or reply.get('body'))}"[:300])
    try:
        return attrs.evolve(response_of(reply.get("body"), seed, 0.0), seconds=None)
    except Fault as fault:
        return zebra.Response(None, seed=seed, error=fault.reason)
