"""The methods that change what a chat shows, with the real server's conditions and words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local.loopback.events import Event, EventKind
from local.loopback.faults import Refusal, bad_request

if TYPE_CHECKING:
    from local.loopback.chats import Chat, Keyboard, Message, StoredFile
    from local.loopback.parameters import Parameters
    from local.loopback.state import State

LONGEST_TEXT = 4096  # code points
LONGEST_CAPTION = 1024
LONGEST_BUTTON_BYTES = 64
LONGEST_CALLBACK_ANSWER = 200
DELETABLE_S = 48 * 3600
NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly "
    "the same as a current content and reply markup of the message"
)
QUERY_TOO_OLD = "query is too old and response timeout expired or query ID is invalid"
TEXT_BUTTON = (
    "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"
)
ACTIONS = frozenset(
    {
        "typing",
        "upload_photo",
        "upload_video",
        "upload_voice",
        "upload_document",
        "upload_video_note",
        "record_video",
        "record_voice",
        "record_video_note",
        "choose_sticker",
        "find_location",
    }
)
REACTIONS = frozenset("👍👎❤🔥🎉😢🤔🙏👌👀🫡✍⚡💔🏆💯")


def send_message(state: State, call: Parameters) -> dict[str, Any]:
    """sendMessage: post a text."""
    chat = destination(state, call)
    text = _text(call)
    buttons = _keyboard(call)
    placement = _placement(chat, call)
    message = state.post(
        chat, state.bot, text=text, buttons=buttons, previews=_previews(call), **placement
    )
    state.events.tell(Event(EventKind.SENT, chat.id, message, text))
    return message.to_dict()


def send_document(state: State, call: Parameters) -> dict[str, Any]:
    """sendDocument: post an uploaded file, or one that is there already, by its id."""
    chat = destination(state, call)
    _check_parse_mode(call)
    caption = call.text("caption").strip()
    if len(caption) > LONGEST_CAPTION:
        raise bad_request("message caption is too long")
    file = _document(state, call)
    message = state.post(
        chat,
        state.bot,
        file=file,
        caption=caption,
        buttons=_keyboard(call),
        **_placement(chat, call),
    )
    state.events.tell(Event(EventKind.DOCUMENT, chat.id, message, caption))
    return message.to_dict()


def edit_message_text(state: State, call: Parameters) -> dict[str, Any]:
    """editMessageText: replace a text of the bot's own, and its buttons with it."""
    chat = destination(state, call)
    message = chat.message(call.integer("message_id"))
    if message is None:
        raise bad_request("message to edit not found")
    if not message.from_bot or message.service:
        raise bad_request("message can't be edited")
    if message.file is not None:
        raise bad_request("there is no text in the message to edit")
    text, buttons = _text(call), _keyboard(call)
    if (text, buttons) == (message.text, message.buttons):
        raise bad_request(NOT_MODIFIED)
    message.edits.append(message.text)
    message.text, message.buttons, message.edited_at = text, buttons, state.now
    message.previews = _previews(call)
    state.events.tell(Event(EventKind.EDITED, chat.id, message, text))
    return message.to_dict()


def delete_message(state: State, call: Parameters) -> bool:
    """deleteMessage: remove a message younger than two days."""
    chat = destination(state, call)
    message = chat.message(call.integer("message_id"))
    if message is None:
        raise bad_request("message to delete not found")
    foreign = not chat.private and not message.from_bot
    if foreign or state.clock.now() - message.date > DELETABLE_S:
        raise bad_request("message can't be deleted")
    message.deleted = True
    state.events.tell(Event(EventKind.DELETED, chat.id, message))
    return True


def send_chat_action(state: State, call: Parameters) -> bool:
    """sendChatAction: show the bot at work for a few seconds."""
    chat = destination(state, call)
    action = call.text("action")
    if action not in ACTIONS:
        raise bad_request("wrong parameter action in request")
    _thread(chat, call)
    chat.actions.append(action)
    return True


