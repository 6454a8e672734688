"""Reading a job's lines from the functions' logs."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import pytest

from scripts import tail_job
from tests.unit.scripts.world import command

if TYPE_CHECKING:
    from tests.unit.scripts.world import World

JOB = "0123456789abcdef0123"
OTHER = "fedcba9876543210fedc"


def entry(message: str, job: str = JOB, **more: object) -> str:
    """A line as the functions write it."""
    return json.dumps({"level": "INFO", "message": message, "job": job, **more})


async def test_lines_of_all_functions_are_shown_in_order(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    """Oldest first, whichever function wrote them; other jobs' lines are left out."""
    world.deploy(workers=False)
    now_ms = int(time.time() * 1000)
    world.log("Express", now_ms - 1000, entry("delivered", attempt=1, engine="groq"))
    world.log("Webhook", now_ms - 9000, entry("admitted", lane="express"))
    world.log("Bulk", now_ms - 5000, f"a line that is no JSON, about {JOB}")
    world.log("Express", now_ms - 2000, entry("another's", job=OTHER))
    assert await command(tail_job.main, JOB, *world.options) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line[19:] for line in lines] == [
        "webhook INFO    admitted  lane=express",
        f"bulk    a line that is no JSON, about {JOB}",
        "express INFO    delivered  attempt=1 engine=groq",
    ]


async def test_old_lines_are_left_out_unless_asked_for(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    """A day, or as many hours as are given."""
    world.deploy(workers=False)
    world.log("Webhook", int((time.time() - 30 * 3600) * 1000), entry("admitted"))
    assert await command(tail_job.main, JOB, *world.options) == 0
    assert "Nothing about this job in 24 hours" in capsys.readouterr().out
    assert await command(tail_job.main, JOB, *world.options, "--hours", "48") == 0
    assert "admitted" in capsys.readouterr().out


async def test_follow_shows_each_new_line_once_until_interrupted(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    """New lines appear at the next look, also those that come late; Ctrl-C ends it quietly."""
    world.deploy(workers=False)
    now_ms = int(time.time() * 1000)
    world.log("Webhook", now_ms, entry("first"))
    looks = iter(["second", "late"])

    def sleep(_: float) -> None:
        message = next(looks, None)
        if message is None:
            raise KeyboardInterrupt
        world.log("Express", now_ms + (500 if message == "second" else -500), entry(message))

    assert await command(tail_job.main, JOB, "--follow", *world.options, sleep=sleep) == 130
    said = capsys.readouterr().out.split()
    assert [word for word in said if word in {"first", "second", "late"}] == [
        "first",
        "second",
        "late",
    ]


@pytest.mark.parametrize("job", ["", "abc", "0123456789ABCDEF0123", '" ERROR "'])
async def test_what_is_no_job_id_is_refused(
    world: World, job: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """It would be part of a filter pattern."""
    assert await command(tail_job.main, *world.options, "--", job) == 1
    assert "20 hexadecimal digits" in capsys.readouterr().err
