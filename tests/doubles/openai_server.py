"""An OpenAI-compatible transcription server on loopback."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.doubles.speech_server import Fault, Refused, SpeechServer, answer
from tests.doubles.transcription_form import invalid, read_form, verbose

if TYPE_CHECKING:
    from aiohttp import web

LIMIT_BYTES = 25 << 20


class OpenAIServer(SpeechServer):
    """Serves ``POST /v1/audio/transcriptions``.

    ``formats`` without ``verbose_json`` makes it a server that gives no segments; empty ``keys``
    make it one that wants no key and refuses none.
    """

    def __init__(
        self,
        *args: Any,
        formats: tuple[str, ...] = ("json", "verbose_json"),
        model: str = "whisper-1",
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.formats = formats
        self.model = model
        self.translated = 0

    def add_routes(self, router: web.UrlDispatcher) -> None:
        """The two endpoints."""
        router.add_post("/v1/audio/transcriptions", self._transcriptions)
        router.add_post("/v1/audio/translations", self._transcriptions)

    def unauthorised(self) -> Fault:
        """What a wrong key gets."""
        error = {"message": "Incorrect API key provided", "code": "invalid_api_key"}
        return Fault(401, {"error": {**error, "type": "invalid_request_error"}})

    def undecodable(self) -> Fault:
        """What bytes that are no audio get."""
        return invalid(
            "The audio file could not be decoded or its format is not supported.", param="file"
        )

    async def _transcriptions(self, request: web.Request) -> web.Response:
        key = self.key_of(request, "Bearer") if self.keys else ""
        translates = request.path.endswith("translations")
        form = await read_form(request, self.formats, LIMIT_BYTES, translates=translates)
        self.translated += translates
        if form.fields.get("model") != self.model:
            error = {"message": "no such model", "code": "model_not_found"}
            raise Refused(Fault(404, {"error": error}))
        seen, segments = await self.hear(
            form.data,
            key=key,
            fields=form.fields,
            file_name=form.file_name,
            content_type=form.content_type,
        )
        language = form.fields.get("language", self.language)
        body = verbose(segments, language=language, duration_s=seen.duration_s)
        return answer(Fault(200, body if form.format == "verbose_json" else {"text": body["text"]}))
