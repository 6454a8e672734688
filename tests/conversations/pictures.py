"""Pictures of a chat for the README: what a scene leaves on the screen, drawn as SVG."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from processor.rendering.breaks import cells

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from local.loopback.chats import Chat, Message

PICTURES = Path(__file__).parents[2] / "docs" / "pictures"
WIDTH = 460
MARGIN = 14
PADDING = 11
LINE = 19
CELL = 7.2  # pixels of a character in the middle of the alphabet
BUBBLE_CELLS = 44
FOLDED_LINES = 3
BUTTON = 30
VIEWER = 7  # Ada, on whose screen we look
FOLDED = "expandable_blockquote"
ICONS = {"voice": "🎤", "audio": "🎵", "video": "🎬", "video_note": "🎥", "document": "📄"}
STYLE = """
text{font:14px system-ui,-apple-system,'Segoe UI',Roboto,sans-serif;fill:#111}
.page{fill:#e6ebee}.theirs{fill:#fff}.mine{fill:#e1fec6}.button{fill:#fff;fill-opacity:.75}
.small{font-size:12px;fill:#5b6b77}.label{text-anchor:middle;fill:#2678b6;font-size:13px}
.fold{fill:#3390ec;fill-opacity:.1}.bar{fill:#3390ec}
@media (prefers-color-scheme:dark){text{fill:#eee}.page{fill:#0e1621}.theirs{fill:#182533}
.mine{fill:#2b5278}.button{fill:#2f3e4e}.small{fill:#8fa3b3}.label{fill:#6ab3f3}}
"""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a bubble."""

    text: str
    folded: bool = False
    small: bool = False


ALBUM: dict[str, str] = {}
"""The pictures taken by the scenes played so far, by name."""


def take(name: str, chat: Chat, *, title: str, last: int = 6) -> None:
    """Take a picture of ``chat`` as it looks at this moment of a scene."""
    ALBUM[name] = picture(chat, title=title, last=last)


def picture(chat: Chat, *, title: str, last: int = 6) -> str:
    """The newest ``last`` messages of ``chat`` as they look now."""
    shapes: list[str] = []
    top = MARGIN
    for message in chat.messages[-last:]:
        if not message.service:
            drawn, top = _bubble(message, top)
            shapes += drawn
    body = "\n".join(shapes)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {top}" width="{WIDTH}" '
        f'role="img" aria-label="{escape(title)}">\n<style>{STYLE}</style>\n'
        f'<rect class="page" width="{WIDTH}" height="{top}" rx="12"/>\n{body}\n</svg>\n'
    )


def _bubble(message: Message, top: int) -> tuple[list[str], int]:
    """A message's shapes, and where the next one begins."""
    lines = list(_lines(message))
    wide = max(cells(line.text) for line in lines) * CELL + 2 * PADDING
    if message.buttons:
        wide = max(wide, BUBBLE_CELLS * CELL)
    wide = round(min(wide, BUBBLE_CELLS * CELL + 2 * PADDING + 8))
    mine = message.sender["id"] == VIEWER
    left = WIDTH - MARGIN - wide if mine else MARGIN
    height = len(lines) * LINE + 2 * PADDING - 4
    side = "mine" if mine else "theirs"
    shapes = [
        f'<rect class="{side}" x="{left}" y="{top}" width="{wide}" height="{height}" rx="12"/>'
    ]
    shapes += _fold(lines, left, top, wide)
    for number, line in enumerate(lines):
        baseline = top + PADDING + LINE * number + 12
        small = ' class="small"' if line.small else ""
        indent = 8 if line.folded else 0
        shapes.append(
            f'<text x="{left + PADDING + indent}" y="{baseline}"{small}>{escape(line.text)}</text>'
        )
    top += height + 3
    for row in message.buttons:
        shapes += _row([button["text"] for button in row], left, top, wide)
        top += BUTTON + 3
    return shapes, top + 8


def _fold(lines: Sequence[Line], left: int, top: int, wide: int) -> Iterator[str]:
    folded = [number for number, line in enumerate(lines) if line.folded]
    if folded:
        begin, height = top + PADDING + LINE * folded[0] - 4, LINE * len(folded) + 2
        x = left + PADDING - 4
        yield f'<rect class="fold" x="{x}" y="{begin}" width="{wide - 14}" height="{height}" rx="4"/>'
        yield f'<rect class="bar" x="{x}" y="{begin}" width="3" height="{height}" rx="1"/>'


def _row(labels: Sequence[str], left: int, top: int, wide: int) -> Iterator[str]:
    edges = [left + round(wide * number / len(labels)) for number in range(len(labels) + 1)]
    for label, (begin, end) in zip(labels, pairwise(edges), strict=True):
        width = end - begin - 3
        yield f'<rect class="button" x="{begin}" y="{top}" width="{width}" height="{BUTTON}" rx="8"/>'
        middle = begin + width / 2
        yield f'<text class="label" x="{middle:g}" y="{top + 20}">{escape(label)}</text>'


def _lines(message: Message) -> Iterator[Line]:
    if message.chat.type != "private":
        yield Line(message.author, small=True)
    if message.reply_to and message.chat.type != "private":
        yield Line(f"▏{_glance(message.reply_to)}", small=True)
    if message.file:
        yield Line(_glance(message))
    text = message.text or message.caption
    folded = next((e for e in message.entities if e["type"] == FOLDED), None)
    begin = folded["offset"] if folded else len(text)
    end = begin + folded["length"] if folded else len(text)
    yield from _wrapped(text[:begin])
    if folded:
        shown = list(_wrapped(text[begin:end], folded=True))
        yield from shown[:FOLDED_LINES]
        if len(shown) > FOLDED_LINES:
            yield Line("⌄", folded=True, small=True)
    yield from _wrapped(text[end:].lstrip("\n"))
    if message.reactions:
        yield Line(" ".join(message.reactions))


def _wrapped(text: str, *, folded: bool = False) -> Iterator[Line]:
    room = BUBBLE_CELLS - (2 if folded else 0)
    for line in text.rstrip().splitlines():
        for piece in textwrap.wrap(line, room) or [""]:
            yield Line(piece, folded=folded)


def _glance(message: Message) -> str:
    """A file by its kind, name and length; a text by its beginning."""
    if message.file is None:
        return textwrap.shorten(message.text, BUBBLE_CELLS - 6, placeholder="…")
    fields = message.file.fields
    length = fields.get("duration")
    name = fields.get("file_name") or ("Voice message" if message.file.kind == "voice" else "")
    told = f"  {length // 60}:{length % 60:02}" if length is not None else ""
    return f"{ICONS[message.file.kind]} {name}{told}"
