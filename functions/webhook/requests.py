"""What an update can ask of us: a few small requests, each of which knows the job it becomes."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TypeAlias

from shared.jobs import Action, Address, Job, Media, Options
from shared.texts import DEFAULT_LOCALE


@dataclass(frozen=True, slots=True)
class Origin:
    """Who asks, where the answer goes, and in which language."""

    address: Address
    user: str
    locale: str = DEFAULT_LOCALE
    callback_id: str | None = None
    """The pressed button that waits for an answer, where it was one."""
    channel: bool = False
    """Whether it stands in a channel."""


@dataclass(frozen=True, slots=True)
class MediaRequest:
    """Media to transcribe; ``asked`` when words say so, not the media alone."""

    id: str
    origin: Origin
    media: Media
    options: Options = field(default_factory=Options)
    asked: bool = False
    song: bool = False
    """Whether it is tagged as a song, which nobody wants to read unasked."""
    problem: str | None = None
    """The sentence (of ``shared.texts``) about an option nobody knows, where there is nothing else."""

    def job(self, accepted_at: float) -> Job:
        """The job this request becomes."""
        job = _job(self.id, Action.TRANSCRIBE, self.origin, accepted_at)
        return replace(job, media=self.media, options=self.options)


@dataclass(frozen=True, slots=True)
class CommandRequest:
    """A command other than ``/transcribe``: its name in lower case, and what stood behind it."""

    id: str
    origin: Origin
    name: str
    argument: str = ""

    def job(self, accepted_at: float) -> Job:
        """The job this request becomes."""
        job = _job(self.id, Action.COMMAND, self.origin, accepted_at)
        return replace(job, command=self.name, argument=self.argument)


@dataclass(frozen=True, slots=True)
class CallbackRequest:
    """A pressed button: what to do with which job."""

    id: str
    origin: Origin
    verb: str
    subject: str

    def job(self, accepted_at: float) -> Job:
        """The job this request becomes."""
        job = _job(self.id, Action.CALLBACK, self.origin, accepted_at)
        return replace(job, command=self.verb, argument=self.subject)


@dataclass(frozen=True, slots=True)
class Event:
    """What happened, rather than what somebody asked for: a command that nobody can type.

    ``joined`` (argument: the chat's type), ``migrated`` (the new chat id), ``stopped`` (the id of
    the draft that its reader stopped).
    """

    id: str
    origin: Origin
    name: str
    argument: str

    def job(self, accepted_at: float) -> Job:
        """The job this event becomes."""
        job = _job(self.id, Action.COMMAND, self.origin, accepted_at)
        return replace(job, command=self.name, argument=self.argument)


@dataclass(frozen=True, slots=True)
class Unusable:
    """Someone expects an answer to what we cannot use; ``problem`` is a key of ``shared.texts``."""

    origin: Origin
    problem: str


Request: TypeAlias = MediaRequest | CommandRequest | CallbackRequest | Event | Unusable


def _job(identity: str, action: Action, origin: Origin, accepted_at: float) -> Job:
    return Job(
        id=identity,
        action=action,
        user=origin.user,
        address=origin.address,
        locale=origin.locale,
        accepted_at=accepted_at,
        callback_id=origin.callback_id,
    )
