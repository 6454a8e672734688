"""Deepgram's pre-recorded endpoint on loopback, as strict as the live one."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from tests.doubles.speech_server import Fault, Refused, SpeechServer, answer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aiohttp import web

    from shared.transcripts import Segment
    from tests.doubles.speech_server import Seen

REQUEST_ID = "2479c8c8-8185-40ac-9ac6-000000000000"
MODEL_ID = "30089e05-99d1-4376-b32e-c263170674af"
PARAMETERS = {
    "detect_language",
    "diarize_model",
    "keyterm",
    "language",
    "mip_opt_out",
    "model",
    "multichannel",
    "numerals",
    "paragraphs",
    "punctuate",
    "smart_format",
    "utt_split",
    "utterances",
}
LANGUAGES = {"da", "de", "en", "es", "fr", "hi", "id", "it", "ja", "multi", "nl", "pt", "ru", "sv"}
KEYTERMS = 100
NOT_AUDIO = ("application/json", "text/plain")


def refusal(
    status: int, code: str, message: str, headers: Mapping[str, str] | None = None
) -> Fault:
    """An error in Deepgram's shape."""
    body = {"err_code": code, "err_msg": message, "request_id": REQUEST_ID}
    return Fault(status, body, headers or {})


NO_CREDIT = refusal(402, "ASR_PAYMENT_REQUIRED", "Project does not have enough credits.")
SLOW_UPLOAD = refusal(408, "SLOW_UPLOAD", "Request upload timeout.")
NO_SUCH_MODEL = refusal(
    400, "Bad Request", "Bad Request: No such model/language/tier combination found."
)
GATEWAY_TIMEOUT = Fault(504, "upstream request timeout", {"Content-Type": "text/plain"})


def rate_limited(retry_after: str | None = None) -> Fault:
    """A 429, which in life comes without a ``retry-after``."""
    headers = {} if retry_after is None else {"retry-after": retry_after}
    return refusal(429, "TOO_MANY_REQUESTS", "Too many requests. Please try again later", headers)


class DeepgramServer(SpeechServer):
    """Serves ``POST /v1/listen``.

    ``damages`` answers with the hash of other bytes; ``body_timeout_s`` is how long an upload may
    take before it is refused as slow; ``gives_utterances`` off leaves them out though asked for.
    """

    damages = False
    gives_utterances = True
    body_timeout_s = 30.0

    def add_routes(self, router: web.UrlDispatcher) -> None:
        """The one endpoint."""
        router.add_post("/v1/listen", self._listen)

    def unauthorised(self) -> Fault:
        """What a wrong key gets."""
        return refusal(401, "INVALID_AUTH", "Invalid credentials.")

    def undecodable(self) -> Fault:
        """What bytes that are no audio get."""
        message = "Bad Request: failed to process audio: corrupt or unsupported data"
        return refusal(400, "Bad Request", message)

    async def _listen(self, request: web.Request) -> web.Response:
        key = self.key_of(request, "Token")
        _check(request)
        try:
            data = await asyncio.wait_for(request.read(), self.body_timeout_s)
        except TimeoutError:
            raise Refused(SLOW_UPLOAD) from None
        if not data:
            raise Refused(self.undecodable())
        seen, segments = await self.hear(
            data,
            key=key,
            fields={name: ",".join(request.query.getall(name)) for name in request.query},
            file_name="",
            content_type=request.content_type,
        )
        return answer(Fault(200, self._body(seen, segments)))

    def _body(self, seen: Seen, segments: Sequence[Segment]) -> dict[str, Any]:
        diarized = "diarize_model" in seen.fields
        words = [word for segment in segments for word in _words(segment, diarized=diarized)]
        alternative = {
            "transcript": " ".join(segment.text for segment in segments),
            "confidence": 0.99 if words else 0.0,
            "words": words,
        }
        channel: dict[str, Any] = {"alternatives": [alternative]}
        if seen.fields.get("detect_language") == "true" and words:
            channel |= {"detected_language": self.language, "language_confidence": 0.99}
        results: dict[str, Any] = {"channels": [channel]}
        if seen.fields.get("utterances") == "true" and self.gives_utterances:
            results["utterances"] = [_utterance(segment, diarized=diarized) for segment in segments]
        metadata = {
            "transaction_key": "deprecated",
            "request_id": REQUEST_ID,
            "sha256": "0" * 64 if self.damages else seen.sha256,
            "created": "2026-09-16T12:00:00.000Z",
            "duration": seen.duration_s,
            "channels": 1,
            "models": [MODEL_ID],
            "model_info": {MODEL_ID: {"name": "2-general-nova", "version": "1", "arch": "nova-3"}},
        }
        return {"metadata": metadata, "results": results}


def _check(request: web.Request) -> None:
    query = request.query
    if unknown := set(query) - PARAMETERS:
        raise Refused(refusal(400, "INVALID_QUERY_PARAMETER", f"unknown {min(unknown)}"))
    if request.content_type in NOT_AUDIO:
        message = "Failed to process the payload. Ensure that it is less than 2 MB."
        raise Refused(refusal(400, "PAYLOAD_ERROR", message))
    if "Content-Length" not in request.headers:
        raise Refused(SLOW_UPLOAD)  # chunked uploads are those that fail in life
    if "model" not in query:
        raise Refused(refusal(400, "Bad Request", "this double wants a model to be named"))
    if query.get("diarize_model", "latest") not in ("latest", "v1", "v2"):
        raise Refused(refusal(400, "INVALID_QUERY_PARAMETER", "unknown diarize_model"))
    if len(query.getall("keyterm", [])) > KEYTERMS:
        raise Refused(refusal(400, "Bad Request", "Bad Request: too many key terms"))
    if query["model"] != "nova-3" or query.get("language", "en") not in LANGUAGES:
        raise Refused(NO_SUCH_MODEL)
    if "language" in query and "detect_language" in query:
        raise Refused(
            refusal(400, "Bad Request", "language and detect_language exclude each other")
        )


def _words(segment: Segment, *, diarized: bool) -> list[dict[str, Any]]:
    """The segment's words at equal distances."""
    texts = segment.text.split()
    step_s = (segment.end_s - segment.start_s) / max(len(texts), 1)
    return [
        {
            "word": text.strip(".,?!").lower(),
            "start": segment.start_s + index * step_s,
            "end": segment.start_s + (index + 1) * step_s,
            "confidence": 0.99,
            "punctuated_word": text,
            **({"speaker": segment.speaker or 0, "speaker_confidence": 0.83} if diarized else {}),
        }
        for index, text in enumerate(texts)
    ]


def _utterance(segment: Segment, *, diarized: bool) -> dict[str, Any]:
    return {
        "start": segment.start_s,
        "end": segment.end_s,
        "confidence": 0.99,
        "channel": 0,
        "transcript": segment.text,
        "words": _words(segment, diarized=diarized),
        "id": "ec11ce4b-2d5c-4b95-9183-ba102bea1d62",
    }
