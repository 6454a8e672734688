"""Every setting, read once into a frozen value. The only reader of the environment.

Each field is read from the variable of its own name in capitals; its ``doc`` is what
``.env.example`` and the documentation say of it. Empty variables count as unset.
"""

from __future__ import annotations

import math
import os
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, Self

from shared.errors import OperatorError

if TYPE_CHECKING:
    from collections.abc import Mapping

SECONDS_PER_DAY = 86_400
ENGINES = ("auto", "groq", "deepgram", "openai", "embedded")
GROUP_MODES = ("on_request", "all")
SWITCH = ("off", "on")
NETWORK_CHECKS = ("off", "warn", "enforce")


def _setting(default: Any, doc: str, *, secret: bool = False, choices: tuple[str, ...] = ()) -> Any:
    metadata = {"doc": doc, "secret": secret, "choices": choices}
    return field(default=default, repr=not secret, metadata=metadata)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The configuration of one process."""

    telegram_bot_token: str = _setting(
        "", "Token from @BotFather; empty runs the demonstration.", secret=True
    )
    telegram_bot_username: str = _setting(
        "", "The bot's name without @; commands in groups addressed to other bots are ignored."
    )
    telegram_api_url: str = _setting(
        "https://api.telegram.org", "Bot API server; your own one if you run it."
    )
    large_files: str = _setting(
        "off",
        "Take files above 20 MiB: on needs TELEGRAM_API_ID, TELEGRAM_API_HASH and sessions.",
        choices=SWITCH,
    )
    telegram_api_id: str = _setting("", "From my.telegram.org, for files above 20 MiB.")
    telegram_api_hash: str = _setting("", "The same.", secret=True)
    telegram_sessions: str = _setting(
        "", "File of sessions, one on each line, made by `make sessions ARGS='--local FILE'`."
    )
    webhook_secret_sha256: str = _setting(
        "",
        "SHA-256 (hex) of the webhook's secret token; the webhook refuses everything without it.",
    )
    telegram_networks: str = _setting(
        "off",
        "Check the webhook caller's address against Telegram's networks: off, warn or enforce.",
        choices=NETWORK_CHECKS,
    )

    speech_engine: str = _setting(
        "auto",
        "Speech engine: auto uses all that are configured of groq, deepgram, openai; else the embedded one.",
        choices=ENGINES,
    )
    groq_api_key: str = _setting(
        "", "Groq key; several, separated by commas, are used in turn.", secret=True
    )
    groq_model: str = _setting("whisper-large-v3-turbo", "Groq model.")
    groq_chat_model: str = _setting(
        "llama-3.3-70b-versatile", "Groq's language model for summaries; off turns them off."
    )
    groq_base_url: str = _setting("https://api.groq.com", "Groq's address, without a path.")
    groq_audio_s_per_hour: int = _setting(
        7200,
        "Seconds of audio an hour that Groq allows all its keys together; 7200 is the free tier.",
    )
    deepgram_api_key: str = _setting(
        "", "Deepgram key; several, separated by commas, are used in turn.", secret=True
    )
    deepgram_model: str = _setting("nova-3", "Deepgram model.")
    deepgram_base_url: str = _setting(
        "https://api.deepgram.com", "Deepgram's address; the regions have their own."
    )
    openai_base_url: str = _setting(
        "", "An OpenAI-compatible server, for example http://localhost:8000/v1."
    )
    openai_api_key: str = _setting("", "Its key, where it wants one.", secret=True)
    openai_model: str = _setting("whisper-1", "Its model.")
    whisper_model: str = _setting(
        "", "Folder of a faster-whisper model for the embedded engine; empty takes Whisper base."
    )

    speech_language: str = _setting(
        "",
        "Language of the speech (ISO 639-1) where neither user nor chat chose one; empty detects it.",
    )
    group_mode: str = _setting(
        "on_request",
        "In groups transcribe all media, or only on_request (/transcribe).",
        choices=GROUP_MODES,
    )

    admin_user_ids: str = _setting(
        "", "Telegram ids, separated by commas, of those who may see /stats."
    )

    allowed_ids: str = _setting(
        "",
        "Telegram ids, separated by commas, of the users, groups and channels served; empty serves all.",
    )
    denied_ids: str = _setting("", "Ids of those who are not served, whatever else is set.")

    user_tasks: int = _setting(3, "Tasks a user may have running at once.")
    user_per_minute: int = _setting(10, "Requests a user may make in any 60 seconds.")
    global_per_minute: int = _setting(100, "Requests all users together may make in a minute.")
    user_audio_minutes_per_day: float = _setting(
        1440.0, "Minutes of audio recognised for a user in any 24 hours; the cache is free."
    )
    task_lease_s: float = _setting(
        1800.0, "Seconds after which a task that was never finished stops counting."
    )

    tries: int = _setting(3, "How often a job is tried before the bot apologises.")
    retry_delays_s: tuple[float, ...] = _setting(
        (15.0, 60.0, 240.0), "Seconds to wait before each further try, separated by commas."
    )
    lease_s: float = _setting(90.0, "Seconds after which a crashed worker's job is taken up again.")
    workers: int = _setting(5, "Jobs worked on in parallel on a single machine.")
    retention_days: float = _setting(7.0, "Days transcripts, job records and history are kept.")

    database_path: str = _setting(
        "data/transcriber.sqlite3", "SQLite file of the single-machine edition."
    )

    service_name: str = _setting(
        "transcriber",
        "Name of this deployment in logs and metrics, where several share an account.",
    )
    state_table: str = _setting(
        "", "DynamoDB table of limits and jobs; set on AWS, where it replaces the SQLite file."
    )
    cache_table: str = _setting("", "DynamoDB table of transcripts.")
    express_queue_url: str = _setting("", "SQS queue of short jobs.")
    bulk_queue_url: str = _setting("", "SQS queue of long jobs.")
    dead_letter_queue_url: str = _setting("", "SQS queue of dead letters.")
    secrets_prefix: str = _setting(
        "", "SSM path of the SecureStrings bot-token, groq-api-key, deepgram-api-key."
    )
    aws_region: str = _setting("", "Region of tables, queues and secrets; Lambda sets it.")
    aws_endpoint_url: str = _setting("", "Address of an AWS emulator; empty means AWS itself.")

    @property
    def on_aws(self) -> bool:
        """Whether state lies in DynamoDB and SQS rather than in a SQLite file."""
        return bool(self.state_table)

    @property
    def retention_s(self) -> float:
        """``retention_days`` in seconds."""
        return self.retention_days * SECONDS_PER_DAY

    @property
    def max_receive_count(self) -> int:
        """Deliveries before a message is dead: every try, and the one that apologises."""
        return self.tries + 1

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None, **overrides: Any) -> Self:
        """Read ``environ`` (the process's own by default). Raise OperatorError naming what is wrong."""
        environ = os.environ if environ is None else environ
        given = {
            item.name: _parse(item.name, environ[item.name.upper()], item.default, item.metadata)
            for item in fields(cls)
            if environ.get(item.name.upper(), "").strip()
        }
        return cls(**{**given, **overrides})


def _parse(name: str, text: str, default: Any, metadata: Mapping[str, Any]) -> Any:
    """``text`` as the type of ``default``, positive if a number, one of the choices if it has any."""
    text = text.strip()
    try:
        if isinstance(default, tuple):
            return tuple(_positive(float(part)) for part in text.split(","))
        if isinstance(default, int | float):
            return _positive(type(default)(text))
    except ValueError:
        expected = "positive numbers" if isinstance(default, tuple) else "a positive number"
        raise OperatorError(f"{name.upper()} must be {expected}, not {text!r}") from None
    if metadata["choices"] and text not in metadata["choices"]:
        raise OperatorError(f"{name.upper()} must be one of {', '.join(metadata['choices'])}")
    return text


def _positive(number: float) -> float:
    if not 0 < number < math.inf:
        raise ValueError(number)
    return number
