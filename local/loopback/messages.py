"""The methods that write, change and take away messages, with the real server's words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local.loopback.events import Event, EventKind
from local.loopback.faults import bad_request
from local.loopback.formatting import LONGEST_CAPTION, formatted, keyboard
from local.loopback.places import destination, placement

if TYPE_CHECKING:
    from local.loopback.chats import Message, StoredFile
    from local.loopback.parameters import Parameters
    from local.loopback.state import State

DELETABLE_S = 48 * 3600
NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly "
    "the same as a current content and reply markup of the message"
)


def send_message(state: State, call: Parameters) -> dict[str, Any]:
    """sendMessage: post a text."""
    chat = destination(state, call)
    text, entities = formatted(call)
    message = state.post(
        chat,
        state.bot,
        text=text,
        entities=entities,
        buttons=keyboard(call),
        previews=previews(call),
        **placement(chat, call),
    )
    state.events.tell(Event(EventKind.SENT, chat.id, message, text))
    return message.to_dict()


def send_document(state: State, call: Parameters) -> dict[str, Any]:
    """sendDocument: post an uploaded file, or one that is there already, by its id."""
    chat = destination(state, call)
    caption, entities = formatted(
        call, name="caption", entities="caption_entities", longest=LONGEST_CAPTION, empty=True
    )
    file = _document(state, call)
    message = state.post(
        chat,
        state.bot,
        file=file,
        caption=caption,
        entities=entities,
        buttons=keyboard(call),
        **placement(chat, call),
    )
    state.events.tell(Event(EventKind.DOCUMENT, chat.id, message, caption))
    return message.to_dict()


def edit_message_text(state: State, call: Parameters) -> dict[str, Any] | bool:
    """editMessageText: replace a text of the bot's own, and its buttons with it."""
    message = _to_edit(state, call)
    if not message.from_bot or message.service:
        raise bad_request("message can't be edited")
    if message.file is not None:
        raise bad_request("there is no text in the message to edit")
    text, entities = formatted(call)
    buttons = keyboard(call)
    shown = (message.text, message.entities, message.buttons)
    if (text, entities, buttons) == shown:
        raise bad_request(NOT_MODIFIED)
    state.edit(message, text, entities, buttons, previews=previews(call))
    state.events.tell(Event(EventKind.EDITED, message.chat.id, message, text))
    return True if message.inline_id else message.to_dict()


def delete_message(state: State, call: Parameters) -> bool:
    """deleteMessage: remove a message younger than two days."""
    chat = destination(state, call)
    message = chat.message(call.integer("message_id"))
    if message is None:
        raise bad_request("message to delete not found")
    foreign = not chat.private and not message.from_bot
    if foreign or state.clock.now() - message.date > DELETABLE_S:
        raise bad_request("message can't be deleted")
    state.delete(message, state.bot_name)
    state.events.tell(Event(EventKind.DELETED, chat.id, message))
    return True


def previews(call: Parameters) -> bool:
    """Whether links open a preview."""
    options = call.structure("link_preview_options") or {}
    return not options.get("is_disabled")


def _to_edit(state: State, call: Parameters) -> Message:
    inline_id = call.text("inline_message_id")
    if inline_id:
        message = state.inline.get(inline_id)
        if message is None or message.deleted:
            raise bad_request("MESSAGE_ID_INVALID")
        return message
    message = destination(state, call).message(call.integer("message_id"))
    if message is None:
        raise bad_request("message to edit not found")
    return message


def _document(state: State, call: Parameters) -> StoredFile:
    source = call.text("document")
    upload = call.uploads.get(source.removeprefix("attach://") or "document")
    if upload is not None:
        if not upload.data:
            raise bad_request("file must be non-empty")
        fields = {"file_name": upload.name, "mime_type": upload.mime_type}
        return state.store("document", upload.data, fields)
    if not source:
        raise bad_request("there is no document in the request")
    try:
        file = state.find_file(source)
    except ValueError:
        file = None
    if file is None:
        raise bad_request("wrong file identifier/HTTP URL specified")
    return file
