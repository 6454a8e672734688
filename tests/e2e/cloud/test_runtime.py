"""The handlers under AWS's own runtime client, with the template's time, memory and variables."""

from __future__ import annotations

import asyncio
import json
import sys
import threading
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from shared.jobs import Lane
from shared.transcripts import Segment
from tests.doubles.lambda_runtime import End, Invocation
from tests.e2e.cloud.account import TOKEN, Account, account
from tests.media.make import encode, noise

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from pathlib import Path

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads memory from /proc")

NOTE = encode("ogg", "libopus", noise(2.0, seed=1))
LEASE_S = 90.0
LONG_S = 1000  # beyond what the express lane takes
MEMORY_SHARE = 0.8  # above this the template's alarms go off
WAIT_S = 20.0


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Account]:
    """A deployment with the template's defaults."""
    async with account(tmp_path) as made:
        yield made


class Gate:
    """What Groq hears, as soon as it may: ``heard`` is set when a request has come."""

    def __init__(self) -> None:
        self.heard, self.open = threading.Event(), threading.Event()

    def __call__(self, data: bytes) -> Sequence[Segment]:
        """Wait, then hear."""
        self.heard.set()
        self.open.wait(WAIT_S)
        return [Segment(0.0, 2.0, "Hello there.")]


def assert_done(done: Invocation | None, here: Account, name: str) -> None:
    """It answered, kept nothing in the queue, and left memory to spare."""
    assert done is not None
    assert done.end is End.RESPONSE, here.running[name].log()
    assert done.payload == {"batchItemFailures": []}, here.running[name].log()
    assert done.peak_bytes < MEMORY_SHARE * here.stack.properties(name)["MemorySize"] * (1 << 20)


async def test_a_voice_note_is_answered(here: Account) -> None:
    """From the update to the answer, through both functions as Lambda runs them."""
    await here.note(NOTE)
    assert_done(await here.deliver(), here, "ProcessorFunction")
    assert here.shown() == ["Hello there."]
    assert here.depth() == 0


async def test_a_warm_webhook_answers_from_the_process_it_has(here: Account) -> None:
    """The second update finds the environment of the first, frozen in between."""
    first = await here.update({"message": (await here.user.send_text("/help")).to_dict()})
    second = await here.update({"message": (await here.user.send_text("/privacy")).to_dict()})
    assert (first.cold, second.cold) == (True, False)
    assert (first.payload["statusCode"], second.payload["statusCode"]) == (200, 200)
    assert second.peak_bytes < MEMORY_SHARE * 512 * (1 << 20)


async def test_a_wrong_secret_is_refused(here: Account) -> None:
    """401, and nothing in a queue."""
    sent = await here.user.send_voice(NOTE, duration=2)
    done = await here.update({"message": sent.to_dict()}, secret="guess")
    assert done.payload["statusCode"] == 401
    assert here.depth() == 0


async def test_a_long_recording_is_worked_on_by_the_function_for_them(here: Account) -> None:
    """Another lane, another function: the express queue stays empty."""
    await here.note(NOTE, duration=LONG_S)
    assert await here.deliver(Lane.EXPRESS) is None
    assert_done(await here.deliver(Lane.BULK), here, "BulkProcessorFunction")
    (answer,) = here.shown()
    assert answer.startswith("Hello there.")  # and then: it was not as long as announced


async def test_connections_that_ended_during_the_freeze_cost_nothing(here: Account) -> None:
    """Servers hang up on a frozen environment; its next job is answered all the same."""
    await here.note(NOTE)
    assert_done(await here.deliver(), here, "ProcessorFunction")
    await hang_up(here)
    await here.note(encode("ogg", "libopus", noise(2.0, seed=2)))
    done = await here.deliver()
    assert_done(done, here, "ProcessorFunction")
    assert done is not None
    assert not done.cold
    assert here.shown() == ["Hello there.", "Hello there."]


