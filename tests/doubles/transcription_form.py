"""The multipart form that Groq and OpenAI share, read strictly."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aiohttp import web

from tests.doubles.speech_server import Fault, Refused

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from shared.transcripts import Segment

EXTENSIONS = ("flac", "mp3", "mp4", "mpeg", "mpga", "m4a", "ogg", "wav", "webm")
FIELDS = {
    "file",
    "language",
    "model",
    "prompt",
    "response_format",
    "temperature",
    "timestamp_granularities[]",
}
LANGUAGE_LETTERS = (2, 3)
SPOKEN = {"language", "timestamp_granularities[]"}
"""Fields a translation does not have: its language is English."""
PROMPT_TOKENS = 224


def invalid(message: str, *, param: str | None = None, code: str | None = None) -> Fault:
    """A 400 in OpenAI's shape."""
    error = {"message": message, "type": "invalid_request_error", "param": param, "code": code}
    return Fault(400, {"error": {k: v for k, v in error.items() if v is not None}})


@dataclass(frozen=True, slots=True)
class Form:
    """A form that passed every check."""

    data: bytes
    file_name: str
    content_type: str
    fields: Mapping[str, str]

    @property
    def format(self) -> str:
        """The response format asked for."""
        return self.fields.get("response_format", "json")


async def read_form(
    request: web.Request, formats: Sequence[str], limit_bytes: int, *, translates: bool = False
) -> Form:
    """Check the form as the services do; raise Refused with their answer."""
    if request.content_type != "multipart/form-data":
        raise Refused(invalid("request Content-Type isn't multipart/form-data"))
    if (request.content_length or 0) > limit_bytes:
        body = {"message": "Request Entity Too Large", "code": "request_too_large"}
        raise Refused(Fault(413, {"error": {**body, "type": "invalid_request_error"}}))
    form = await request.post()
    if unknown := set(form) - (FIELDS - SPOKEN if translates else FIELDS):
        raise Refused(invalid(f"unknown param {min(unknown)}"))
    upload = form.get("file")
    if not isinstance(upload, web.FileField):
        raise Refused(invalid("file is missing", param="file"))
    if upload.filename.rpartition(".")[2] not in EXTENSIONS:
        raise Refused(invalid(f"file must be one of the following types: {list(EXTENSIONS)}"))
    fields = {name: value for name, value in form.items() if isinstance(value, str)}
    _check(fields, formats)
    with upload.file as file:
        data = file.read()
    if not data:
        raise Refused(invalid("file is empty"))
    return Form(data, upload.filename, upload.content_type, fields)


def _check(fields: Mapping[str, str], formats: Sequence[str]) -> None:
    response_format = fields.get("response_format", "json")
    if response_format not in formats:
        raise Refused(invalid(f"response_format {response_format!r} is not one of {list(formats)}"))
    if "timestamp_granularities[]" in fields and response_format != "verbose_json":
        raise Refused(invalid("timestamp_granularities need verbose_json"))
    if len(fields.get("prompt", "").encode()) > PROMPT_TOKENS:  # of which none is below a byte
        raise Refused(invalid("prompt is too long", param="prompt"))
    language = fields.get("language")
    if language is not None and len(language) not in LANGUAGE_LETTERS:
        raise Refused(invalid("language must be ISO-639-1", param="language"))


def verbose(segments: Sequence[Segment], *, language: str, duration_s: float) -> dict[str, Any]:
    """A ``verbose_json`` body, with the oddities of the live services."""
    return {
        "task": "transcribe",
        "language": language,
        "duration": round(duration_s, 2),
        "text": "".join(f" {segment.text}" for segment in segments),
        "segments": [
            {
                "id": index + 8,  # ids need not begin at 0
                "seek": 0,
                "start": segment.start_s,
                "end": segment.end_s,
                "text": f" {segment.text}",
                "tokens": [],
                "temperature": 0,
                "avg_logprob": -0.16 if segment.avg_logprob is None else segment.avg_logprob,
                "compression_ratio": 0.82,
                "no_speech_prob": 0.01
                if segment.no_speech_prob is None
                else segment.no_speech_prob,
            }
            for index, segment in enumerate(segments)
        ],
    }
