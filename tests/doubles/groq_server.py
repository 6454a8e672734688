"""Groq's transcription endpoint on loopback, as strict as the live one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processor.engines.languages import WHISPER_LANGUAGES
from tests.doubles.speech_server import Fault, Refused, SpeechServer, answer
from tests.doubles.transcription_form import invalid, read_form, verbose

if TYPE_CHECKING:
    from aiohttp import web

    from tests.doubles.transcription_form import Form

MODELS = ("whisper-large-v3", "whisper-large-v3-turbo")
FORMATS = ("json", "text", "verbose_json")
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


class GroqServer(SpeechServer):
    """Serves ``POST /openai/v1/audio/transcriptions``; ``base_url`` is what the SDK takes."""

    def add_routes(self, router: web.UrlDispatcher) -> None:
        """The two audio endpoints."""
        router.add_post("/openai/v1/audio/transcriptions", self._transcriptions)
        router.add_post("/openai/v1/audio/translations", self._translations)

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
        form = await read_form(request, FORMATS, LIMIT_BYTES)
        if form.fields.get("model") != "whisper-large-v3":
            raise Refused(invalid("this model does not translate", param="model"))
        return await self._heard(form, key)

    def _caller(self, request: web.Request) -> str:
        if "User-Agent" not in request.headers:
            raise Refused(Fault(403, "error code: 1010"))
        return self.key_of(request, "Bearer")

    async def _heard(self, form: Form, key: str) -> web.Response:
        if form.fields.get("model") not in MODELS:
            error = {
                "message": "The model does not exist",
                "type": "invalid_request_error",
                "code": "model_not_found",
            }
            raise Refused(Fault(404, {"error": error}))
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
