"""The same bot to people of other languages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.conversations.stage import NOTE, scene
from tests.doubles.engine import ScriptedEngine

if TYPE_CHECKING:
    from tests.doubles.bench import Bench

PEOPLE = {
    "id": "Budi",
    "es": "Lucía",
    "pt": "João",
    "ru": "Вера",
    "de": "Jonas",
}


@scene(lambda: ScriptedEngine("Встреча в понедельник отменена."))
async def in_other_languages(it: Bench) -> None:
    """In other languages.

    Everybody is answered in the language of his Telegram; plurals and numbers are those of the
    language.
    """
    for number, (language, name) in enumerate(PEOPLE.items()):
        person = it.api.user(100 + number, name, language)
        await person.send_text("/start")
        await person.send_voice(NOTE, duration=1)
        await it.answer()
        await person.send_text("/history")
        await it.answer()
        await person.send_video(b"", duration=5400, name="film.mp4", size_bytes=1_503_238_553)
        await it.answer()


@scene(lambda: ScriptedEngine("الاجتماع يوم الاثنين أُلغي. نلتقي يوم الأربعاء في العاشرة."))
async def right_to_left(it: Bench) -> None:
    """Text from right to left.

    Times and names stand at its beginning, on the right.
    """
    await it.user.send_voice(NOTE, duration=1, caption="text srt timestamps")
    await it.answer()
