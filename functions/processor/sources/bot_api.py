"""Files over the Bot API: up to 20 MiB, streamed, never kept."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any

import httpx

from shared.errors import (
    OperatorError,
    RateLimitedError,
    TranscriberError,
    TransientError,
    UserError,
)
from shared.jobs import BOT_API_FILE_LIMIT_BYTES
from shared.texts import More, Size

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from shared.jobs import Media

DEFAULT_BASE_URL = "https://api.telegram.org"
PIECE_BYTES = 256 << 10
TIMEOUT = httpx.Timeout(30.0, connect=10.0)


class BotApiSource:
    """Source over getFile and the download link it gives. Use it in one event loop."""

    def __init__(
        self,
        token: str,
        base_url: str = DEFAULT_BASE_URL,
        *,
        file_limit_bytes: int = BOT_API_FILE_LIMIT_BYTES,
    ) -> None:
        base_url = base_url.rstrip("/")
        self._methods_url = f"{base_url}/bot{token}"
        self._files_url = f"{base_url}/file/bot{token}"
        self._limit_bytes = file_limit_bytes
        self._opened: httpx.AsyncClient | None = None

    async def stream(self, media: Media) -> AsyncIterator[bytes]:
        """Yield the file in order, in pieces of at most ``PIECE_BYTES``."""
        path, expected_bytes = await self._prepare(media)
        got_bytes = 0
        try:
            async with self._client().stream("GET", f"{self._files_url}/{path}") as answer:
                if answer.status_code != httpx.codes.OK:
                    raise await _refused_download(answer)
                async for piece in answer.aiter_raw(PIECE_BYTES):
                    got_bytes += len(piece)
                    if got_bytes > self._limit_bytes:
                        raise self._too_big(media)
                    yield piece
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise TransientError("the download broke off") from error
        if got_bytes < expected_bytes:
            raise TransientError(f"the download ended {expected_bytes - got_bytes} bytes early")

    async def close(self) -> None:
        """Close the connections; the next stream opens new ones."""
        client, self._opened = self._opened, None
        if client is not None:
            await client.aclose()

    async def _prepare(self, media: Media) -> tuple[str, int]:
        """Ask for a link: where the file lies and how long it is said to be."""
        try:
            answer = await self._client().post(
                f"{self._methods_url}/getFile", json={"file_id": media.file_id}
            )
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise TransientError("Telegram cannot be reached") from error
        body = _parsed(answer.content)
        if answer.status_code != httpx.codes.OK:
            raise self._refused(answer.status_code, body, media)
        result = body.get("result") or {}
        if not result.get("file_path"):
            raise TransientError("Telegram gave no link to the file")
        return str(result["file_path"]), int(result.get("file_size") or 0)

    def _refused(self, status: int, body: dict[str, Any], media: Media) -> TranscriberError:
        description = str(body.get("description", "")).lower()
        if "file is too big" in description:
            return self._too_big(media)
        if "temporarily unavailable" in description:
            return TransientError("the file is unavailable at the moment")
        if "invalid file_id" in description:
            return UserError("gone")
        return _refusal(status, body)

    def _too_big(self, media: Media) -> UserError:
        limit, claimed = Size(self._limit_bytes), Size(media.size_bytes or 0)
        size = claimed if claimed > limit else More(limit)
        return UserError("over_bot_api", size=size, limit=limit)

    def _client(self) -> httpx.AsyncClient:
        if self._opened is None:
            # httpx logs every URL, and ours hold the token.
            logging.getLogger("httpx").setLevel(logging.WARNING)
            headers = {"Accept-Encoding": "identity"}
            self._opened = httpx.AsyncClient(timeout=TIMEOUT, headers=headers)
        return self._opened


async def _refused_download(answer: httpx.Response) -> TranscriberError:
    if answer.status_code == httpx.codes.NOT_FOUND:
        return UserError("gone")
    return _refusal(answer.status_code, _parsed(await answer.aread()))


def _refusal(status: int, body: dict[str, Any]) -> TranscriberError:
    """What an answer other than 200 means, where its description says nothing special."""
    if status == httpx.codes.TOO_MANY_REQUESTS:
        retry_after_s = (body.get("parameters") or {}).get("retry_after")
        return RateLimitedError("Telegram asked for less", retry_after_s=retry_after_s)
    if status in (httpx.codes.UNAUTHORIZED, httpx.codes.NOT_FOUND):
        return OperatorError("Telegram refused the bot token")
    if httpx.codes.is_client_error(status):
        return OperatorError(f"Telegram refused the request for a file with status {status}")
    return TransientError(f"Telegram answered with status {status}")


def _parsed(content: bytes) -> dict[str, Any]:
    """The JSON object of an answer; empty for a proxy's page."""
    try:
        body = json.loads(content)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
