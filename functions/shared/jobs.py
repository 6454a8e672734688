"""What travels through the queue: a versioned pointer to work, never the work's bytes.

A job holds no media and stays below 2 kB as JSON. Its id is derived from what identifies the
request, so that the same update delivered twice makes the same job.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import Any, Self

from shared.errors import OperatorError
from shared.transcripts import TRANSCRIBE

JOB_VERSION = 1
BOT_API_FILE_LIMIT_BYTES = 20 << 20  # getFile answers up to and including this size
FILE_LIMIT_BYTES = 2 << 30  # the most we take at all; Telegram itself lets Premium users send 4 GiB
EXPRESS_DURATION_S = 900.0  # longer media goes to the bulk lane, so that it delays no voice note
FILE_NAME_LIMIT = 96  # characters kept of a name; keeps a job far below 2 kB


class Lane(StrEnum):
    """What a job waits in: queues of their own where one worker serves several kinds."""

    CONTROL = "control"
    """Commands and buttons, Stop among them. On AWS they share the express queue."""
    EXPRESS = "express"
    BULK = "bulk"


class MediaKind(StrEnum):
    """The Bot API field the media came in."""

    VOICE = "voice"
    AUDIO = "audio"
    VIDEO = "video"
    VIDEO_NOTE = "video_note"
    DOCUMENT = "document"


class Action(StrEnum):
    """What a job asks for."""

    TRANSCRIBE = "transcribe"
    COMMAND = "command"
    CALLBACK = "callback"


@dataclass(frozen=True, slots=True)
class Media:
    """Where the bytes are. Sizes and durations are the sender's claims: hints, never measures."""

    kind: MediaKind
    file_id: str
    file_unique_id: str
    size_bytes: int | None = None
    duration_s: float | None = None
    mime_type: str | None = None
    file_name: str | None = None
    message_id: int | None = None
    """The message that carries the file, where it is not the one that asks (a reply)."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where answers go: a chat, the message they reply to, and the thread it stands in."""

    chat_id: int
    message_id: int | None = None
    thread_id: int | None = None
    private: bool = True
    business_id: str | None = None
    """The business connection on whose behalf the bot writes."""
    guest_query_id: str | None = None
    """Asked in a chat the bot is no member of: the one message that answers names this."""


@dataclass(frozen=True, slots=True)
class Options:
    """What the request itself asks for; None and () leave it to the chat's preferences."""

    language: str | None = None
    """ISO 639-1 or ``auto``; None for the preference, else detection."""
    formats: tuple[str, ...] = ()
    """What the answer consists of: ``text`` and names of ``processor.rendering.FORMATS``."""
    timestamps: bool | None = None
    speakers: bool | None = None
    engine: str | None = None
    """An engine's name or ``auto``."""
    task: str = TRANSCRIBE
    """``transcribe``, or ``translate`` into English."""


@dataclass(frozen=True, slots=True)
class Job:
    """One request. ``user`` is the key its limits, history and fairness count under."""

    id: str
    action: Action
    user: str
    address: Address
    locale: str
    accepted_at: float
    """Seconds since the epoch, when admission took it."""
    media: Media | None = None
    options: Options = field(default_factory=Options)
    command: str | None = None
    """Name of the command without slash, or the callback's verb."""
    argument: str = ""
    """What stood behind the command, or the callback's subject (a job id)."""
    callback_id: str | None = None
    hop: int = 0
    """How many continuations came before; 0 for a request as it arrived."""
    version: int = JOB_VERSION

    @property
    def lane(self) -> Lane:
        """Control without media; express for what is small and short; bulk for all the rest."""
        media = self.media
        if media is None:
            return Lane.CONTROL
        small = (media.size_bytes or 0) <= BOT_API_FILE_LIMIT_BYTES
        short = (media.duration_s or 0.0) <= EXPRESS_DURATION_S
        return Lane.EXPRESS if small and short else Lane.BULK

    def to_json(self) -> str:
        """Compact JSON; ``from_json`` gives the same job back."""
        return json.dumps(_present(asdict(self)), separators=(",", ":"), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Parse a queue message. Raise OperatorError for anything but a job of this version."""
        try:
            raw = json.loads(text)
            if raw.get("version") != JOB_VERSION:
                raise OperatorError(f"job version {raw.get('version')!r}, expected {JOB_VERSION}")
            media = raw.pop("media", None)
            options = raw.pop("options", {})
            return cls(
                action=Action(raw.pop("action")),
                address=Address(**raw.pop("address")),
                media=media and Media(kind=MediaKind(media.pop("kind")), **media),
                options=Options(**{**options, "formats": tuple(options.get("formats", ()))}),
                **raw,
            )
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise OperatorError(f"not a job: {type(error).__name__}") from error

    def with_media(self, media: Media) -> Job:
        """The same request for other media."""
        return replace(self, media=media)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One receipt of a job.

    ``receive_count`` is 1 on the first delivery (SQS's ApproximateReceiveCount); ``receipt`` is
    what deletes or postpones this delivery.
    """

    job: Job
    receipt: str
    receive_count: int
    lane: Lane


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a delivery leaves of itself where the message is no job that this release can read."""

    receipt: str
    lane: Lane


def job_id(*identity: object) -> str:
    """A short stable id from what identifies the request: 20 hex digits (80 bits)."""
    text = "\x1f".join(str(part) for part in identity)
    return hashlib.sha256(text.encode()).hexdigest()[:20]


def _present(value: Any) -> Any:
    """Drop the fields that say nothing, at every depth, so that the message stays small."""
    if isinstance(value, dict):
        kept = {key: _present(item) for key, item in value.items()}
        return {key: item for key, item in kept.items() if item not in (None, "", (), [], {})}
    return value
