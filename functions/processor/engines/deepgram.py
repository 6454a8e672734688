"""Nova at Deepgram."""

from __future__ import annotations

import asyncio
import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import groupby, starmap
from typing import TYPE_CHECKING, Any, TypeAlias

import requests

from processor.engines.failures import RequestRefusedError, failure
from processor.engines.hearing import finite, not_a_transcript, parsed, recognition
from processor.engines.uploads import mime_type
from shared.audio import EngineProfile
from shared.errors import OperatorError, TranscriberError, TransientError
from shared.ports import PLAIN
from shared.transcripts import Segment, Word

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from processor.engines.keys import Keys
    from shared.audio import Audio
    from shared.transcripts import Instructions, Recognition

NAME = "deepgram"
BASE_URL = "https://api.deepgram.com"
CONTAINERS = frozenset({"aac", "flac", "m4a", "mp3", "mp4", "mpeg", "mpga", "ogg", "wav", "webm"})
CODECS = frozenset({"aac", "mp3", "opus", "vorbis", "flac", "pcm_"})
MAX_BYTES = 100_000_000  # 2 GB are allowed, but a chunk is held in memory
MAX_CHUNK_S = 600.0
HINTING = ("nova-3",)  # models that take key terms
USD_PER_HOUR = 60 * 0.0043  # list price of nova-3, November 2026
SPEAKERS_USD_PER_HOUR = 60 * 0.002
SECONDS_PER_HOUR = 3600.0
TIMEOUT_S = (10.0, 180.0)  # to connect or send, to read
THREADS = 16  # own ones: waiting for Deepgram must not keep storage calls from their threads
PAUSE_S = 0.8  # Deepgram's own default for where one utterance ends
SENTENCE_ENDS = (".", "?", "!", "…", "。", "？", "！")

Params: TypeAlias = dict[str, str | list[str]]
# ``model`` has a default that nobody wants, ``mip_opt_out`` keeps the audio out of training.
OPTIONS = {
    "smart_format": "true",
    "punctuate": "true",
    "utterances": "true",
    "mip_opt_out": "true",
}
# requests' exceptions, looked up from the raised class upwards.
MEANINGS: dict[type[BaseException], tuple[type[TransientError | OperatorError], str]] = {
    requests.Timeout: (TransientError, "did not answer in time"),
    requests.ConnectionError: (TransientError, "cannot be reached"),
    requests.exceptions.InvalidURL: (OperatorError, "has a wrong address: DEEPGRAM_BASE_URL"),
    requests.exceptions.MissingSchema: (OperatorError, "has a wrong address: DEEPGRAM_BASE_URL"),
    requests.exceptions.InvalidSchema: (OperatorError, "has a wrong address: DEEPGRAM_BASE_URL"),
    requests.exceptions.InvalidHeader: (OperatorError, "cannot be sent this header"),
    requests.RequestException: (TransientError, "broke the connection off"),
}


