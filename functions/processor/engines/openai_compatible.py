"""Any server with OpenAI's transcription endpoint: speaches, vLLM, whisper.cpp, OpenAI itself."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import httpx

from processor.engines.failures import failure
from processor.engines.hearing import from_verbose_json, in_english, parsed
from processor.engines.hints import prompt
from processor.engines.keys import checked
from processor.engines.languages import whisper_code
from processor.engines.uploads import file_name, mime_type
from shared.audio import EngineProfile
from shared.errors import OperatorError, TranscriberError, TransientError
from shared.ports import PLAIN
from shared.transcripts import TRANSCRIBE, TRANSLATE

if TYPE_CHECKING:
    from collections.abc import Callable

    from shared.audio import Audio
    from shared.transcripts import Instructions, Recognition

NAME = "openai"
# The one lossless format every such server reads: whisper.cpp, for one, knows no Opus.
CONTAINERS = frozenset({"flac"})
CODECS = frozenset({"flac"})
MAX_BYTES = 24_000_000  # OpenAI's 25 MB, with room for the form around it
MAX_CHUNK_S = 300.0  # a server without a graphics card may take as long as the audio
TIMEOUT = httpx.Timeout(600.0, connect=10.0)
ENDPOINTS = {TRANSCRIBE: "transcriptions", TRANSLATE: "translations"}
VERBOSE = {"response_format": "verbose_json"}  # with segments, which are its default
UNKNOWN_FORMAT = (b"response_format", b"verbose_json", b"timestamp_granularities")

# httpx's exceptions, looked up from the raised class upwards.
MEANINGS: dict[type[BaseException], tuple[type[TransientError | OperatorError], str]] = {
    httpx.InvalidURL: (OperatorError, "has a wrong address: OPENAI_BASE_URL"),
    httpx.UnsupportedProtocol: (OperatorError, "has a wrong address: OPENAI_BASE_URL"),
    httpx.LocalProtocolError: (OperatorError, "cannot be sent this request"),
    httpx.TimeoutException: (TransientError, "did not answer in time"),
    httpx.ConnectError: (TransientError, "cannot be reached"),
    httpx.HTTPError: (TransientError, "broke the connection off"),
}


class OpenAICompatibleEngine:
    """Engine over ``POST {base_url}/audio/transcriptions``. Use it in one event loop.

    ``read_key`` gives the current key; an empty one sends none.
    """

    def __init__(
        self,
        base_url: str,
        model: str,
        read_key: Callable[[], str],
        *,
        timeout: httpx.Timeout = TIMEOUT,
    ) -> None:
        self._base_url = base_url.rstrip("/")
        self._read_key = read_key
        self._timeout = timeout
        self._verbose = True
        self._opened: httpx.AsyncClient | None = None
        self.profile = EngineProfile(
            NAME,
            model,
            CONTAINERS,
            CODECS,
            MAX_BYTES,
            MAX_CHUNK_S,
            translates=True,
            hints=True,
        )

    async def recognise(
        self,
        audio: Audio,
        *,
        language: str | None = None,
        instructions: Instructions = PLAIN,
        progress: Callable[[float], None] | None = None,  # noqa: ARG002  (one answer, at the end)
    ) -> Recognition:
        """Transcribe one file; a server without segments gives one over the whole chunk."""
        language = whisper_code(language)
        form = self._form(language, instructions)
        verbose = self._verbose  # a chunk beside this one may change it meanwhile
        answer = await self._post(audio, instructions.task, form | VERBOSE if verbose else form)
        if verbose and _refuses_format(answer):
            self._verbose = False  # it will refuse the next chunk too
            answer = await self._post(audio, instructions.task, form)
        if answer.status_code != httpx.codes.OK:
            raise failure(NAME, answer.status_code, answer.content, answer.headers)
        raw = parsed(answer.content, NAME)
        heard = from_verbose_json(raw, provider=NAME, audio=audio, language=language)
        return in_english(heard, instructions)

    async def close(self) -> None:
        """Close the connections; the next call opens new ones."""
        client, self._opened = self._opened, None
        if client is not None:
            await client.aclose()

    def _form(self, language: str | None, instructions: Instructions) -> dict[str, str]:
        """The fields beside the file. A translation is English, whatever was spoken."""
        form = {"model": self.profile.model, "response_format": "json"}
        if language and instructions.task != TRANSLATE:
            form["language"] = language
        if (said := prompt(instructions.hints)) is not None:
            form["prompt"] = said
        return form

    async def _post(self, audio: Audio, task: str, form: dict[str, str]) -> httpx.Response:
        key = checked(await asyncio.to_thread(self._read_key), "OPENAI_API_KEY")
        if self._opened is None:
            self._opened = httpx.AsyncClient(timeout=self._timeout)
        try:
            return await self._opened.post(
                f"{self._base_url}/audio/{ENDPOINTS[task]}",
                data=form,
                files={"file": (file_name(audio), audio.data, mime_type(audio))},
                headers={"Authorization": f"Bearer {key}"} if key else {},
            )
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise translated(error) from error


def translated(error: httpx.HTTPError | httpx.InvalidURL) -> TranscriberError:
    """Our error for one of httpx's."""
    kind, reason = next(MEANINGS[cls] for cls in type(error).__mro__ if cls in MEANINGS)
    return kind(f"the {NAME} server {reason}")


def _refuses_format(answer: httpx.Response) -> bool:
    refused = answer.status_code in (
        httpx.codes.BAD_REQUEST,
        httpx.codes.UNPROCESSABLE_ENTITY,
    )
    return refused and any(name in answer.content for name in UNKNOWN_FORMAT)
