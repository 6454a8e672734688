"""Looking at dead letters and sending them back."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from scripts import redrive
from shared.jobs import Action, Address, Job, Media, MediaKind
from tests.unit.scripts.world import command

if TYPE_CHECKING:
    import pytest

    from tests.unit.scripts.world import World

NOW = 1_800_000_000.0
SHORT = Job(
    id="0123456789abcdef0123",
    action=Action.TRANSCRIBE,
    user="u4242",
    address=Address(4242),
    locale="en",
    accepted_at=NOW - 3600,
    media=Media(MediaKind.VOICE, "file-id", "unique-id", file_name="secret-plans.oga"),
)
assert SHORT.media is not None
LONG = replace(SHORT, id="fedcba9876543210fedc", media=replace(SHORT.media, duration_s=7200.0))


async def test_the_list_shows_jobs_and_nothing_of_their_users(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    """Id, action, lane, age and receives; looking changes nothing."""
    world.deploy(workers=False)
    world.kill(SHORT, LONG, '{"version": 99, "user": "u4242"}')
    for _ in range(2):
        assert await command(redrive.main, *world.options, now=lambda: NOW) == 0
    said = capsys.readouterr().out
    lines = [" ".join(line.split()) for line in said.splitlines()]
    assert "0123456789abcdef0123 transcribe express 1:00:00 1" in lines
    assert "fedcba9876543210fedc transcribe bulk 1:00:00 2" in lines  # looked at twice
    assert said.count("(unreadable)") == 2
    assert "make redrive STAGE=dev MOVE=1" in said
    assert "4242" not in said
    assert "secret-plans" not in said


async def test_move_sends_each_job_back_to_its_lane(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    """What this release cannot read stays dead."""
    world.deploy(workers=False)
    world.kill(SHORT, LONG, "not a job")
    assert await command(redrive.main, *world.options, "--move", now=lambda: NOW) == 0
    assert [Job.from_json(body) for body in world.bodies("ExpressQueueUrl")] == [SHORT]
    assert [Job.from_json(body) for body in world.bodies("BulkQueueUrl")] == [LONG]
    assert "2 sent back to work, 1 left" in capsys.readouterr().out


async def test_more_than_one_batch_is_listed(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    """SQS gives ten at a time."""
    world.deploy(workers=False)
    world.kill(*(replace(SHORT, id=f"{number:020x}") for number in range(23)))
    assert await command(redrive.main, *world.options, now=lambda: NOW) == 0
    assert capsys.readouterr().out.count("transcribe") == 23


async def test_no_dead_letters_and_no_stack_are_sentences(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither is a reason for a traceback."""
    assert await command(redrive.main, *world.options) == 1
    assert "make deploy STAGE=dev" in capsys.readouterr().err
    world.deploy(workers=False)
    assert await command(redrive.main, *world.options, "--move") == 0
    assert capsys.readouterr().out == "There are no dead letters.\n"
