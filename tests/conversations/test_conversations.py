"""What chats show, compared with the documents that tell it."""

from __future__ import annotations

import pytest

from tests.conversations.pictures import ALBUM, PICTURES
from tests.conversations.scenes import load
from tests.conversations.stage import GOLDEN, SCENES

load()


@pytest.mark.parametrize("name", sorted(SCENES))
async def test_the_chat_shows_what_the_document_tells(name: str) -> None:
    """Word by word, and the pictures with it; ``python -m tests.conversations`` writes both anew."""
    ALBUM.clear()
    scene = SCENES[name]
    assert await scene.document() == scene.file.read_text()
    assert {taken: (PICTURES / f"{taken}.svg").read_text() for taken in ALBUM} == ALBUM


def test_every_document_has_its_scene() -> None:
    """None is left behind of a scene that is gone."""
    assert {file.stem for file in GOLDEN.glob("*.md")} == set(SCENES) | {"README"}
