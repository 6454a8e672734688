"""Try the real providers and the real Telegram with your own keys: ``make live-check``.

Costs a fraction of a cent. Never runs in CI, which has no keys.
"""

from __future__ import annotations

import asyncio
import sys
import time
import warnings
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from scripts.operators import command
from scripts.operators.environment import environment
from scripts.operators.findings import Finding, Mark, bad, good
from shared.adapters.clock import SystemClock
from shared.adapters.secrets import SettingsSecrets
from shared.adapters.telegram import TelegramMessenger
from shared.audio import Audio
from shared.errors import OperatorError, TranscriberError
from shared.jobs import Address
from shared.settings import Settings
from shared.telemetry import Tally

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

SAMPLE = Path(__file__).resolve().parent.parent / "local" / "sample"
MOST_WORDS_WRONG = 0.2
KEYS = {"groq": "groq_api_key", "deepgram": "deepgram_api_key"}
CHAT = "LIVE_CHAT_ID"


def main(arguments: Sequence[str] | None = None, environ: Mapping[str, str] | None = None) -> int:
    """Run the command; ``environ`` stands for the environment and ``.env``."""
    parser = command.parser(
        "live_check",
        "Send local/sample/note.oga to every speech provider you have a key of and compare the\n"
        "words; and with TELEGRAM_BOT_TOKEN and LIVE_CHAT_ID (a chat that knows the bot) send,\n"
        "edit and delete a message. Reads the environment and .env, as `make run` does.",
        "",
    )
    parser.parse_args(arguments)

    def body() -> int:
        given = environment() if environ is None else environ
        settings = Settings.from_environment(given)
        findings = [*speech(settings), *telegram(settings, given.get(CHAT, "").strip())]
        for finding in findings:
            command.say(str(finding))
        if all(finding.mark is Mark.SKIPPED for finding in findings):
            raise OperatorError("Nothing was checked: put keys into the environment or .env.")
        return command.FAILED if any(f.mark is Mark.BAD for f in findings) else 0

    return command.run(body)


def speech(settings: Settings) -> Iterator[Finding]:
    """Each key of each provider on the sample note."""
    from processor.engines.selection import missing  # noqa: PLC0415 - not needed for --help

    for name in ("groq", "deepgram", "openai"):
        lacks = missing(name, settings, SettingsSecrets(settings))
        if lacks:
            yield Finding(Mark.SKIPPED, f"skipped: {lacks} is not set", area=name)
            continue
        for number, one in enumerate(_single_keys(name, settings), start=1):
            area = name if number == 1 else f"{name} key {number}"
            try:
                found = asyncio.run(_recognise(one))
            except TranscriberError as error:
                found = bad("failed", str(error))
            yield replace(found, area=area)


def _single_keys(name: str, settings: Settings) -> Iterator[Settings]:
    """The settings with each key alone, as one good key would hide a bad one."""
    alone = replace(settings, speech_engine=name)
    if name not in KEYS:
        yield alone
        return
    for key in getattr(settings, KEYS[name]).split(","):
        if key.strip():
            yield replace(alone, **{KEYS[name]: key.strip()})


async def _recognise(settings: Settings) -> Finding:
    """What the selected engine hears in the sample note, against what was said."""
    from processor.engines import choose  # noqa: PLC0415 - not needed for --help

    engine = choose(
        settings,
        SettingsSecrets(settings),
        clock=SystemClock(),
        metrics=Tally(),
        budget=None,
    )
    started = time.monotonic()
    try:
        heard = await engine.recognise(Audio((SAMPLE / "note.oga").read_bytes(), "ogg"))
    finally:
        await engine.close()
    took_s = time.monotonic() - started
    said = " ".join(segment.text for segment in heard.segments)
    wrong = words_wrong((SAMPLE / "note.txt").read_text(encoding="utf-8"), said)
    text = f"{engine.profile.model}: {wrong:.0%} of the words wrong, {took_s:.1f} s"
    if wrong > MOST_WORDS_WRONG:
        return bad(text, f"more than {MOST_WORDS_WRONG:.0%}: try another model")
    return good(text)


def words_wrong(expected: str, said: str) -> float:
    """The word error rate, figures and punctuation made alike."""
    import jiwer  # noqa: PLC0415 - slow to import, not needed for --help

    with warnings.catch_warnings(action="ignore"):  # its source draws some when first compiled
        from whisper_normalizer.english import EnglishTextNormalizer  # noqa: PLC0415 - the same

    alike = EnglishTextNormalizer()
    return float(jiwer.wer(alike(expected), alike(said)))


def telegram(settings: Settings, chat: str) -> Iterator[Finding]:
    """The token, and a message's life in the chat."""
    if not settings.telegram_bot_token:
        yield Finding(Mark.SKIPPED, "skipped: TELEGRAM_BOT_TOKEN is not set", area="telegram")
        return
    if chat and not chat.removeprefix("-").isdecimal():
        raise OperatorError(f"{CHAT} must be a number: your own id, or a group's.")
    try:
        found = asyncio.run(_talk(settings, int(chat) if chat else None))
    except TranscriberError as error:
        found = bad("failed", f"{error}: check TELEGRAM_BOT_TOKEN, and write /start to the bot")
    yield replace(found, area="telegram")
    if not chat:
        yield Finding(Mark.SKIPPED, f"messages skipped: {CHAT} is not set", area="telegram")


async def _talk(settings: Settings, chat_id: int | None) -> Finding:
    messenger = TelegramMessenger(settings.telegram_bot_token, settings.telegram_api_url)
    try:
        name = (await messenger.get_me())["username"]
        if chat_id is None:
            return good(f"the token is @{name}'s")
        to = Address(chat_id)
        message_id = await messenger.send(to, "Checking …", quiet=True)
        shown = await messenger.edit(to, message_id, "Checked.")
        await messenger.call({"method": "deleteMessage", "chat_id": chat_id, "message_id": shown})
    finally:
        await messenger.close()
    if shown != message_id:
        return bad("an edit made a new message", "see whether the bot may edit in that chat")
    return good(f"@{name} sent, edited and deleted a message")


if __name__ == "__main__":
    sys.exit(main())
