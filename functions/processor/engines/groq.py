"""Whisper at Groq."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import httpx

from processor.engines.failures import MEANINGS, failure, go_duration_s
from processor.engines.hearing import finite, from_verbose_json, in_english, parsed
from processor.engines.hints import prompt
from processor.engines.languages import whisper_code
from processor.engines.uploads import file_name, mime_type
from shared.audio import EngineProfile
from shared.errors import OperatorError, TranscriberError, TransientError
from shared.ports import PLAIN
from shared.transcripts import TRANSLATE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import groq

    from processor.engines.keys import Keys
    from shared.audio import Audio
    from shared.transcripts import Instructions, Recognition

NAME = "groq"
BASE_URL = "https://api.groq.com"
CONTAINERS = frozenset({"flac", "mp3", "mp4", "mpeg", "mpga", "m4a", "ogg", "wav", "webm"})
CODECS = frozenset({"aac", "mp3", "opus", "vorbis", "flac", "pcm_"})
MAX_BYTES = 24_000_000  # 25 MB on the free tier, with room for the form around it
MAX_CHUNK_S = 600.0
TIMES_REAL_TIME = 200.0  # as Groq states it: 189 for large-v3, 216 for turbo
TRANSLATOR = "whisper-large-v3"  # the one model that translates; turbo is refused
USD_PER_HOUR = {TRANSLATOR: 0.111, "whisper-large-v3-turbo": 0.04}  # list prices, November 2026
LEAST_BILLED_S = 10.0
SECONDS_PER_HOUR = 3600.0
TIMEOUT = httpx.Timeout(120.0, connect=10.0)

GROQ_MEANINGS: dict[int, type[TranscriberError]] = {
    **MEANINGS,
    422: TransientError,  # well formed, but not followed this time: documented as worth a retry
    498: TransientError,  # flex capacity exceeded
}
# Exceptions that come without a status; those with one are told apart by it.
UNANSWERED = {
    "APITimeoutError": "did not answer in time",
    "APIConnectionError": "cannot be reached",
    "APIResponseValidationError": "answered something that is no transcript",
}
WRONG_ADDRESS = f"{NAME} has a wrong address: GROQ_BASE_URL"


class GroqEngine:
    """Engine over the Groq SDK. Use it in one event loop.

    ``learn`` gets, in a thread, what Groq says with an answer: the seconds of audio left in its
    rolling hour, and after how many seconds all of it is back.
    """

    def __init__(
        self,
        keys: Keys,
        model: str,
        base_url: str = BASE_URL,
        *,
        timeout: httpx.Timeout = TIMEOUT,
        learn: Callable[[float, float], None] | None = None,
    ) -> None:
        self._keys = keys
        self._learn = learn
        self._base_url = base_url
        self._timeout = timeout
        self._opened: groq.AsyncGroq | None = None
        self.profile = EngineProfile(
            NAME,
            model,
            CONTAINERS,
            CODECS,
            MAX_BYTES,
            MAX_CHUNK_S,
            translates=True,
            hints=True,
            times_real_time=TIMES_REAL_TIME,
        )

    async def recognise(
        self,
        audio: Audio,
        *,
        language: str | None = None,
        instructions: Instructions = PLAIN,
        progress: Callable[[float], None] | None = None,  # noqa: ARG002  (one answer, at the end)
    ) -> Recognition:
        """Transcribe one file; a language Whisper does not know is detected instead."""
        form = self._form(whisper_code(language), instructions)
        body = await self._keys.call(lambda key: self._post(key, audio, form, instructions.task))
        heard = from_verbose_json(
            parsed(body, NAME), provider=NAME, audio=audio, language=form.get("language")
        )
        cost = cost_usd(form["model"], heard.duration_s or 0.0)
        return replace(in_english(heard, instructions), cost_usd=cost)

    async def close(self) -> None:
        """Close the connections; the next call opens new ones."""
        client, self._opened = self._opened, None
        if client is not None:
            await client.close()

    def _form(self, language: str | None, instructions: Instructions) -> dict[str, Any]:
        """The fields beside the file. A translation is English, whatever was spoken."""
        form = {"model": self.profile.model}
        if instructions.task == TRANSLATE:
            form = {"model": TRANSLATOR}
        elif language:
            form["language"] = language
        if (said := prompt(instructions.hints)) is not None:
            form["prompt"] = said
        return form

    async def _post(self, key: str, audio: Audio, form: dict[str, Any], task: str) -> bytes:
        import groq  # noqa: PLC0415  (costs 300 ms, which a cache hit need not pay)

        try:
            endpoints = self._client().with_options(api_key=key).audio
            endpoint = endpoints.translations if task == TRANSLATE else endpoints.transcriptions
            answer = await endpoint.with_raw_response.create(
                # Bytes under a name: a stream would be sent empty by a second attempt.
                file=(file_name(audio), audio.data, mime_type(audio)),
                response_format="verbose_json",  # with segments, which are its default
                temperature=0.0,
                **form,
            )
            await self._report(answer.headers)
            return await answer.read()
        except groq.GroqError as error:
            if isinstance(error, groq.APIStatusError):
                await self._report(error.response.headers)
            raise translated(error) from error
        except httpx.InvalidURL as error:
            raise OperatorError(WRONG_ADDRESS) from error

    async def _report(self, headers: Mapping[str, str]) -> None:
        """Pass on what is left of the hour, where the answer says so."""
        left = audio_left(headers)
        if self._learn is not None and left is not None:
            await asyncio.to_thread(self._learn, *left)

    def _client(self) -> groq.AsyncGroq:
        import groq  # noqa: PLC0415  (as above)

        if self._opened is None:
            self._opened = groq.AsyncGroq(
                api_key="given with each call",
                base_url=self._base_url,
                timeout=self._timeout,
                max_retries=0,  # the queue retries; see the keys for the rest
            )
        return self._opened


def cost_usd(model: str, audio_s: float) -> float:
    """What Groq takes at list prices; of a model we do not know, nothing is known."""
    return USD_PER_HOUR.get(model, 0.0) * max(audio_s, LEAST_BILLED_S) / SECONDS_PER_HOUR


def audio_left(headers: Mapping[str, str]) -> tuple[float, float] | None:
    """Seconds of audio left in the rolling hour, and seconds until all of it is back."""
    reset_s = go_duration_s(headers.get("x-ratelimit-reset-audio-seconds", ""))
    try:
        remaining_s = finite(headers.get("x-ratelimit-remaining-audio-seconds", ""))
    except ValueError:
        return None
    return None if reset_s is None else (remaining_s, reset_s)


def translated(error: groq.GroqError) -> TranscriberError:
    """Our error for one of the SDK's."""
    import groq  # noqa: PLC0415  (as above)

    if isinstance(error, groq.APIStatusError):
        response = error.response
        return failure(
            NAME, response.status_code, response.content, response.headers, GROQ_MEANINGS
        )
    if isinstance(error.__cause__, httpx.UnsupportedProtocol):
        return OperatorError(WRONG_ADDRESS)
    reason = UNANSWERED.get(type(error).__name__)
    if reason is not None:
        return TransientError(f"{NAME} {reason}")
    return OperatorError(f"the {NAME} client failed: {type(error).__name__}")
