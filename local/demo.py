"""The demonstration: the real bot, a stand-in for Telegram on this machine, and a simulated user.

Everything between the user's message and the answer is what runs in the real bot; only Telegram's
server is ours. Nothing leaves the machine unless a speech provider's key is set.
"""

from __future__ import annotations

import asyncio
import mimetypes
import resource
import shutil
import sys
import textwrap
import time
from asyncio import to_thread
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import composition
from local.loopback.bot_api import LoopbackBotApi
from local.loopback.events import EventKind
from local.service import Service
from shared.jobs import FILE_LIMIT_BYTES
from shared.texts import DEFAULT_LOCALE, Size, say, spoken

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.loopback.chats import Message
    from local.loopback.events import EventStream
    from local.loopback.people import User
    from shared.settings import Settings

TOKEN = "123456789:a-token-of-the-demonstration-only"  # noqa: S105  # opens nothing but our own server
SAMPLE = Path(__file__).parent / "sample" / "note.oga"
SAMPLE_DURATION_S = 25
OUTPUT = Path("output").resolve()
WHO_WIDTH = 6
SPOKEN = (EventKind.SENT, EventKind.EDITED)
PASSING = tuple(  # how words on work in progress begin
    str(spoken(DEFAULT_LOCALE).sentences[key]).partition("{")[0]
    for key in (
        "working",
        "queued",
        "waiting",
        "stage_fetching",
        "stage_transcribing",
        "stage_translating",
    )
)


class Demonstration:
    """One visit of the simulated user; ``file`` is his own, or the sample note where None."""

    def __init__(self, settings: Settings, file: Path | None) -> None:
        self._settings = settings
        self._file = file

    async def run(self) -> None:
        """Show it."""
        with TemporaryDirectory(prefix="telegram-transcriber-") as folder:
            async with LoopbackBotApi(TOKEN) as api:
                settings = replace(
                    self._settings,
                    telegram_bot_token=TOKEN,
                    telegram_api_url=api.base_url,
                    database_path=str(Path(folder) / "demo.sqlite3"),
                )
                await self._visit(settings, api)

    async def _visit(self, settings: Settings, api: LoopbackBotApi) -> None:
        app = composition.build(settings)
        await _load(app)
        stopping = asyncio.Event()
        service = Service(app)
        await service.prepare()
        serving = asyncio.create_task(service.run(stopping))
        try:
            await self._talk(api)
        finally:
            stopping.set()
            with suppress(asyncio.CancelledError):
                await serving
            await app.close()

    async def _talk(self, api: LoopbackBotApi) -> None:
        user = api.user(1, "You")
        chat = Chat(user, api.events())
        sent, first_s = await chat.ask(lambda: self._send(user), self._describe())
        answer = chat.answer
        if answer is None or not answer.buttons:
            return
        for name in ("txt", "srt"):
            await chat.press(answer, say(DEFAULT_LOCALE, f"button_{name}"))
        print(f"\nThe same {'file' if self._file else 'note'} once more:\n")
        _, again_s = await chat.ask(lambda: user.forward(sent), "forwards it")
        print(
            f"\nFirst answer after {first_s:.2f} s; from the cache after {again_s:.2f} s "
            f"({first_s / again_s:.0f} times faster). Peak memory {_peak_mib():.0f} MiB.\n"
            f"The files are in {OUTPUT}"
        )

    async def _send(self, user: User) -> Message:
        if self._file is None:
            return await user.send_voice(
                await to_thread(SAMPLE.read_bytes), duration=SAMPLE_DURATION_S
            )
        data = await to_thread(self._file.read_bytes)
        kind = mimetypes.guess_type(self._file.name.lower())[0]
        return await user.send_document(data, name=self._file.name, mime_type=kind)

    def _describe(self) -> str:
        if self._file is None:
            return f"🎤 voice note, 0:{SAMPLE_DURATION_S:02}, {_size(SAMPLE.stat().st_size)}"
        return f"📎 {self._file.name}, {_size(self._file.stat().st_size)}"


class Chat:
    """Prints a private chat as it happens and waits for the bot's last word."""

    def __init__(self, user: User, events: EventStream) -> None:
        self._user = user
        self._events = events
        self.answer: Message | None = None

    async def ask(self, send: Callable[[], object], what: str) -> tuple[Message, float]:
        """Send, and print until the answer stands; the message sent and the seconds it took."""
        _line("You", what)
        started = time.perf_counter()
        sent: Message = await send()  # type: ignore[misc]
        async for event in self._events:
            shown = event.message
            if event.kind not in SPOKEN or shown is None or shown.id < sent.id:
                continue
            _line("Bot", event.text)
            if not event.text.startswith(PASSING):
                self.answer = shown
                break
        taken_s = time.perf_counter() - started
        if self.answer is not None and self.answer.buttons:
            _line("", "  ".join(f"[{text}]" for text in self.answer.button_texts))
        return sent, taken_s

    async def press(self, message: Message, label: str) -> None:
        """Press a button and save the document it brings."""
        _line("You", f"presses [{label}]")
        await self._user.press(message, label)
        async for event in self._events:
            if event.kind is EventKind.DOCUMENT and event.message is not None:
                path = await to_thread(_save, event.message)
                _line("Bot", f"📎 {path.name}")
                return
            if event.kind is EventKind.CALLBACK_ANSWER and event.text:
                _line("Bot", event.text)
                return


async def _load(app: composition.App) -> None:
    """Have the speech engine ready before the clock starts, and say what takes so long."""
    profile = app.engine.profile
    load = getattr(app.engine, "load", None)
    print(f"Speech engine: {profile.name}, {profile.model}")
    if load is not None:
        started = time.perf_counter()
        await load(lambda step: print(f"  {step} …", flush=True))
        print(f"  ready after {time.perf_counter() - started:.1f} s")
    print()


def _peak_mib() -> float:
    """The process's largest resident size so far."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1 << 20 if sys.platform == "darwin" else 1 << 10)  # bytes there, KiB on Linux


def _save(message: Message) -> Path:
    OUTPUT.mkdir(exist_ok=True)
    path = OUTPUT / (message.file_name or "transcript")
    path.write_bytes(message.document or b"")
    return path


def _line(who: str, text: str) -> None:
    width = min(shutil.get_terminal_size((88, 24)).columns, 100) - WHO_WIDTH
    for paragraph in text.splitlines() or [""]:
        for line in textwrap.wrap(paragraph, width) or [""]:
            print(f"{who:<{WHO_WIDTH}}{line}", flush=True)
            who = ""


NEXT_STEPS = """
What next?
  your own file    make run FILE=talk.mp4
  your own bot     ask @BotFather for a token, then  cp .env.example .env  and set
                   TELEGRAM_BOT_TOKEN there;  make run  starts it
  faster, better   set GROQ_API_KEY or DEEPGRAM_API_KEY in .env: their engines take over
  in the cloud     docs/operations.md: on AWS in five commands
"""


def check(file: Path) -> str | None:
    """What keeps ``file`` from being sent, in one sentence; None when nothing does."""
    if not file.is_file():
        return f"There is no file {file}. Give the path of an audio or video file: make run FILE=talk.mp4"
    if file.stat().st_size > FILE_LIMIT_BYTES:
        return f"{file} is {_size(file.stat().st_size)}; Telegram takes files up to {_size(FILE_LIMIT_BYTES)}."
    return None


def _size(size_bytes: int) -> str:
    return Size(size_bytes).written(spoken(DEFAULT_LOCALE))
