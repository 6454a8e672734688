"""Groq's transcription endpoint on loopback, as strict as the live one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from processor.engines.languages import WHISPER_LANGUAGES
from tests.doubles.speech_server import Fault, Refused, SpeechServer, answer
from tests.doubles.transcription_form import invalid, read_form, verbose

if TYPE_CHECKING:
    from collections.abc import Callable

    from aiohttp import web

    from tests.doubles.transcription_form import Form

MODELS = ("whisper-large-v3", "whisper-large-v3-turbo")
FORMATS = ("json", "text", "verbose_json")
CHAT_MODELS = ("llama-3.3-70b-versatile", "llama-3.1-8b-instant")
CHAT_FIELDS = {"model", "messages", "temperature", "max_completion_tokens"}
HOTTEST = 2
LIMIT_BYTES = 25_000_000
NAMES = {code: name.capitalize() for name, code in WHISPER_LANGUAGES.items()}
RATE_HEADERS = {
    "x-ratelimit-limit-requests": "2000",
    "x-ratelimit-remaining-requests": "1999",
    "x-ratelimit-reset-requests": "43.2s",
    "x-ratelimit-limit-audio-seconds": "7200",
    "x-ratelimit-remaining-audio-seconds": "7190",
    "x-ratelimit-reset-audio-seconds": "5s",
    "x-request-id": "req_01loopback",
}
UPSELL = "Need more tokens? Upgrade to Dev Tier today at https://console.groq.com/settings/billing"
TOO_LARGE = Fault(
    413,
    {
        "error": {
            "message": "Request Entity Too Large",
            "type": "invalid_request_error",
            "code": "request_too_large",
        }
    },
)
OVER_QUOTA = Fault(
    413,
    {
        "error": {
            "message": "Request too large for model in organization `org_loopback` on seconds of"
            f" audio per hour (ASPH): Limit 7200, Requested 10200, please reduce. {UPSELL}",
            "type": "seconds",
            "code": "rate_limit_exceeded",
        }
    },
)


def rate_limited(retry_after: str | None = "100") -> Fault:
    """A 429; without ``retry_after`` only its sentence says how long (99.738 s)."""
    error = {
        "message": "Rate limit reached for model in organization `org_loopback` on seconds of audio"
        f" per hour (ASPH): Limit 7200, Used 7170. Please try again in 1m39.738s. {UPSELL}",
        "type": "seconds",
        "code": "rate_limit_exceeded",
    }
    headers = {} if retry_after is None else {"retry-after": retry_after}
    return Fault(429, {"error": error}, {**RATE_HEADERS, **headers})


def no_such_model() -> Fault:
    """What a model nobody knows gets."""
    error = {
        "message": "The model does not exist",
        "type": "invalid_request_error",
        "code": "model_not_found",
    }
    return Fault(404, {"error": error})


class GroqServer(SpeechServer):
    """Serves ``POST /openai/v1/audio/transcriptions``; ``base_url`` is what the SDK takes."""

    translated = 0
    """How many translations were asked for."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.chats: list[dict[str, Any]] = []
        """The bodies of requests to the language model."""
        self.says: Callable[[str], str] = lambda _: "All of it was said.\n\n• One thing"
        """What the language model answers to the user's message."""

    def add_routes(self, router: web.UrlDispatcher) -> None:
        """The two audio endpoints, and that of the language models."""
        router.add_post("/openai/v1/audio/transcriptions", self._transcriptions)
        router.add_post("/openai/v1/audio/translations", self._translations)
        router.add_post("/openai/v1/chat/completions", self._completions)

    def unauthorised(self) -> Fault:
        """What a wrong key gets."""
        error = {
            "message": "Invalid API Key",
            "type": "invalid_request_error",
            "code": "invalid_api_key",
        }
        return Fault(401, {"error": error})

    def undecodable(self) -> Fault:
        """What bytes that are no audio get."""
        return invalid("could not process file - is it a valid media file?")

    async def _transcriptions(self, request: web.Request) -> web.Response:
        key = self._caller(request)
        return await self._heard(await read_form(request, FORMATS, LIMIT_BYTES), key)

    async def _translations(self, request: web.Request) -> web.Response:
        key = self._caller(request)
        form = await read_form(request, FORMATS, LIMIT_BYTES, translates=True)
        if form.fields.get("model") != "whisper-large-v3":
            raise Refused(invalid("this model does not translate", param="model"))
        self.translated += 1
        return await self._heard(form, key)

    async def _completions(self, request: web.Request) -> web.Response:
        self._caller(request)
        body = await request.json()
        if unknown := set(body) - CHAT_FIELDS:
            raise Refused(invalid(f"property '{min(unknown)}' is unsupported"))
        roles = [message["role"] for message in body["messages"]]
        if roles != ["system", "user"] or not 0 <= body["temperature"] <= HOTTEST:
            raise Refused(invalid("messages or temperature are not valid"))
        if body["model"] not in CHAT_MODELS:
            raise Refused(no_such_model())
        self.chats.append(body)
        answered = {"role": "assistant", "content": self.says(body["messages"][1]["content"])}
        choice = {"index": 0, "message": answered, "finish_reason": "stop", "logprobs": None}
        completion = {"id": "chatcmpl-1", "object": "chat.completion", "choices": [choice]}
        return answer(Fault(200, completion | {"model": body["model"]}, RATE_HEADERS))

    def _caller(self, request: web.Request) -> str:
        if "User-Agent" not in request.headers:
            raise Refused(Fault(403, "error code: 1010"))
        return self.key_of(request, "Bearer")

    async def _heard(self, form: Form, key: str) -> web.Response:
        if form.fields.get("model") not in MODELS:
            raise Refused(no_such_model())
        asked = form.fields.get("language")
        if asked is not None and asked not in NAMES:
            raise Refused(invalid("language is not supported", param="language"))
        seen, segments = await self.hear(
            form.data,
            key=key,
            fields=form.fields,
            file_name=form.file_name,
            content_type=form.content_type,
        )
        body = verbose(segments, language=NAMES[asked or self.language], duration_s=seen.duration_s)
        if form.format == "text":
            return answer(Fault(200, body["text"], RATE_HEADERS))
        if form.format == "json":
            body = {"text": body["text"]}
        body["x_groq"] = {"id": "req_01loopback"}
        return answer(Fault(200, body, RATE_HEADERS))