async def test_a_job_that_is_out_of_time_is_taken_up_again_at_once(here: Account) -> None:
    """The handler gives up before Lambda would kill it; one message waits, and it is answered."""
    here.groq.script = gate = Gate()
    function = here.function("ProcessorFunction", timeout_s=7.0)  # 2 s, and 5 s to tidy up
    await here.note(NOTE)
    first = await here.deliver()
    assert first is not None
    assert first.end is End.RESPONSE, function.log()
    assert here.shown() != ["Hello there."]
    assert here.depth() == 1
    gate.open.set()
    assert_done(await here.deliver(), here, "ProcessorFunction")
    assert here.shown() == ["Hello there."]
    assert here.depth() == 0


async def test_the_job_of_a_killed_worker_comes_back_after_the_lease(here: Account) -> None:
    """Killed for its memory in the middle of the work: 90 s later another worker answers, once."""
    here.groq.script = gate = Gate()
    function = here.function("ProcessorFunction")
    await here.note(NOTE)
    working = asyncio.create_task(here.deliver())
    assert await asyncio.to_thread(gate.heard.wait, WAIT_S)
    function.limit_memory(1)
    killed = await working
    assert killed is not None
    assert killed.end is End.OUT_OF_MEMORY
    gate.open.set()
    here.clock.advance(LEASE_S - 15.0)
    assert await here.deliver() is None
    function.limit_memory(1769)
    here.clock.advance(15.0)
    again = await here.deliver()
    assert_done(again, here, "ProcessorFunction")
    assert again is not None
    assert again.cold
    assert here.shown() == ["Hello there."]
    assert here.depth() == 0


async def test_a_replaced_key_is_in_use_after_five_minutes(here: Account) -> None:
    """Without a deployment, in the process that has used the old one."""
    await here.note(NOTE)
    assert_done(await here.deliver(), here, "ProcessorFunction")
    here.groq.keys = ["new-key"]
    here.keep_secret("groq-api-key", "new-key")
    here.clock.advance(300.0)
    await here.note(encode("ogg", "libopus", noise(2.0, seed=2)))
    done = await here.deliver()
    assert_done(done, here, "ProcessorFunction")
    assert done is not None
    assert not done.cold
    assert [seen.key for seen in here.groq.seen] == ["test-key", "new-key"]


async def test_logs_hold_nothing_of_the_user(here: Account) -> None:
    """No transcript, no name, no token, no key, no secret in what the functions write."""
    await here.note(NOTE)
    assert_done(await here.deliver(), here, "ProcessorFunction")
    written = "".join(function.log() for function in here.running.values())
    assert "processed" in written
    for private in ("Hello there", "Ada", TOKEN, TOKEN.partition(":")[2], "test-key"):
        assert private not in written


async def test_the_setup_function_registers_the_webhook(here: Account) -> None:
    """Secret, then registration, each answered at CloudFormation's address."""
    answers: list[dict[str, Any]] = []

    async def take(request: web.Request) -> web.Response:
        answers.append(json.loads(await request.read()))
        return web.Response()

    app = web.Application()
    app.router.add_put("/answer", take)
    async with TestServer(app) as cloudformation:
        for name in ("WebhookSecret", "WebhookRegistration"):
            properties = {
                **{k: str(v) for k, v in here.stack.properties(name).items()},
                "SecretName": f"{here.prefix}/webhook-secret-1",
                "Url": "http://127.0.0.1:1/telegram/webhook",
            }
            event = {
                "RequestType": "Create",
                "ResponseURL": str(cloudformation.make_url("/answer")),
                "StackId": "stack",
                "RequestId": name,
                "LogicalResourceId": name,
                "ResourceProperties": properties,
            }
            done = await here.invoke("SetupFunction", event)
            assert done.end is End.RESPONSE, here.running["SetupFunction"].log()
            assert done.peak_bytes < MEMORY_SHARE * 256 * (1 << 20)
    assert [answer["Status"] for answer in answers] == ["SUCCESS", "SUCCESS"]
    assert here.telegram.webhook.url == "http://127.0.0.1:1/telegram/webhook"
    assert len(here.telegram.webhook.secret) == 64


async def hang_up(here: Account) -> None:
    """End every connection that Telegram and Groq keep."""
    groq = here.groq._server
    runners = [here.telegram._runner, groq.runner if groq else None]
    for runner in runners:
        assert runner is not None
        assert runner.server is not None
        for connection in list(runner.server.connections):
            if connection.transport is not None:
                connection.transport.close()
    await asyncio.sleep(0)
