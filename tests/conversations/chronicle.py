"""A chat written down as a document: what each side saw, in order."""

from __future__ import annotations

import textwrap
from datetime import UTC, datetime
from itertools import pairwise
from typing import TYPE_CHECKING

from local.loopback.record import What

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from local.loopback.chats import Chat, Message
    from local.loopback.record import Entry

ICONS = {
    "voice": "🎤 voice note",
    "audio": "🎵 audio file",
    "video": "🎬 video",
    "video_note": "🎥 round video",
    "animation": "🖼 animation",
    "document": "📎 file",
}
NOTES = {
    What.SERVICE: "{who}: {text}",
    What.ACTION: "{who} is {text} …",
    What.REACTED: "{who} reacts with {text}",
    What.PRESSED: "{who} presses [{text}]",
    What.STOPPED: "{who} presses Stop",
    What.DRAFT_GONE: "the draft makes way",
    What.DELETED: "{who} deletes “{text}”",
}
FOLDED = "expandable_blockquote"
INDENT = "    "
MARK = "▏ "
SHOWN_LINES, FIRST_LINES, LAST_LINES = 26, 6, 4
WIDTH = 96
FILE_LINES = 24  # shown of a file; the rest is counted


def chronicle(chats: Sequence[Chat], *, titles: Sequence[str] = ()) -> str:
    """The chats as Markdown, one fenced block each."""
    blocks = []
    for number, chat in enumerate(chats):
        title = f"### {titles[number]}\n\n" if titles else ""
        lines = "\n".join(_lines(chat.log))
        blocks.append(f"{title}```text\n{lines}\n```\n")
    return "\n".join(blocks)


def _lines(log: Iterable[Entry]) -> Iterator[str]:
    """One entry after the other, with the time where it moves on."""
    shown_at = None
    for entry in log:
        at = datetime.fromtimestamp(entry.at, UTC).strftime("%H:%M:%S")
        for line in _entry(entry):
            head = at if at != shown_at else " " * len(at)
            shown_at = at
            yield f"{head}  {line}".rstrip()


def _entry(entry: Entry) -> Iterator[str]:
    if entry.what is What.WROTE:
        yield from _wrote(entry)
    elif entry.what is What.EDITED:
        yield from _said(f"{entry.who} (edited):", entry)
    elif entry.what is What.DRAFTED:
        yield from _text(f"{entry.who} is writing:", entry.text)
    elif entry.what is What.ANSWERED:
        yield from _text("  above the button:", entry.text) if entry.text else ()
    else:
        yield "· " + NOTES.get(entry.what, "{who}: {what} {text}").format(
            who=entry.who, what=entry.what, text=entry.text
        )


def _wrote(entry: Entry) -> Iterator[str]:
    message = entry.message
    assert message is not None
    where = f" → {_short(message.reply_to)}" if message.reply_to else ""
    quiet = " (quietly)" if message.silent else ""
    head = f"{entry.who}{where}{quiet}:"
    if message.file is None:
        yield from _said(head, entry)
        return
    yield from _text(head, _file(message))
    if entry.text:
        yield from _wrapped(entry.text, INDENT)
    if message.from_bot:
        yield from _content(message.file.data.decode())


def _said(head: str, entry: Entry) -> Iterator[str]:
    """A message's text, with a mark before what is folded up, and its buttons."""
    lines = [(line, "") for line in entry.text.splitlines()]
    for entity in entry.entities:
        if entity["type"] == FOLDED:
            before, folded, behind = _parts(entry.text, entity["offset"], entity["length"])
            lines = [(line, "") for line in before.strip().splitlines()]
            lines += [(line, MARK) for line in folded.splitlines()]
            lines += [(line, "") for line in behind.rstrip().removeprefix("\n").splitlines()]
    yield from _block(head, lines)
    for row in entry.buttons:
        yield INDENT + " ".join(f"[{button['text']}]" for button in row)


def _parts(text: str, offset: int, length: int) -> tuple[str, str, str]:
    """``text`` cut in three; Telegram counts in UTF-16 units."""
    units = text.encode("utf-16-le")
    cuts = (0, 2 * offset, 2 * (offset + length), len(units))
    before, folded, behind = (units[a:b].decode("utf-16-le") for a, b in pairwise(cuts))
    return before, folded, behind


def _text(head: str, text: str) -> Iterator[str]:
    yield from _block(head, [(line, "") for line in text.splitlines()])


def _block(head: str, lines: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Behind the head if it is one short line, else below it; of pages the beginning and the end."""
    if len(lines) == 1 and len(lines[0][0]) <= WIDTH - len(head):
        yield f"{head} {lines[0][1]}{lines[0][0]}"
        return
    yield head
    wrapped = [piece for line, mark in lines for piece in _wrapped(line, INDENT + mark)]
    if len(wrapped) <= SHOWN_LINES:
        yield from wrapped
        return
    yield from wrapped[:FIRST_LINES]
    yield f"{INDENT}[{len(wrapped) - FIRST_LINES - LAST_LINES} lines more]"
    yield from wrapped[-LAST_LINES:]


def _wrapped(line: str, indent: str) -> Iterator[str]:
    wrapped = textwrap.wrap(line, WIDTH, initial_indent=indent, subsequent_indent=indent)
    yield from wrapped or [indent.rstrip() if indent.strip() else ""]


def _content(text: str) -> Iterator[str]:
    lines = text.splitlines()
    for line in lines[:FILE_LINES]:
        yield (
            f"{INDENT}│ {textwrap.shorten(line, WIDTH, placeholder=' …')}"
            if len(line) > WIDTH
            else f"{INDENT}│ {line}"
        )
    if len(lines) > FILE_LINES:
        yield f"{INDENT}│ … {len(lines) - FILE_LINES} lines more"


def _file(message: Message) -> str:
    assert message.file is not None
    fields = message.file.fields
    name = fields.get("file_name")
    duration = fields.get("duration")
    length = "" if duration is None else f", {duration // 60}:{duration % 60:02}"
    return ICONS[message.file.kind] + (f" {name}" if name else "") + length


def _short(message: Message) -> str:
    if message.file is not None:
        return _file(message)
    words = message.text.split("\n", maxsplit=1)[0]
    return f"“{words[:24]}…”" if len(words) > 24 else f"“{words}”"
