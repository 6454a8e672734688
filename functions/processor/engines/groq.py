"""Whisper at Groq."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import httpx

from processor.engines.failures import MEANINGS, failure, go_duration_s
from processor.engines.hearing import finite, from_verbose_json, parsed
from processor.engines.languages import whisper_code
from processor.engines.uploads import file_name, mime_type
from shared.audio import EngineProfile
from shared.errors import OperatorError, TranscriberError, TransientError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import groq

    from processor.engines.keys import Keys
    from shared.audio import Audio
    from shared.transcripts import Recognition

NAME = "groq"
BASE_URL = "https://api.groq.com"
CONTAINERS = frozenset({"flac", "mp3", "mp4", "mpeg", "mpga", "m4a", "ogg", "wav", "webm"})
CODECS = frozenset({"aac", "mp3", "opus", "vorbis", "flac", "pcm_"})
MAX_BYTES = 24_000_000  # 25 MB on the free tier, with room for the form around it
MAX_CHUNK_S = 600.0
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
        self.profile = EngineProfile(NAME, model, CONTAINERS, CODECS, MAX_BYTES, MAX_CHUNK_S)

    async def recognise(
        self,
        audio: Audio,
        *,
        language: str | None = None,
        progress: Callable[[float], None] | None = None,  # noqa: ARG002  (one answer, at the end)
    ) -> Recognition:
        """Transcribe one file; a language Whisper does not know is detected instead."""
        language = whisper_code(language)
        body = await self._keys.call(lambda key: self._post(key, audio, language))
        return from_verbose_json(parsed(body, NAME), provider=NAME, audio=audio, language=language)

    async def close(self) -> None:
        """Close the connections; the next call opens new ones."""
        client, self._opened = self._opened, None
        if client is not None:
            await client.close()

    async def _post(self, key: str, audio: Audio, language: str | None) -> bytes:
        import groq  # noqa: PLC0415  (costs 300 ms, which a cache hit need not pay)

        try:
            client = self._client().with_options(api_key=key)
            answer = await client.audio.transcriptions.with_raw_response.create(
                model=self.profile.model,
                # Bytes under a name: a stream would be sent empty by a second attempt.
                file=(file_name(audio), audio.data, mime_type(audio)),
                language=language or groq.omit,
                response_format="verbose_json",
                timestamp_granularities=["segment"],
                temperature=0.0,
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
