"""From what an update says of a file to where its bytes are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from telethon.tl import types
from telethon.tl.functions import channels, messages

from processor.sources.file_ids import decode
from processor.sources.mtproto.failures import RefusedError
from shared.errors import UserError
from shared.jobs import MediaKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from processor.sources.file_ids import FileLocation
    from processor.sources.mtproto.client import Client
    from shared.jobs import Address, Media

CHANNELS_BELOW = -1_000_000_000_000  # chat ids of supergroups and channels


@dataclass(frozen=True, slots=True)
class Place:
    """A document's bytes; ``fresh`` when Telegram has just said so, rather than the update."""

    location: Any
    dc_id: int
    size_bytes: int
    fresh: bool


class Documents:
    """Finds documents, in their messages where these can be reached.

    No cache of chats is needed: bots may name a channel without its access hash.
    """

    def __init__(self, client: Client) -> None:
        self._client = client

    async def find(self, media: Media, address: Address) -> Place:
        """Where the file is. ``UserError`` when it is nowhere."""
        known = decode(media.file_id)
        for shown in await self._shown(media, address):
            document = _document(shown, known.document_id, media)
            if document is not None:
                return _place(document)
        if not media.size_bytes:
            raise UserError("gone")
        return _claimed(known, media.size_bytes)

    async def _shown(self, media: Media, address: Address) -> Sequence[Any]:
        """The media of the messages that may carry the file; none where they cannot be reached."""
        asked = _messages(media, address)
        if not asked:
            return ()
        if address.chat_id <= CHANNELS_BELOW:
            channel_id = CHANNELS_BELOW - address.chat_id
            peer: Any = types.PeerChannel(channel_id)
            request = channels.GetMessagesRequest(types.InputChannel(channel_id, 0), asked)
        else:
            private = address.chat_id > 0
            peer = types.PeerUser(address.chat_id) if private else types.PeerChat(-address.chat_id)
            request = messages.GetMessagesRequest(asked)
        try:
            answer = await self._client.call(request)
        except RefusedError:
            return ()
        # Outside channels, message ids count through all chats: this one could be elsewhere.
        found = (one for one in answer.messages if isinstance(one, types.Message))
        shown = [one.media for one in found if one.peer_id == peer]
        return [one for one in shown if isinstance(one, types.MessageMediaDocument)]


def _messages(media: Media, address: Address) -> list[Any]:
    """The message with the file; also as what the request replies to, which privacy mode allows."""
    if media.message_id is None:
        return [] if address.message_id is None else [types.InputMessageID(address.message_id)]
    asked = [types.InputMessageID(media.message_id)]
    if address.message_id not in (None, media.message_id):
        asked.append(types.InputMessageReplyTo(address.message_id))
    return asked


def _document(shown: Any, document_id: int, media: Media) -> Any:
    """The document to read of those a message shows; None when it does not show ours."""
    there = [shown.document, *(shown.alt_documents or ())]
    documents = [one for one in there if isinstance(one, types.Document)]
    ours = next((one for one in documents if one.id == document_id), None)
    if ours is None or media.kind is not MediaKind.VIDEO:
        return ours
    # Telegram keeps big channels' videos in several qualities, all with the same sound.
    return min([ours, *filter(_sounds, documents)], key=lambda one: one.size)


def _sounds(document: Any) -> bool:
    """Whether it is a video with sound, not a playlist."""
    attributes = document.attributes
    kinds = [one for one in attributes if isinstance(one, types.DocumentAttributeVideo)]
    video = document.mime_type.startswith("video/") and document.size > 0
    return video and bool(kinds) and not any(one.nosound for one in kinds)


def _place(document: Any) -> Place:
    location = types.InputDocumentFileLocation(
        document.id, document.access_hash, document.file_reference, thumb_size=""
    )
    return Place(location, document.dc_id, document.size, fresh=True)


def _claimed(known: FileLocation, size_bytes: int) -> Place:
    location = types.InputDocumentFileLocation(
        known.document_id, known.access_hash, known.file_reference, thumb_size=""
    )
    return Place(location, known.dc_id, size_bytes, fresh=False)
