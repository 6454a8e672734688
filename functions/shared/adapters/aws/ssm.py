"""Credentials from SSM SecureStrings under one path.

<prefix>/bot-token          the only one that must be there
<prefix>/groq-api-key       one key or several, separated by commas, as in ``.env``
<prefix>/deepgram-api-key   the same
<prefix>/openai-api-key
<prefix>/telegram-api-id    with telegram-api-hash and mtproto-session-01 …: files above 20 MiB
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from shared.credentials import listed, number
from shared.errors import OperatorError, TransientError
from shared.ports import Credentials

if TYPE_CHECKING:
    from shared.adapters.aws.client import AwsClient
    from shared.ports import Clock

FRESH_S = 300.0  # a rotated key is in use after five minutes, without a deployment
AGAIN_S = 15.0  # when SSM does not answer, the known values serve and it is asked again after this
SESSION = "mtproto-session-"
REMEDY = "run `make secrets` (python -m scripts.put_secrets)"


class SsmSecrets:
    """Reads all parameters in one call (one for each ten) and keeps them for five minutes."""

    def __init__(self, client: AwsClient, prefix: str, clock: Clock) -> None:
        self._client = client
        self._prefix = prefix.rstrip("/")
        self._clock = clock
        self._known: Credentials | None = None
        self._fresh_until = 0.0
        self._turn = threading.Lock()

    def credentials(self) -> Credentials:
        """The current ones, at most five minutes old; older ones while SSM does not answer."""
        with self._turn:
            if self._known is not None and self._clock.now() < self._fresh_until:
                return self._known
            try:
                self._known = self._read()
                self._client.close()  # five idle minutes would end the connection anyway
            except TransientError:
                if self._known is None:
                    raise
                self._fresh_until = self._clock.now() + AGAIN_S
            else:
                self._fresh_until = self._clock.now() + FRESH_S
            return self._known

    def _read(self) -> Credentials:
        values = self._parameters()
        if not values.get("bot-token"):
            raise OperatorError(f"SSM has no {self._prefix}/bot-token; {REMEDY}")
        return Credentials(
            bot_token=values["bot-token"],
            groq_keys=listed(values.get("groq-api-key", "")),
            deepgram_keys=listed(values.get("deepgram-api-key", "")),
            openai_key=values.get("openai-api-key", ""),
            telegram_api_id=number(values.get("telegram-api-id", "")),
            telegram_api_hash=values.get("telegram-api-hash", ""),
            sessions=tuple(item for item in sorted(values.items()) if item[0].startswith(SESSION)),
        )

    def _parameters(self) -> dict[str, str]:
        """The values by their names without the prefix."""
        if not self._prefix:
            raise OperatorError(f"SECRETS_PREFIX is not set; set it, then {REMEDY}")
        request: dict[str, Any] = {"Path": self._prefix, "WithDecryption": True}
        values: dict[str, str] = {}
        while True:
            answer = self._client.call("GetParametersByPath", request)
            for parameter in answer["Parameters"]:
                values[parameter["Name"].rpartition("/")[2]] = parameter["Value"].strip()
            if not answer.get("NextToken"):
                return values
            request["NextToken"] = answer["NextToken"]
