"""Jobs on their way through the queue: the same when they arrive, small, and refused when strange."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import OperatorError
from shared.jobs import (
    BOT_API_FILE_LIMIT_BYTES,
    EXPRESS_DURATION_S,
    FILE_NAME_LIMIT,
    JOB_VERSION,
    Action,
    Address,
    Job,
    Lane,
    Media,
    MediaKind,
    Options,
    job_id,
)
from webhook.messages import ARGUMENT_BYTES, ARGUMENT_LIMIT

QUEUE_MESSAGE_BYTES = 2048
LARGEST = (1 << 63) - 1
IDENTIFIER_LIMIT = 256  # what admission lets in

words = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40)
integers = st.integers(-LARGEST, LARGEST)
times = st.floats(0, 2.0**63, allow_nan=False)
media = st.builds(
    Media,
    kind=st.sampled_from(MediaKind),
    file_id=words,
    file_unique_id=words,
    size_bytes=st.none() | st.integers(0, LARGEST),
    duration_s=st.none() | times,
    mime_type=st.none() | words,
    file_name=st.none() | words,
    message_id=st.none() | integers,
)
jobs = st.builds(
    Job,
    id=words,
    action=st.sampled_from(Action),
    user=words,
    address=st.builds(
        Address,
        chat_id=integers,
        message_id=st.none() | integers,
        thread_id=st.none() | integers,
        private=st.booleans(),
    ),
    locale=words,
    accepted_at=times,
    media=st.none() | media,
    options=st.builds(
        Options,
        language=st.none() | words,
        formats=st.lists(words, max_size=3).map(tuple),
        timestamps=st.none() | st.booleans(),
        speakers=st.none() | st.booleans(),
        engine=st.none() | words,
    ),
    command=st.none() | words,
    argument=st.just("") | words,
    callback_id=st.none() | words,
    hop=st.integers(0, 12),
)
JOB = Job(
    job_id("file", 7, 1),
    Action.TRANSCRIBE,
    "7",
    Address(7, 1),
    "en",
    1_700_000_000.0,
    Media(MediaKind.VOICE, "AwACAgIAAxk", "AgADbQADq", 12_345, 3.0, "audio/ogg"),
)


@given(jobs)
def test_a_job_arrives_as_it_was_sent(job: Job) -> None:
    """Zeros, falsehoods and every script survive; what says nothing is not sent."""
    text = job.to_json()
    assert Job.from_json(text) == job
    assert None not in list(_leaves(json.loads(text)))


def _leaves(value: object) -> list[object]:
    if isinstance(value, dict):
        return [leaf for item in value.values() for leaf in _leaves(item)]
    return [value]


@pytest.mark.parametrize("letter", ["𓀀", '"', "ü"])
def test_the_longest_job_stays_below_two_kilobytes(letter: str) -> None:
    """Every field as long as admission lets it be, in the letters that cost most."""
    identifier = "\\" if letter == '"' else "x"
    longest = replace(
        JOB,
        user=str(-LARGEST),
        address=Address(-LARGEST, LARGEST, LARGEST, private=False),
        media=Media(
            MediaKind.VIDEO_NOTE,
            identifier * IDENTIFIER_LIMIT,
            identifier * IDENTIFIER_LIMIT,
            LARGEST,
            1e18 / 3,
            "application/" + "x" * 40,
            letter * FILE_NAME_LIMIT,
            LARGEST,
        ),
        options=Options("de", ("text", "txt", "srt", "vtt", "json"), True, True, "deepgram"),  # noqa: FBT003 - the longest there are
    )
    assert len(longest.to_json().encode()) < QUEUE_MESSAGE_BYTES
    command = replace(
        longest,
        media=None,
        action=Action.COMMAND,
        command="language",
        argument=letter * min(ARGUMENT_LIMIT, ARGUMENT_BYTES // len(letter.encode())),
        callback_id=identifier * IDENTIFIER_LIMIT,
    )
    assert len(command.to_json().encode()) < QUEUE_MESSAGE_BYTES


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not json",
        "null",
        "[]",
        '"text"',
        "{}",
        "7",
        '{"version":1}',
        JOB.to_json().replace('"transcribe"', '"dance"'),
        JOB.to_json().replace('"voice"', '"hologram"'),
        JOB.to_json().replace('"chat_id"', '"chat"'),
        JOB.to_json()[:-1] + ',"surprise":1}',
        JOB.to_json().replace('"media":{', '"media":7,"x":{'),
        JOB.to_json().replace('"address":{', '"address":null,"x":{'),
    ],
)
def test_what_is_no_job_is_the_operators_matter(text: str) -> None:
    """One kind of error for all of it, and nothing of the message in its words."""
    with pytest.raises(OperatorError) as caught:
        Job.from_json(text)
    for private in ("dance", "hologram", "surprise", "AwACAgIAAxk"):
        assert private not in str(caught.value)


@given(st.text(max_size=40) | st.recursive(st.none() | st.integers(), st.lists).map(json.dumps))
def test_garbage_never_raises_anything_else(text: str) -> None:
    """Whatever stands in the queue, the consumer knows what to do with it."""
    with pytest.raises(OperatorError):
        Job.from_json(text)


@pytest.mark.parametrize("version", [0, JOB_VERSION + 1, "1", None])
def test_another_version_is_named(version: object) -> None:
    """A job of another release is refused as such, before its fields are looked at."""
    raw = json.loads(JOB.to_json()) | {"version": version, "media": "changed"}
    with pytest.raises(OperatorError, match="version"):
        Job.from_json(json.dumps(raw))


@pytest.mark.parametrize(
    ("size_bytes", "duration_s", "lane"),
    [
        (None, None, Lane.EXPRESS),
        (BOT_API_FILE_LIMIT_BYTES, EXPRESS_DURATION_S, Lane.EXPRESS),
        (BOT_API_FILE_LIMIT_BYTES + 1, None, Lane.BULK),
        (None, EXPRESS_DURATION_S + 1, Lane.BULK),
        (1, EXPRESS_DURATION_S + 1, Lane.BULK),
    ],
)
def test_size_and_length_choose_the_lane(
    size_bytes: int | None, duration_s: float | None, lane: Lane
) -> None:
    """What is small and short is express; either alone makes it bulk."""
    assert JOB.media is not None
    big = replace(JOB.media, size_bytes=size_bytes, duration_s=duration_s)
    assert JOB.with_media(big).lane is lane


def test_commands_have_a_lane_of_their_own() -> None:
    """Nobody waits behind a recording for Stop, or for the list of what is kept."""
    assert replace(JOB, media=None, action=Action.COMMAND).lane is Lane.CONTROL


@given(st.lists(st.integers() | words, min_size=1, max_size=4), st.data())
def test_an_id_tells_requests_apart(identity: list[object], data: st.DataObject) -> None:
    """The same parts make the same id; where one part ends and the next begins counts."""
    other = data.draw(st.lists(st.integers() | words, min_size=1, max_size=4))
    same = [str(part) for part in identity] == [str(part) for part in other]
    separated = not any("\x1f" in str(part) for part in [*identity, *other])
    if separated:
        assert (job_id(*identity) == job_id(*other)) is same
    assert len(job_id(*identity)) == 20