class DeepgramEngine:
    """Engine over Deepgram's pre-recorded API."""

    def __init__(
        self,
        keys: Keys,
        model: str,
        base_url: str = BASE_URL,
        *,
        timeout_s: tuple[float, float] = TIMEOUT_S,
    ) -> None:
        self._keys = keys
        self._url = f"{base_url.rstrip('/')}/v1/listen"
        self._timeout_s = timeout_s
        self._session = requests.Session()
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix=NAME)
        self.profile = EngineProfile(
            NAME,
            model,
            CONTAINERS,
            CODECS,
            MAX_BYTES,
            MAX_CHUNK_S,
            speakers=True,
            hints=model.startswith(HINTING),
        )

    async def recognise(
        self,
        audio: Audio,
        *,
        language: str | None = None,
        instructions: Instructions = PLAIN,
        progress: Callable[[float], None] | None = None,  # noqa: ARG002  (one answer, at the end)
    ) -> Recognition:
        """Transcribe one file; a language the model does not have is detected instead."""
        try:
            body = await self._listen(audio, language, instructions)
        except RequestRefusedError:
            if language is None:
                raise
            body = await self._listen(audio, None, instructions)
        heard = from_listen(parsed(body, NAME), audio, language)
        hourly = USD_PER_HOUR + (SPEAKERS_USD_PER_HOUR if instructions.speakers else 0.0)
        return replace(heard, cost_usd=hourly * (heard.duration_s or 0.0) / SECONDS_PER_HOUR)

    async def close(self) -> None:
        """Close the connections; calls still waiting end with their own timeouts."""
        self._threads.shutdown(wait=False)
        self._session.close()

    async def _listen(
        self, audio: Audio, language: str | None, instructions: Instructions
    ) -> bytes:
        params: Params = {"model": self.profile.model, **OPTIONS}
        params |= {"language": language} if language else {"detect_language": "true"}
        if instructions.speakers:
            params["diarize_model"] = "latest"
        if instructions.hints and self.profile.hints:
            params["keyterm"] = list(instructions.hints)
        loop = asyncio.get_running_loop()
        return await self._keys.call(
            lambda key: loop.run_in_executor(self._threads, self._post, key, audio, params)
        )

    def _post(self, key: str, audio: Audio, params: Params) -> bytes:
        try:
            answer = self._session.post(
                self._url,
                params=params,
                data=audio.data,
                headers={"Content-Type": mime_type(audio), "Accept": "application/json"},
                auth=_Token(key),
                timeout=self._timeout_s,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            raise translated(error) from error
        if answer.status_code != requests.codes.ok:
            raise failure(NAME, answer.status_code, answer.content, answer.headers)
        return answer.content


class _Token(requests.auth.AuthBase):
    """Deepgram's scheme, as ``auth`` because a .netrc entry would replace a plain header."""

    def __init__(self, key: str) -> None:
        self._key = key

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Token {self._key}"
        return request


def translated(error: requests.RequestException) -> TranscriberError:
    """Our error for one of requests'."""
    kind, reason = next(MEANINGS[cls] for cls in type(error).__mro__ if cls in MEANINGS)
    return kind(f"{NAME} {reason}")


def from_listen(raw: Any, audio: Audio, language: str | None) -> Recognition:
    """The recognition in an answer. Raise TransientError when it is about other bytes."""
    try:
        metadata, results = raw["metadata"], raw["results"]
        intact = metadata["sha256"].lower() == hashlib.sha256(audio.data).hexdigest()
        duration_s = finite(metadata["duration"])
        channel: dict[str, Any] = next(iter(results["channels"]), {})
        alternative: dict[str, Any] = next(iter(channel.get("alternatives", ())), {})
        segments = list(_segments(results, alternative, duration_s))
        languages = [channel.get("detected_language"), *alternative.get("languages", ()), language]
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise not_a_transcript(NAME) from error
    if not intact:
        raise TransientError(f"{NAME} received other bytes than were sent")
    return recognition(
        segments,
        language=next(filter(None, languages), None),
        duration_s=duration_s if audio.duration_s is None else audio.duration_s,
    )


def _segments(results: Any, alternative: Any, duration_s: float) -> Iterator[Segment]:
    """Utterances where there are any, else words grouped, else the whole text as one."""
    utterances = results.get("utterances") or ()
    for item in utterances:
        turns = list(_turns(item.get("words", ())))
        if len(turns) > 1:  # several speak within one utterance
            yield from starmap(_joined, turns)
            continue
        speaker, words = turns[0] if turns else (None, [])
        yield Segment(
            finite(item["start"]),
            finite(item["end"]),
            item["transcript"].strip(),
            tuple(words),
            speaker=speaker,
        )
    if utterances:
        return
    for speaker, words in _turns(alternative.get("words", ())):
        yield from (_joined(speaker, group) for group in _grouped(words))
    if not alternative.get("words"):
        yield Segment(0.0, duration_s, alternative.get("transcript", "").strip())


def _turns(raw: Sequence[Any]) -> Iterator[tuple[int | None, list[Word]]]:
    """The words by who says them, as long as one speaks; None where nobody was told apart."""
    for speaker, words in groupby(raw, lambda word: word.get("speaker")):
        yield None if speaker is None else int(speaker), [_word(word) for word in words]


def _word(raw: Any) -> Word:
    return Word(finite(raw["start"]), finite(raw["end"]), raw.get("punctuated_word") or raw["word"])


def _grouped(words: list[Word]) -> Iterator[list[Word]]:
    """The words up to each pause or end of a sentence."""
    group: list[Word] = []
    for word in words:
        if group and (
            word.start_s - group[-1].end_s >= PAUSE_S or group[-1].text.endswith(SENTENCE_ENDS)
        ):
            yield group
            group = []
        group.append(word)
    yield group


def _joined(speaker: int | None, words: list[Word]) -> Segment:
    text = " ".join(word.text for word in words)
    return Segment(words[0].start_s, words[-1].end_s, text, tuple(words), speaker=speaker)
