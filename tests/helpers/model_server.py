"""A server with the API of OpenAI on the loopback, whose replies follow from the request, with the faults of real servers."""

from __future__ import annotations

import argparse
import asyncio
import base64
import contextlib
import hashlib
import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

FAULTS = ("429", "500", "slow", "malformed", "dropped", "truncated", "garbled")
REASONS = {200: "OK", 400: "Bad Request", 401: "Unauthorized", 404: "Not Found", 429: "Too Many Requests", 500: "Error"}


def answer(model: str, content: str) -> str:
    """Return what the server says to a prompt."""
    return f"{model} says {content[::-1]}"


@dataclass
class ModelServer:
    """Each request meets each fault with a share of `faults`, drawn from its text and the number of the attempt.

    More than `capacity` requests at a time are refused with 429. `key` is the only one that is accepted, or the
    only user and password, if it is not empty.
    """

    faults: float = 0.0
    latency: float = 0.0
    capacity: int = 10_000
    key: str = ""
    slow: float = 0.3
    retry_after: str = "0.05"
    port: int = 0
    attempts: Counter[str] = field(default_factory=Counter)
    bodies: list[dict[str, Any]] = field(default_factory=list)
    kinds: Counter[str] = field(default_factory=Counter)
    busy: int = 0
    busiest: int = 0

    @property
    def url(self) -> str:
        """The address."""
        return f"http://127.0.0.1:{self.port}/v1"

    @contextmanager
    def running(self) -> Iterator[ModelServer]:
        """Return a context in which a thread runs the server."""
        started, loop = threading.Event(), asyncio.new_event_loop()
        stop = asyncio.Event()

        def run() -> None:
            loop.run_until_complete(self.serve(stop, started))
            loop.close()

        thread = threading.Thread(target=run)
        thread.start()
        started.wait()
        try:
            yield self
        finally:
            loop.call_soon_threadsafe(stop.set)
            thread.join()

    async def serve(self, stop: asyncio.Event, started: threading.Event) -> None:
        """Serve until the event."""
        server = await asyncio.start_server(self.handle, "127.0.0.1", self.port, backlog=1024)
        self.port = server.sockets[0].getsockname()[1]
        started.set()
        await stop.wait()
        server.close()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0.01)  # the transports close

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection."""
        gone = (asyncio.IncompleteReadError, asyncio.CancelledError, ConnectionError)
        try:
            with contextlib.suppress(*gone):  # the client has hung up, or the server stops
                while await self.reply(reader, writer):
                    pass
        finally:
            writer.close()

    async def reply(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Reply to a request. Return whether the connection stays open."""
        lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
        body = json.loads(await reader.readexactly(int(headers.get("content-length", 0))) or b"{}")
        self.bodies.append(body)
        self.busy += 1
        self.busiest = max(self.busiest, self.busy)
        try:
            kind = self.fault(body)
            self.kinds[kind] += 1
            await asyncio.sleep(self.latency + (self.slow if kind == "slow" else 0.0) if kind != "429" else 0.0)
            status, content = self.content(kind, body, headers)
            if body.get("stream") and status == 200:
                return await self.send(writer, kind, status, pieces(content, kind, body), "text/event-stream")
            return await self.send(writer, kind, status, content)
        finally:
            self.busy -= 1

    def fault(self, body: dict[str, Any]) -> str:
        """Return the fault of an attempt, empty if there is none."""
        if self.busy > self.capacity:
            return "429"
        text = json.dumps(body, sort_keys=True)
        self.attempts[text] += 1
        draw = hashlib.sha256(f"{self.attempts[text]}{text}".encode()).digest()
        number = int.from_bytes(draw[:4], "big") / 2**32
        return next((kind for at, kind in enumerate(FAULTS, 1) if number < at * self.faults), "")

    def content(self, kind: str, body: dict[str, Any], headers: dict[str, str]) -> tuple[int, bytes]:
        """Return the status and the body of a reply."""
        prompt = str(body["messages"][-1]["content"])
        basic = base64.b64encode(self.key.encode()).decode()
        if self.key and headers.get("authorization") not in (f"Bearer {self.key}", f"Basic {basic}"):
            return 401, error(f"Incorrect API key provided: {headers.get('authorization', '').removeprefix('Bearer ')}")
        if body["model"] == "absent":
            return 404, error("the model `absent` does not exist")
        if "forbidden" in prompt:
            return 400, error("this prompt is not allowed")
        if kind in ("429", "500"):
            return int(kind), error("busy" if kind == "429" else "it broke")
        text = answer(body["model"], prompt)
        limit = body.get("max_tokens", 1024)
        words = text.split()
        finish = "length" if len(words) > limit else "stop"
        choice = {
            "index": 0,
            "finish_reason": finish,
            "message": {"role": "assistant", "content": " ".join(words[:limit])},
        }
        usage = {"prompt_tokens": len(prompt.split()), "completion_tokens": min(len(words), limit)}
        reply = {"id": "x", "object": "chat.completion", "model": body["model"], "choices": [choice], "usage": usage}
        return 200, json.dumps(reply).encode()[: -9 if kind == "malformed" and not body.get("stream") else None]

    async def send(
        self, writer: asyncio.StreamWriter, kind: str, status: int, content: bytes, form: str = "application/json"
    ) -> bool:
        """Send a reply, or what a fault leaves of it. Return whether the connection stays open."""
        if kind == "dropped":
            return False
        if kind == "garbled":
            writer.write(b"this is not HTTP\r\n\r\n")
            await writer.drain()
            return False
        retry = f"retry-after: {self.retry_after}\r\n" if status == 429 else ""
        head = f"HTTP/1.1 {status} {REASONS[status]}\r\ncontent-type: {form}\r\n{retry}"
        writer.write(f"{head}content-length: {len(content)}\r\n\r\n".encode())
        writer.write(content[: len(content) // 2] if kind == "truncated" else content)
        await writer.drain()
        return kind != "truncated"


def pieces(content: bytes, kind: str, body: dict[str, Any]) -> bytes:
    """Return a reply as events, one per word; a malformed one has an event that is not JSON, and an unfinished one breaks off."""
    reply = json.loads(content)
    words = reply["choices"][0]["message"]["content"].split(" ")
    deltas = [{"delta": {"content": word if at == 0 else f" {word}"}} for at, word in enumerate(words)]
    events = [{"choices": [delta]} for delta in [*deltas, {"finish_reason": reply["choices"][0]["finish_reason"]}]]
    if body.get("stream_options", {}).get("include_usage"):
        events.append({"choices": [], "usage": reply["usage"]})
    lines = [*map(json.dumps, events), "[DONE]"]
    if kind == "malformed":
        lines[1] = lines[1][:-9]
    if "unfinished" in words[-1]:
        lines = lines[:1]
    if "broken" in words[-1]:
        lines[1:] = [json.dumps({"error": {"message": "it broke amid the reply"}})]
    return "".join(f"data: {line}\n\n" for line in lines).encode()


def error(message: str) -> bytes:
    """Return the body of an error."""
    return json.dumps({"error": {"message": message, "type": "invalid_request_error"}}).encode()


def main() -> None:
    """Serve until the process is killed, after a line with the port."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--faults", type=float, default=0.0)
    parser.add_argument("--latency", type=float, default=0.0)
    parser.add_argument("--capacity", type=int, default=10_000)
    options = parser.parse_args()
    with ModelServer(options.faults, options.latency, options.capacity).running() as server:
        print(server.port, flush=True)  # noqa: T201  # what starts it reads this
        while True:
            time.sleep(60)


if __name__ == "__main__":
    main()