def set_message_reaction(state: State, call: Parameters) -> bool:
    """setMessageReaction: put the bot's one emoji on a message, or take it off."""
    chat = destination(state, call)
    message = chat.message(call.integer("message_id"))
    if message is None:
        raise bad_request("message to react not found")
    wanted = call.structure("reaction") or []
    emoji = [item.get("emoji", "") for item in wanted]
    if len(emoji) > 1 or not set(emoji) <= REACTIONS:
        raise bad_request("REACTION_INVALID")
    message.reactions = emoji
    return True


def answer_callback_query(state: State, call: Parameters) -> bool:
    """answerCallbackQuery: stop a pressed button's spinner."""
    callback = state.callbacks.get(call.text("callback_query_id"))
    if callback is None:
        raise bad_request(QUERY_TOO_OLD)
    text = call.text("text")
    if len(text) > LONGEST_CALLBACK_ANSWER:
        raise bad_request("MESSAGE_TOO_LONG")
    callback.answers.append(text)
    message = callback.message
    state.events.tell(Event(EventKind.CALLBACK_ANSWER, message.chat.id, message, text))
    return True


def destination(state: State, call: Parameters) -> Chat:
    """The chat a call is for, if the bot may write there."""
    if not call.text("chat_id").strip():
        raise bad_request("chat_id is empty")
    chat = state.chats.get(call.integer("chat_id"))
    if chat is None:
        raise bad_request("chat not found")
    if chat.refusal:
        raise chat.refusal
    if chat.private and not chat.history:
        raise Refusal(403, "Forbidden: bot can't initiate conversation with a user")
    return chat


def _text(call: Parameters) -> str:
    _check_parse_mode(call)
    text = call.text("text").strip()
    if not text:
        raise bad_request("message text is empty")
    if len(text) > LONGEST_TEXT:
        raise bad_request("message is too long")
    return text


def _previews(call: Parameters) -> bool:
    options = call.structure("link_preview_options") or {}
    return not options.get("is_disabled")


def _check_parse_mode(call: Parameters) -> None:
    """Take plain text alone: markup is beyond this stand-in."""
    if call.text("parse_mode"):
        raise bad_request("unsupported parse_mode")


def _placement(chat: Chat, call: Parameters) -> dict[str, Any]:
    """The thread and the message replied to, if they exist."""
    reply_to = _reply_target(chat, call)
    thread_id = _thread(chat, call) or (reply_to.thread_id if reply_to else None)
    silent = call.flag("disable_notification")
    return {"reply_to": reply_to, "thread_id": thread_id, "silent": silent}


def _thread(chat: Chat, call: Parameters) -> int | None:
    thread_id = call.integer("message_thread_id")
    if thread_id and thread_id not in chat.threads:
        raise bad_request("message thread not found")
    return thread_id or None


def _reply_target(chat: Chat, call: Parameters) -> Message | None:
    parameters = call.structure("reply_parameters")
    if parameters is None:
        return None
    if not isinstance(parameters, dict):
        raise bad_request("object expected as reply parameters")
    target = chat.message(int(parameters.get("message_id") or 0))
    if target is None and not parameters.get("allow_sending_without_reply"):
        raise bad_request("message to be replied not found")
    return target


def _keyboard(call: Parameters) -> Keyboard:
    markup = call.structure("reply_markup")
    if markup is None:
        return []
    rows = markup.get("inline_keyboard") if isinstance(markup, dict) else None
    if not isinstance(rows, list):
        raise bad_request("object expected as reply markup")
    for button in (button for row in rows for button in row):
        data = button.get("callback_data")
        if not button.get("text") or data is None:
            raise bad_request(TEXT_BUTTON)
        if not 1 <= len(data.encode()) <= LONGEST_BUTTON_BYTES:
            raise bad_request("BUTTON_DATA_INVALID")
    return [row for row in rows if row]


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
