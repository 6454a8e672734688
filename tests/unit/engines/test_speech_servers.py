"""The loopback speech services are as strict as the live ones."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
import requests

from tests.doubles.deepgram_server import DeepgramServer
from tests.doubles.groq_server import GroqServer
from tests.doubles.openai_server import OpenAIServer
from tests.doubles.sounds import flac, tone

SOUND = flac(tone(0.5))
PATH = "/openai/v1/audio/transcriptions"
GOOD: dict[str, Any] = {"model": "whisper-large-v3"}
BEARER = {"Authorization": "Bearer test-key"}


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({}, 200),
        ({"data": {**GOOD, "response_format": "text"}}, 200),
        ({"headers": {}}, 401),
        ({"headers": {"Authorization": "Token test-key"}}, 401),
        ({"headers": {**BEARER, "User-Agent": ""}}, 403),
        ({"data": {}}, 404),
        ({"data": {"model": "whisper-1"}}, 404),
        ({"data": {**GOOD, "timestamp_granularities[]": "word"}}, 400),
        ({"data": {**GOOD, "response_format": "srt"}}, 400),
        ({"data": {**GOOD, "language": "English"}}, 400),
        ({"data": {**GOOD, "vad": "1"}}, 400),
        ({"files": {"file": ("upload", SOUND)}}, 400),
        ({"files": {"file": ("a.flac", b"")}}, 400),
        ({"files": {"file": ("a.flac", b"noise")}}, 400),
        ({"files": {"file": ("a.flac", bytes(25_000_001))}}, 413),
        ({"files": None, "content": b"x", "data": None}, 400),
    ],
)
async def test_groq_accepts_and_refuses_what_the_live_one_does(
    change: dict[str, Any], status: int
) -> None:
    """One departure from a good request at a time."""
    good = {"data": GOOD, "files": {"file": ("a.flac", SOUND)}, "headers": BEARER}
    async with GroqServer() as groq, httpx.AsyncClient(base_url=groq.base_url) as client:
        request = client.build_request("POST", PATH, **{**good, **change})
        if request.headers["User-Agent"] == "":
            del request.headers["User-Agent"]
        assert (await client.send(request)).status_code == status


async def test_groqs_fast_model_does_not_translate() -> None:
    """Only the large model may be asked for English."""
    async with GroqServer() as groq, httpx.AsyncClient(base_url=groq.base_url) as client:
        for model, status in (("whisper-large-v3-turbo", 400), ("whisper-large-v3", 200)):
            answer = await client.post(
                "/openai/v1/audio/translations",
                data={"model": model},
                files={"file": ("a.flac", SOUND)},
                headers=BEARER,
            )
            assert answer.status_code == status


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({}, 200),
        ({"headers": {"Authorization": "Bearer test-key"}}, 401),
        ({"content": b""}, 400),
        ({"content": b"noise"}, 400),
        ({"params": {}}, 400),
        ({"params": {"model": "nova-3", "language": "xx"}}, 400),
        ({"params": {"model": "nova-3", "language": "de", "detect_language": "true"}}, 400),
        ({"params": {"model": "nova-3", "timestamps": "1"}}, 400),
        ({"headers": {"Authorization": "Token test-key", "Content-Type": "text/plain"}}, 400),
    ],
)
async def test_deepgram_accepts_and_refuses_what_the_live_one_does(
    change: dict[str, Any], status: int
) -> None:
    """One departure from a good request at a time."""
    headers = {"Authorization": "Token test-key", "Content-Type": "audio/flac"}
    good = {"params": {"model": "nova-3"}, "content": SOUND, "headers": headers}
    async with DeepgramServer() as deepgram, httpx.AsyncClient() as client:
        answer = await client.post(f"{deepgram.base_url}/v1/listen", **{**good, **change})
        assert answer.status_code == status


async def test_deepgram_gives_a_slow_upload_up() -> None:
    """A body that stops coming is answered with 408."""
    async with DeepgramServer() as deepgram:
        deepgram.body_timeout_s = 0.05
        url = httpx.URL(deepgram.base_url)
        reader, writer = await asyncio.open_connection(url.host, url.port)
        writer.write(
            b"POST /v1/listen?model=nova-3 HTTP/1.1\r\nHost: x\r\nAuthorization: Token test-key\r\n"
            b"Content-Type: audio/flac\r\nContent-Length: 1000\r\n\r\nfLaC"
        )
        assert b" 408 " in await reader.readline()
        writer.close()
        await writer.wait_closed()


async def test_an_openai_server_refuses_what_it_does_not_know() -> None:
    """The wrong model and a format it has not are refused."""
    url = "/v1/audio/transcriptions"
    async with (
        OpenAIServer(formats=("json",)) as openai,
        httpx.AsyncClient(base_url=openai.base_url, headers=BEARER) as client,
    ):
        for fields, status in (
            ({"model": "whisper-1"}, 200),
            ({"model": "other"}, 404),
            ({"model": "whisper-1", "response_format": "verbose_json"}, 400),
        ):
            answer = await client.post(url, data=fields, files={"file": ("a.flac", SOUND)})
            assert answer.status_code == status


def test_a_server_can_run_in_a_thread() -> None:
    """A test without a loop can use it too."""
    with DeepgramServer().in_thread() as deepgram:
        answer = requests.post(
            f"{deepgram.base_url}/v1/listen",
            params={"model": "nova-3"},
            data=SOUND,
            headers={"Authorization": "Token test-key", "Content-Type": "audio/flac"},
            timeout=10,
        )
        assert answer.json()["metadata"]["sha256"] == deepgram.seen[0].sha256
