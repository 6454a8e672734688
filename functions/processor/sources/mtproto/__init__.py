"""Files of any size over MTProto, Telegram's own protocol: sessions, connections, byte ranges.

    archive ─ documents, ranges ─ client ─ pool ─ session ─ connection ─ Telethon

Telethon is imported when the first file is opened: it costs a quarter of a second.
"""

from __future__ import annotations

from processor.sources.mtproto.archive import MtprotoArchive
from processor.sources.mtproto.leasing import lease_name

__all__ = ["MtprotoArchive", "lease_name"]
