"""The parameters of one call, however they were sent: query, form, multipart or JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from aiohttp import BodyPartReader, MultipartReader

from local.loopback.faults import Refusal, bad_request

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from aiohttp import web

LARGEST_REQUEST_BYTES = 51 << 20  # an upload of 50 MB and what goes with it
TRUE = ("true", "yes", "1")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file sent along; ``name`` is its file name."""

    name: str
    data: bytes
    mime_type: str


@dataclass(slots=True)
class Parameters:
    """Named values; a value may come as text or, in a JSON body, as what it means."""

    values: dict[str, Any] = field(default_factory=dict)
    uploads: dict[str, Upload] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """The value as text, '' when absent."""
        value = self.values.get(name, "")
        return value if isinstance(value, str) else json.dumps(value)

    def integer(self, name: str) -> int:
        """The value as a number; 0 when absent or none."""
        try:
            return int(self.text(name).strip() or 0)
        except ValueError:
            return 0

    def flag(self, name: str) -> bool:
        """Whether the value says yes."""
        return self.text(name).strip().lower() in TRUE

    def structure(self, name: str) -> Any:
        """The object or list that the value is or, as text, describes; None when absent."""
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return json.loads(value)
        except ValueError as error:
            raise bad_request(f"can't parse {name.replace('_', ' ')} JSON object") from error


async def read_parameters(request: web.Request) -> Parameters:
    """Take a request apart, in memory alone."""
    parameters = Parameters(dict(request.query))
    if request.method != "POST":
        return parameters
    if request.content_type.startswith("multipart/"):
        async for name, part in _parts(request):
            if isinstance(part, Upload):
                parameters.uploads[name] = part
            else:
                parameters.values[name] = part
        return parameters
    body = await _limited(request.content.iter_any())
    if request.content_type == "application/json" and body:
        parameters.values |= _json_object(body)
    elif request.content_type == "application/x-www-form-urlencoded":
        parameters.values |= _form(body)
    return parameters


def _json_object(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body)
    except ValueError as error:
        raise bad_request("can't parse JSON object") from error
    if not isinstance(value, dict):
        raise bad_request("object expected")
    return {key: item for key, item in value.items() if item is not None}


def _form(body: bytes) -> dict[str, str]:
    return dict(parse_qsl(body.decode(), keep_blank_values=True))


async def _parts(request: web.Request) -> AsyncIterator[tuple[str, str | Upload]]:
    reader = await request.multipart()
    left = LARGEST_REQUEST_BYTES
    while (part := await reader.next()) is not None:
        if isinstance(part, MultipartReader) or part.name is None:
            raise bad_request("can't parse multipart form")
        data = await _limited(_pieces(part), left)
        left -= len(data)
        if part.filename is None:
            yield part.name, data.decode()
        else:
            mime_type = part.headers.get("Content-Type", "application/octet-stream")
            yield part.name, Upload(part.filename, data, mime_type)


async def _pieces(part: BodyPartReader) -> AsyncIterator[bytes]:
    while piece := await part.read_chunk(1 << 16):
        yield piece


async def _limited(pieces: AsyncIterator[bytes], limit: int = LARGEST_REQUEST_BYTES) -> bytes:
    data = bytearray()
    async for piece in pieces:
        data += piece
        if len(data) > limit:
            raise Refusal(413, "Request Entity Too Large")
    return bytes(data)
