"""Whether a webhook call comes from Telegram: the shared secret, and optionally the network."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress

SECRET_HEADER = "x-telegram-bot-api-secret-token"  # noqa: S105 - the header's name, not a secret
TELEGRAM_NETWORKS = tuple(
    ipaddress.ip_network(network) for network in ("149.154.160.0/20", "91.108.4.0/22")
)
"""Published by Telegram, which says that they may change: the secret is the real check."""


def secret_matches(presented: str, expected_sha256: str) -> bool:
    """Compare in constant time; without both a secret and an expectation the answer is no."""
    if not presented or not expected_sha256:
        return False
    digest = hashlib.sha256(presented.encode("utf-8", "surrogatepass")).hexdigest()
    return hmac.compare_digest(digest.encode(), expected_sha256.strip().lower().encode())


def in_telegram_networks(source_ip: str) -> bool:
    """Whether the address belongs to Telegram; anything that is no address does not."""
    try:
        address = ipaddress.ip_address(source_ip)
    except ValueError:
        return False
    return any(address in network for network in TELEGRAM_NETWORKS)
