"""The methods that answer without a message: actions, reactions, words over a pressed button."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.loopback.events import Event, EventKind
from local.loopback.faults import bad_request
from local.loopback.places import destination, thread_of
from local.loopback.record import What

if TYPE_CHECKING:
    from local.loopback.parameters import Parameters
    from local.loopback.state import State

LONGEST_CALLBACK_ANSWER = 200
QUERY_TOO_OLD = "query is too old and response timeout expired or query ID is invalid"
ACTIONS = """
typing upload_photo upload_video upload_voice upload_document upload_video_note record_video
record_voice record_video_note choose_sticker find_location
"""
REACTIONS = """
👍 👎 ❤ 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢 🎉 🤩 🤮 💩 🙏 👌 🕊 🤡 🥱 🥴 😍 🐳 ❤️‍🔥 🌚 🌭 💯
🤣 ⚡ 🍌 🏆 💔 🤨 😐 🍓 🍾 💋 🖕 😈 😴 😭 🤓 👻 👨‍💻 👀 🎃 🙈 😇 😨 🤝 ✍ 🤗 🫡 🎅 🎄
☃ 💅 🤪 🗿 🆒 💘 🙉 🦄 😘 💊 🙊 😎 👾 🤷‍♂️ 🤷 🤷‍♀️ 😡
"""


def send_chat_action(state: State, call: Parameters) -> bool:
    """sendChatAction: show the bot at work for a few seconds."""
    chat = destination(state, call)
    action = call.text("action")
    if action not in ACTIONS.split():
        raise bad_request("wrong parameter action in request")
    if chat.type == "channel":
        raise bad_request("chat actions can't be sent to channel chats")
    thread_of(chat, call)
    chat.actions.append(action)
    state.note(What.ACTION, chat, state.bot_name, text=action)
    return True


def set_message_reaction(state: State, call: Parameters) -> bool:
    """setMessageReaction: put the bot's one emoji on a message, or take it off."""
    chat = destination(state, call)
    message = chat.message(call.integer("message_id"))
    if message is None:
        raise bad_request("message to react not found")
    wanted = call.structure("reaction") or []
    emoji = [item.get("emoji", "") for item in wanted if item.get("type") == "emoji"]
    known = len(emoji) == len(wanted) <= 1 and set(emoji) <= set(REACTIONS.split())
    if not known or (emoji and not chat.reactions_allowed):
        raise bad_request("REACTION_INVALID")
    message.reactions = emoji
    state.note(What.REACTED, chat, state.bot_name, message, text="".join(emoji))
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
    state.note(What.ANSWERED, message.chat, state.bot_name, message, text=text)
    state.events.tell(Event(EventKind.CALLBACK_ANSWER, message.chat.id, message, text))
    return True
