"""Files come over the Bot API whole, in pieces, or not at all."""

from __future__ import annotations

import logging
import traceback
from typing import TYPE_CHECKING

import pytest

from local.loopback.bot_api import LoopbackBotApi
from processor.sources.bot_api import PIECE_BYTES, BotApiSource
from shared.errors import (
    OperatorError,
    RateLimitedError,
    TranscriberError,
    TransientError,
    UserError,
)
from shared.jobs import Media, MediaKind
from shared.texts import More, Size

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from local.loopback.chats import Message
    from local.loopback.people import User
    from shared.ports import Source

TOKEN = "123456:AAE-secret_token"
LIMIT_BYTES = 20 << 20


@pytest.fixture
async def api() -> AsyncIterator[LoopbackBotApi]:
    """A Telegram of our own."""
    async with LoopbackBotApi(TOKEN) as server:
        yield server


@pytest.fixture
def user(api: LoopbackBotApi) -> User:
    """Somebody with files."""
    return api.user(7)


@pytest.fixture
async def source(api: LoopbackBotApi) -> AsyncIterator[BotApiSource]:
    """The source under test."""
    opened = BotApiSource(TOKEN, api.base_url)
    yield opened
    await opened.close()


def media_of(message: Message, **changes: object) -> Media:
    """What admission makes of a message."""
    assert message.file is not None
    fields = {
        "kind": MediaKind(message.file.kind),
        "file_id": message.file_id,
        "file_unique_id": message.file_unique_id,
        "size_bytes": message.file.size_bytes,
    }
    return Media(**{**fields, **changes})  # type: ignore[arg-type]


async def read(source: Source, media: Media) -> bytes:
    """All of it."""
    return b"".join([piece async for piece in source.stream(media)])


async def test_a_file_arrives_in_order_and_in_pieces(source: BotApiSource, user: User) -> None:
    """Every byte comes once, in pieces no longer than promised."""
    data = bytes(range(256)) * 4096
    message = await user.send_voice(data, duration=60)

    pieces = [piece async for piece in source.stream(media_of(message))]

    assert b"".join(pieces) == data
    assert len(pieces) > 1
    assert max(map(len, pieces)) <= PIECE_BYTES <= 1 << 20


async def test_the_largest_file_passes_and_one_byte_more_does_not(
    source: BotApiSource, user: User
) -> None:
    """20 971 520 bytes are given out; beyond that the user hears the size and the limit."""
    largest = await user.send_document(bytes(LIMIT_BYTES))
    larger = await user.send_document(b"", size_bytes=LIMIT_BYTES + 1)

    assert len(await read(source, media_of(largest))) == LIMIT_BYTES
    with pytest.raises(UserError) as refused:
        await read(source, media_of(larger))
    assert refused.value.problem == "over_bot_api"
    assert refused.value.figures == {"size": Size((20 << 20) + 1), "limit": Size(20 << 20)}
    with pytest.raises(UserError) as refused:
        await read(source, media_of(larger, size_bytes=None))
    assert refused.value.figures["size"] == More(Size(20 << 20))


async def test_the_bound_holds_when_the_announced_size_lies(
    api: LoopbackBotApi, user: User
) -> None:
    """Reading stops at the bound, whatever Telegram said before."""
    source = BotApiSource(TOKEN, api.base_url, file_limit_bytes=100_000)
    message = await user.send_document(bytes(1_000_000))

    with pytest.raises(UserError) as refused:
        await read(source, media_of(message, size_bytes=10))

    assert refused.value.problem == "over_bot_api"
    await source.close()


async def test_a_vanished_file_is_gone(source: BotApiSource, user: User) -> None:
    """A link that leads nowhere and an id that is none tell the user to send it again."""
    message = await user.send_voice(b"voice", duration=1)
    assert message.file is not None
    message.file.vanish()

    for media in (media_of(message), media_of(message, file_id="nonsense")):
        with pytest.raises(UserError) as gone:
            await read(source, media)
        assert gone.value.problem == "gone"


async def test_an_unavailable_file_may_come_back(api: LoopbackBotApi, user: User) -> None:
    """A well-formed id that Telegram does not find is tried again later."""
    message = await user.send_voice(b"voice", duration=1)
    async with LoopbackBotApi(TOKEN) as other:
        source = BotApiSource(TOKEN, other.base_url)
        with pytest.raises(TransientError):
            await read(source, media_of(message))
        await source.close()


async def test_a_download_cut_short_is_transient(
    api: LoopbackBotApi, source: BotApiSource, user: User
) -> None:
    """A connection that breaks does not pass for the end of the file."""
    message = await user.send_voice(bytes(200_000), duration=9)
    api.truncate_next_download(70_000)

    with pytest.raises(TransientError):
        await read(source, media_of(message))

    assert len(await read(source, media_of(message))) == 200_000


async def test_an_end_before_the_announced_size_is_transient(
    api: LoopbackBotApi, source: BotApiSource, user: User
) -> None:
    """A clean end is no end when getFile announced more."""
    message = await user.send_voice(bytes(1000), duration=9)
    assert message.file is not None
    api.truncate_next_download(600, cleanly=True)

    with pytest.raises(TransientError, match="400 bytes early"):
        await read(source, media_of(message))


@pytest.mark.parametrize(
    ("status", "meaning"),
    [
        (401, OperatorError),
        (404, OperatorError),
        (400, OperatorError),
        (429, RateLimitedError),
        (500, TransientError),
    ],
)
async def test_refusals_have_their_meaning(
    api: LoopbackBotApi,
    source: BotApiSource,
    user: User,
    status: int,
    meaning: type[TranscriberError],
) -> None:
    """Each way getFile can be refused says what happens next."""
    message = await user.send_voice(b"voice", duration=1)
    parameters = {"retry_after": 7} if status == 429 else None
    api.fail_next("getFile", status, "Something new", parameters)

    with pytest.raises(meaning) as refused:
        await read(source, media_of(message))

    assert type(refused.value) is meaning
    assert getattr(refused.value, "retry_after_s", None) == (7 if parameters else None)


async def test_error_pages_and_broken_connections_are_transient(
    api: LoopbackBotApi, source: BotApiSource, user: User
) -> None:
    """Neither method nor download takes a proxy's page for an answer."""
    message = await user.send_voice(b"voice", duration=1)
    api.html_next("getFile", 502)
    api.html_next("getFile", 200)
    api.drop_next("getFile", executed=True)
    api.html_next("download", 502)

    for _ in range(4):
        with pytest.raises(TransientError):
            await read(source, media_of(message))

    assert await read(source, media_of(message)) == b"voice"


async def test_the_token_stays_out_of_logs_and_errors(
    api: LoopbackBotApi, source: BotApiSource, user: User, caplog: pytest.LogCaptureFixture
) -> None:
    """The address of a file holds the token, so it is shown nowhere."""
    for name in ("", "httpx", "httpcore"):
        caplog.set_level(logging.DEBUG if not name else logging.NOTSET, logger=name or None)
    message = await user.send_voice(bytes(100_000), duration=1)
    await read(source, media_of(message))
    api.truncate_next_download(10)
    api.drop_next("getFile", executed=False)
    errors: list[TranscriberError] = []
    for _ in range(2):
        with pytest.raises(TransientError) as failed:
            await read(source, media_of(message))
        errors.append(failed.value)

    shown = caplog.text + "".join("".join(traceback.format_exception(error)) for error in errors)
    assert "secret_token" not in shown
    assert "secret_token" not in repr(source)
