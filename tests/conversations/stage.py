"""Scenes: scripted conversations with the whole bot, written down as documents."""

from __future__ import annotations

import inspect
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.conversations.chronicle import chronicle
from tests.doubles.bench import bench
from tests.doubles.engine import ScriptedEngine
from tests.media.make import encode, tone

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Mapping

    from local.loopback.chats import Chat
    from shared.ports import Summariser
    from tests.doubles.bench import Bench

GOLDEN = Path(__file__).parent / "golden"
NOTE = encode("ogg", "libopus", tone(1.0))


@dataclass(frozen=True, slots=True)
class Scene:
    """One conversation; its docstring introduces the document."""

    name: str
    play: Callable[[Bench], Awaitable[Any]]
    engine: Callable[[], ScriptedEngine]
    settings: Mapping[str, Any]
    summariser: Callable[[], Summariser] | None

    @property
    def file(self) -> Path:
        """Where the document is kept."""
        return GOLDEN / f"{self.name}.md"

    @property
    def title(self) -> str:
        """What it is about."""
        return (self.play.__doc__ or "").strip().partition("\n")[0].rstrip(".")

    async def document(self) -> str:
        """Play it, and write down every chat in which anything happened."""
        summariser = self.summariser() if self.summariser else None
        with tempfile.TemporaryDirectory() as folder:
            async with bench(
                Path(folder), self.engine(), summariser=summariser, **self.settings
            ) as it:
                await self.play(it)
                chats = [chat for chat in _chats(it) if chat.log]
        rest = inspect.cleandoc(self.play.__doc__ or "").partition("\n")[2]
        names = [_title(chat) for chat in chats] if len(chats) > 1 else []
        return f"# {self.title}\n\n{rest.strip()}\n\n{chronicle(chats, titles=names)}"


SCENES: dict[str, Scene] = {}


def scene(
    engine: Callable[[], ScriptedEngine] = ScriptedEngine,
    *,
    summariser: Callable[[], Summariser] | None = None,
    **settings: Any,
) -> Callable[[Callable[[Bench], Awaitable[Any]]], Scene]:
    """Make a scene of a function; its name becomes the document's."""

    def made(play: Callable[[Bench], Awaitable[Any]]) -> Scene:
        name = play.__name__.replace("_", "-")
        SCENES[name] = Scene(name, play, engine, settings, summariser)
        return SCENES[name]

    return made


def _chats(it: Bench) -> Iterator[Chat]:
    """Every chat there is, those of business accounts too."""
    yield from it.api.state.chats.values()
    for business in it.api.state.businesses.values():
        yield from business.chats.values()


def _title(chat: Chat) -> str:
    kind = {"private": "private chat", "supergroup": "group"}.get(chat.type, chat.type)
    return f"{chat.names.get('title') or chat.names['first_name']} ({kind})"


def index() -> str:
    """The list of all documents."""
    lines = [f"- [{scene.title}]({name}.md)" for name, scene in sorted(SCENES.items())]
    head = (
        "What the bot says and shows, scene by scene. Written by `python -m tests.conversations`."
    )
    return "\n".join(["# Conversations", "", head, "", *lines, ""])
