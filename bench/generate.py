"""Generate a pool from a server with faults: each request is there once, after kills too, nearly as fast as a bare client can.

    python bench/generate.py --prompts 10000 --models 4 --kills 50

The server of the tests runs in a process of its own. A bare client (asyncio and httpx2, a fixed number of requests in flight,
and another attempt at once after a fault) asks it the same, in turn with the generator, `--pairs` times. Needs the extra
`generate`.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import shutil
import subprocess
import sys
import time
from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq

import zebra_core as zebra
from zebra_generate.asking.ask import Reporting, Settings
from zebra_generate.generators.server import OpenAI
from zebra_generate.keeping.folder import Target
from zebra_generate.requests.prompts import read_prompts
from zebra_generate.requests.request import Model, Request
from zebra_generate.run import generate, requests_of

if TYPE_CHECKING:
    from collections.abc import Iterator

SERVER = Path(__file__).parents[1] / "tests/helpers/model_server.py"


@contextmanager
def server(options: argparse.Namespace) -> Iterator[str]:
    """Return a context with the address of a server with faults."""
    faults = ("--faults", str(options.faults), "--latency", str(options.latency), "--capacity", str(options.capacity))
    process = subprocess.Popen([sys.executable, SERVER, *faults], stdout=subprocess.PIPE, text=True)
    assert process.stdout  # noqa: S101  # it is a pipe
    try:
        yield f"http://127.0.0.1:{int(process.stdout.readline())}/v1"
    finally:
        process.kill()
        process.wait()


async def ask_bare(bodies: list[dict[str, Any]], url: str, concurrency: int) -> float:
    """Return the requests per second of a bare client."""
    import httpx2

    limits = httpx2.Limits(max_connections=concurrency, max_keepalive_connections=concurrency)
    pending = iter(bodies)

    async def work(client: httpx2.AsyncClient) -> None:
        for body in pending:
            while not await answered(client, body):
                pass

    async def answered(client: httpx2.AsyncClient, body: dict[str, Any]) -> bool:
        try:
            reply = await client.post(f"{url}/chat/completions", json=body)
            return reply.status_code == 200 and bool(reply.json()["choices"][0]["message"]["content"])
        except (httpx2.HTTPError, ValueError):
            return False

    begun = time.perf_counter()
    async with httpx2.AsyncClient(limits=limits, timeout=60) as client:
        await asyncio.gather(*(work(client) for _ in range(concurrency)))
    return len(bodies) / (time.perf_counter() - begun)


def make_requests(prompts: Path, count: int, url: str, concurrency: int) -> list[Request]:
    """Return the requests to the models of the server."""
    values = {"retries": 9, "concurrency": concurrency, "base_url": url}
    generator = zebra.Component("generator", "openai", "generate", OpenAI).bind(values)
    models = [Model(f"m{number}", generator, f"m{number}") for number in range(count)]
    return requests_of(read_prompts(str(prompts)), models)


def check(pool: Path, requests: list[Request]) -> None:
    """Raise SystemExit unless each request is a row, once."""
    rows = pq.read_table(pool, columns=["id", "model", "response", "error"]).to_pylist()
    present = Counter((row["id"], row["model"]) for row in rows)
    expected = Counter((request.prompt.id, request.model.name) for request in requests)
    failed = sum(row["response"] is None for row in rows)
    unexplained = sum((row["response"] is None) == (row["error"] is None) for row in rows)
    print(
        f"{len(rows):,} rows, {failed:,} failed; lost {(expected - present).total()}, twice {(present - expected).total()}"
    )
    if present != expected or unexplained:
        sys.exit("the pool is not complete")


def compare(prompts: Path, options: argparse.Namespace) -> list[Request]:
    """Print how fast the generator is beside the bare client, check its pools, and return the requests."""
    rates: dict[str, list[float]] = {"bare": [], "same": [], "adaptive": []}
    for number in range(options.pairs):
        for name, concurrency in (("same", options.concurrency), ("adaptive", 0)):
            pool = options.folder / f"{name}-{number}"
            with server(options) as url:
                requests = make_requests(prompts, options.models, url, concurrency)
                begun = time.perf_counter()
                generate(requests, Target(pool), Settings(), Reporting(print, lambda _: None))
                rates[name].append(len(requests) / (time.perf_counter() - begun))
            check(pool, requests)
        bodies = [OpenAI().body(request.messages, request.model.location) for request in requests]
        with server(options) as url:
            rates["bare"].append(asyncio.run(ask_bare(bodies, url, options.concurrency)))
    print(f"bare client  {median(rates['bare']):,.0f} requests/s with {options.concurrency} in flight")
    for name in ("same", "adaptive"):
        ratios = [own / bare for own, bare in zip(rates[name], rates["bare"], strict=True)]
        each = ", ".join(f"{ratio:.2f}" for ratio in ratios)
        print(f"{name:<11}  {median(rates[name]):,.0f} requests/s, {median(ratios):.2f} of the bare client ({each})")
    return requests


def generate_killed(prompts: Path, options: argparse.Namespace, url: str, pool: Path) -> int:
    """Run the command, kill it at random moments, and let the last run finish. Return the number of kills."""
    models = [word for number in range(options.models) for word in ("--model", f"m{number}=openai:m{number}")]
    settings = ["--set", f"openai.base_url={url}", "--set", "openai.retries=9"]
    command = [sys.executable, "-m", "zebra_core", "generate", prompts, *models, *settings, "-o", pool]
    draw, kills = random.Random(options.seed), 0
    while True:
        process = subprocess.Popen(command, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        try:
            code = process.wait(draw.uniform(2, options.longest) if kills < options.kills else None)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            kills += 1
            if pool.exists():  # the pool was finished before the process could end
                return kills
            continue
        if code:
            sys.exit(f"zebra generate ended with exit code {code}")
        return kills


def main() -> None:
    """Print the rates, and whether the pools are complete and the same."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--prompts", type=int, default=1_000)
    parser.add_argument("--models", type=int, default=4)
    parser.add_argument("--faults", type=float, default=0.02, help="share of each fault")
    parser.add_argument("--latency", type=float, default=0.2)
    parser.add_argument("--capacity", type=int, default=10_000, help="requests at a time; more are refused")
    parser.add_argument("--concurrency", type=int, default=32, help="requests in flight of both clients")
    parser.add_argument("--pairs", type=int, default=3, help="comparisons of the two clients")
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--longest", type=float, default=8.0, help="seconds until a kill, at most")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--folder", type=Path, default=Path("bench-pools/generate"))
    options = parser.parse_args()
    shutil.rmtree(options.folder, ignore_errors=True)
    options.folder.mkdir(parents=True)
    prompts = options.folder / "prompts.txt"
    prompts.write_text("".join(f"what is {n} and why is it so\n" for n in range(options.prompts)), encoding="utf-8")
    requests = compare(prompts, options)
    if options.kills:
        with server(options) as url:
            kills = generate_killed(prompts, options, url, options.folder / "killed")
        check(options.folder / "killed", requests)
        first, killed = (sorted((options.folder / name).glob("*.parquet")) for name in ("same-0", "killed"))
        same = [each.read_bytes() for each in first] == [each.read_bytes() for each in killed]
        print(f"{kills} kills, the pool is {'the same' if same else 'another'}")
        if not same:
            sys.exit(1)


if __name__ == "__main__":
    main()
