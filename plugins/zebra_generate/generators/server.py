"""The generator for servers with the API of OpenAI: hosted ones, vLLM, SGLang, llama.cpp, Ollama."""

from __future__ import annotations

import asyncio
import os
from base64 import b64encode
from functools import partial
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import unquote, urlsplit

import attrs

import zebra_core as zebra
from zebra_core.redaction import remember_secret, remember_secrets
from zebra_generate.generators.gate import Gate
from zebra_generate.generators.sampling import Sampling
from zebra_generate.generators.sender import Sender
from zebra_generate.generators.streamed import whole_reply
from zebra_generate.generators.window import LARGEST, Window

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from zebra_generate.generators.replies import Fault

OFFICIAL = "https://api.openai.com/v1"
"""The server that is asked if none is named."""
LIBRARIES = ("openai", "aiohttp")


@attrs.frozen
class OpenAI(Sampling):
    """A server with the API of OpenAI, such as vLLM, SGLang, llama.cpp, Ollama or a hosted one; `openai:MODEL[@URL]`.

    As many requests are in flight as the server answers faster with. The key is taken from OPENAI_API_KEY.
    """

    base_url: str = zebra.option(
        "", "Address of the server, such as http://localhost:8000/v1; OPENAI_BASE_URL if empty.", code="."
    )
    api_key: str = zebra.option(
        "", "Key of the server; OPENAI_API_KEY if empty, which no other program sees.", secret=True, repr=False
    )
    concurrency: int = zebra.option(
        0,
        "Requests in flight; 0 adapts their number to the server.",
        flag="--concurrency",
        validator=attrs.validators.ge(0),
    )
    retries: int = zebra.option(
        5, "How often a request is sent again if a fault may pass.", validator=attrs.validators.ge(0)
    )
    timeout: float = zebra.option(600.0, "Seconds to wait for a reply.", validator=attrs.validators.gt(0))
    tokens_field: Literal["max_tokens", "max_completion_tokens"] = zebra.option(
        "max_tokens", "How the server calls the maximum number of tokens; OpenAI's reasoning models want the second."
    )
    in_pieces: bool = zebra.option(
        default=False,
        help="Ask for replies in pieces (streaming): some proxies end connections on which nothing comes for long.",
    )
    extra: dict[str, Any] = zebra.option(factory=dict, help="Further fields of each request, such as top_k or stop.")

    def check(self, model: str) -> None:
        """Raise ZebraError if the library, the address of the server or the key is missing."""
        zebra.require_extra("generate", "the generator openai", LIBRARIES)
        self._key(self._address(model)[1])

    def __call__(self, prompts: Sequence[zebra.Messages], model: str) -> list[zebra.Response]:
        """Return a response per prompt, in order."""
        responses = dict(self.stream(prompts, model))
        return [responses[number] for number in range(len(prompts))]

    def stream(self, prompts: Sequence[zebra.Messages], model: str) -> Iterator[tuple[int, zebra.Response]]:
        """Yield each response when it is there. Raise ZebraError if the server cannot be used."""
        zebra.require_extra("generate", "the generator openai", LIBRARIES)
        name, url = self._address(model)
        key = self._key(url)
        window = Window(self.concurrency or Window().size, fixed=bool(self.concurrency))
        with asyncio.Runner() as runner:
            client = _client(url, key, self.timeout, self.concurrency or LARGEST)
            post = partial(client.post, "/chat/completions", cast_to=object)
            sender = Sender(
                [self.body(messages, name) for messages in prompts],
                partial(whole_reply, post) if self.in_pieces else lambda body: post(body=body),
                Gate(window),
                self.retries + 1,
                self.timeout,
                partial(_explain, name, url),
            )
            try:
                while results := runner.run(sender.take()):
                    yield from results
            finally:
                runner.run(sender.stop())
                runner.run(client.close())

    def settings(self, model: str) -> Mapping[str, Any]:
        """Return the model and what its responses depend on: neither the key, nor where the server is."""
        name, _ = self._address(model)
        return {"model": name, **self.sampling(), "seed": self.seed, **self.extra}

    def body(self, messages: zebra.Messages, name: str) -> dict[str, Any]:
        """Return the body of a request."""
        sampling = self.sampling()
        limit = sampling.pop("max_tokens")
        seed = self.request_seed(messages)
        return {
            "model": name,
            "messages": [*messages],
            **sampling,
            self.tokens_field: limit,
            "seed": seed,
            **self.extra,
        }

    def _address(self, model: str) -> tuple[str, str]:
        """Return the name of a model and the address of its server."""
        name, at, url = model.partition("@http")
        address = f"http{url}" if at else self.base_url or os.environ.get("OPENAI_BASE_URL", "") or OFFICIAL
        if not address.startswith(("http://", "https://")):
            msg = f"{address!r} is not the address of a server; set one such as --set openai.base_url=http://localhost:8000/v1"
            raise zebra.ZebraError(msg)
        remember_secrets(address)
        return name, address.rstrip("/")

    def _key(self, url: str) -> str:
        key = self.api_key or os.environ.get("OPENAI_API_KEY", "")
        if not key and url == OFFICIAL:
            msg = (
                "there is no key for api.openai.com; set the variable OPENAI_API_KEY, or name a server of your own with "
                "--set openai.base_url=URL"
            )
            raise zebra.ZebraError(msg)
        remember_secret(key)
        return key or "none"


def _client(url: str, key: str, timeout: float, connections: int) -> Any:
    import httpx2  # noqa: PLC0415  # in an extra
    import openai  # noqa: PLC0415

    limits = httpx2.Limits(max_connections=connections, max_keepalive_connections=connections)
    client = openai.DefaultAioHttpClient(limits=limits, timeout=timeout)  # half the CPU time of the default
    address, headers = _with_login(url)
    return openai.AsyncOpenAI(
        api_key=key, base_url=address, default_headers=headers, max_retries=0, timeout=timeout, http_client=client
    )


def _with_login(url: str) -> tuple[str, dict[str, str]]:
    """Return an address without user and password, and the header that they become; aiohttp takes no other header with them."""
    parts = urlsplit(url)
    login, at, host = parts.netloc.rpartition("@")
    if not at:
        return url, {}
    basic = b64encode(unquote(login).encode()).decode()
    remember_secret(basic)
    return parts._replace(netloc=host).geturl(), {"Authorization": f"Basic {basic}"}


def _explain(name: str, url: str, fault: Fault) -> zebra.ZebraError:
    """Return the error for a fault that ends the run, with its remedy."""
    remedies = {
        401: "check the key in the variable OPENAI_API_KEY",
        402: "the account has no quota left; pay for more, or use another key in OPENAI_API_KEY",
        403: "check what the key in OPENAI_API_KEY may be used for",
        404: f"check the model's name after `openai:` against {url}/models, and the address, --set openai.base_url=URL",
    }
    reach = "check that it runs, and the address: --set openai.base_url=URL, or the variable OPENAI_BASE_URL"
    msg = f"the server {zebra.storage.shown(url)} does not answer for {name!r} ({fault.reason}); {remedies.get(fault.status, reach)}"
    return zebra.ZebraError(msg)
