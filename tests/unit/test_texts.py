"""What users read is complete in every language and fits where Telegram shows it."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from string import Formatter

import pytest

from processor.rendering import utf16_units
from shared.texts import (
    DEFAULT_LOCALE,
    LOCALES,
    Day,
    Dollars,
    More,
    Share,
    Size,
    Span,
    locale_of,
    say,
    span,
    spoken,
)

MESSAGE_LIMIT = 4096
CALLBACK_LIMIT = 200
BUTTON_LIMIT = 64
MENU_LIMIT = 256
LONG_FIGURE = "x" * 40
CALLBACK_ANSWERS = (
    "admins_only",
    "crowded",
    "engine_unknown",
    "expired",
    "format_last",
    "guest_button",
    "hints_unavailable",
    "language_unknown",
    "no_speech",
    "no_translation",
    "retry_later",
    "retry_refused",
    "retry_started",
    "saved",
    "speakers_unavailable",
    "stop_done",
    "stop_not_yours",
    "stop_too_late",
    "summary_in_work",
    "too_fast",
    "too_many_tasks",
    "translate_started",
    "unknown_button",
)
REFUSED_IN_CHAT_ALONE = frozenset({"format_unknown", "hints_usage", "start", "unknown_command"})
NAMED_IN_OTHERS = {
    "button_again": ("stopped",),
    "button_retry": ("apology",),
    "button_summary": ("privacy_summary", "summary_failed"),
    "engine_auto": ("engine_screen",),
    "mode_all": ("group_hidden", "group_seen"),
}
"""What is to be pressed or chosen, and the sentences that say so."""
FUNCTIONS = Path(__file__).parents[2] / "functions"
REFUSAL = re.compile(r"""UserError\(\s*"(\w+)\"""")
TYPED = re.compile(
    r"(?<!\w)/[a-z]+|\b[a-z]+=[a-z]*|@BotFather|\b(?:TXT|SRT|VTT|JSON|MP3|M4A|MiB)\b"
).findall
SENTENCE_END = re.compile(r"(?<=[.!?…])\s+|\n+")
SHORT_SENTENCE = 12
ENGLISH = spoken(DEFAULT_LOCALE).sentences
ALL_LANGUAGES = pytest.mark.parametrize("locale", LOCALES)


@dataclass(frozen=True)
class Form:
    """A sentence as one language says it; one that counts has a form for each plural category."""

    key: str
    category: str
    """Empty where the sentence does not count."""
    text: str

    @property
    def place(self) -> str:
        """How a failing test names it."""
        return f"{self.key} {self.category}".strip()

    @property
    def placeholders(self) -> set[str]:
        """The names of its figures."""
        return {name for _, name, _, _ in Formatter().parse(self.text) if name is not None}

    @property
    def words(self) -> str:
        """The sentence without its figures."""
        return "".join(literal for literal, _, _, _ in Formatter().parse(self.text)).strip()

    @property
    def filled(self) -> str:
        """The sentence with long figures."""
        return self.text.format(**dict.fromkeys(self.placeholders, LONG_FIGURE))

    @property
    def emoji(self) -> list[str]:
        """Its pictures, and whether one is in front."""
        pictures = [sign for sign in self.text if unicodedata.category(sign) == "So"]
        return [*pictures, "in front"] if self.text[0] in pictures else pictures


def forms(locale: str, *keys: str) -> list[Form]:
    """Every form of the sentences ``keys``, or of all there are."""
    found = []
    for key in keys or spoken(locale).sentences:
        sentence = spoken(locale).sentences[key]
        by_category = {"": sentence} if isinstance(sentence, str) else sentence
        found += [Form(key, category, text) for category, text in by_category.items()]
    return found


def refusals(*, below: str) -> set[str]:
    """The problems that code raises by name."""
    modules = (FUNCTIONS / below).rglob("*.py")
    return {key for path in modules for key in REFUSAL.findall(path.read_text("utf-8"))}


@ALL_LANGUAGES
def test_every_language_has_every_sentence(locale: str) -> None:
    """No language lacks a sentence, and each stands where English has it."""
    assert list(spoken(locale).sentences) == list(ENGLISH)


@ALL_LANGUAGES
def test_placeholders_are_the_same_in_all_languages(locale: str) -> None:
    """A translation is filled with the same figures; a form for one number alone may omit it."""
    plurals = Counter(map(spoken(locale).plural, range(200)))
    wrong = []
    for form in forms(locale):
        english = set().union(*(other.placeholders for other in forms(DEFAULT_LOCALE, form.key)))
        may_omit = {"count"} if plurals[form.category] == 1 else set()
        if not english - may_omit <= form.placeholders <= english:
            wrong.append(form.place)
    assert wrong == []


@ALL_LANGUAGES
def test_what_is_typed_is_never_translated(locale: str) -> None:
    """Commands, options and formats are the same words in all languages."""
    for form in forms(locale):
        english = {word for other in forms(DEFAULT_LOCALE, form.key) for word in TYPED(other.text)}
        assert set(TYPED(form.text)) == english, form.place


@ALL_LANGUAGES
def test_emoji_are_the_same_in_all_languages(locale: str) -> None:
    """A sentence is recognised by its emoji, whatever the language."""
    for form in forms(locale):
        assert form.emoji == forms(DEFAULT_LOCALE, form.key)[0].emoji, form.place


@ALL_LANGUAGES
@pytest.mark.parametrize(("named", "keys"), NAMED_IN_OTHERS.items())
def test_buttons_are_named_as_they_are_labelled(
    locale: str, named: str, keys: tuple[str, ...]
) -> None:
    """Who is told to press or choose something finds it under that very name."""
    label = say(locale, named)
    name = label.split(maxsplit=1)[1] if named.startswith("button_") else label
    assert [form.place for form in forms(locale, *keys) if name not in form.text] == []


@ALL_LANGUAGES
def test_plurals_have_the_forms_of_the_language(locale: str) -> None:
    """A sentence that counts in English counts everywhere, in every category there is."""
    for key, english in ENGLISH.items():
        expected = {""} if isinstance(english, str) else spoken(locale).categories()
        assert {form.category for form in forms(locale, key)} == expected, key


@ALL_LANGUAGES
def test_every_sentence_is_one_message(locale: str) -> None:
    """Filled in, no sentence is empty, padded, or longer than a message."""
    for form in forms(locale):
        assert form.filled == form.filled.strip(), form.place
        assert 0 < utf16_units(form.filled) <= MESSAGE_LIMIT, form.place


@ALL_LANGUAGES
@pytest.mark.parametrize(("prefix", "limit"), [("button_", BUTTON_LIMIT), ("menu_", MENU_LIMIT)])
def test_labels_fit(locale: str, prefix: str, limit: int) -> None:
    """A button has at most 64 characters, a command's description 256."""
    labels = [form for form in forms(locale) if form.key.startswith(prefix)]
    assert labels
    assert [form.place for form in labels if utf16_units(form.filled) > limit] == []


@ALL_LANGUAGES
def test_answers_to_buttons_fit(locale: str) -> None:
    """What a pressed button answers has 200 characters at most."""
    answers = forms(locale, *CALLBACK_ANSWERS)
    assert [form.place for form in answers if utf16_units(form.filled) > CALLBACK_LIMIT] == []


def test_refusals_over_buttons_are_known() -> None:
    """A command's refusal also fits over a button, unless it is for typed words alone."""
    raised = refusals(below="processor/commands")
    assert raised >= {"admins_only", *REFUSED_IN_CHAT_ALONE}
    assert raised - REFUSED_IN_CHAT_ALONE <= set(CALLBACK_ANSWERS)


def test_every_refusal_has_a_sentence() -> None:
    """Nobody is refused without a word: each problem that is raised by name is a key."""
    assert refusals(below=".") >= {"gone", "undecodable"}
    assert refusals(below=".") <= ENGLISH.keys()


@pytest.mark.parametrize("locale", [locale for locale in LOCALES if locale != DEFAULT_LOCALE])
def test_nothing_is_left_in_english(locale: str) -> None:
    """No translation has a whole English sentence in it."""
    english = {
        part
        for form in forms(DEFAULT_LOCALE)
        for part in SENTENCE_END.split(form.text)
        if len(Form("", "", part).words) > SHORT_SENTENCE
    }
    left = {form.place: part for form in forms(locale) for part in english if part in form.text}
    assert left == {}


@ALL_LANGUAGES
def test_a_locale_has_twelve_months(locale: str) -> None:
    """Every month can be told."""
    assert len(set(spoken(locale).months)) == 12


@pytest.mark.parametrize(
    ("language_code", "locale"),
    [
        ("id", "id"),
        ("id-ID", "id"),
        ("ID_id", "id"),
        ("es-419", "es"),
        ("pt-BR", "pt"),
        ("pt-pt", "pt"),
        ("ru-RU", "ru"),
        ("de-AT", "de"),
        ("en-GB", "en"),
        ("fi", "en"),
        ("", "en"),
        (None, "en"),
    ],
)
def test_language_follows_the_client(language_code: str | None, locale: str) -> None:
    """The client's language tag chooses the language, English where we do not speak it."""
    assert locale_of(language_code) == locale


def test_unknown_language_is_answered_in_english() -> None:
    """A locale from an older version still gets a sentence."""
    assert say("xx", "hint") == say("en", "hint")


@pytest.mark.parametrize(
    ("locale", "category", "numbers"),
    [
        ("en", "one", {1}),
        ("de", "one", {1}),
        ("es", "one", {1}),
        ("pt", "one", {0, 1}),
        ("ru", "one", {1, 21, 101}),
        ("ru", "few", {2, 4, 22, 104}),
        ("ru", "many", {0, 5, 11, 12, 14, 20, 111, 112}),
        ("id", "other", {0, 1, 2, 21}),
        ("de", "other", {0, 2, 11, 21, 101}),
        ("es", "other", {0, 2, 11, 21, 101}),
        ("pt", "other", {2, 11, 21, 101}),
    ],
)
def test_numbers_choose_the_form(locale: str, category: str, numbers: set[int]) -> None:
    """Plurals follow CLDR's rules for whole numbers."""
    assert {number: spoken(locale).plural(number) for number in numbers} == dict.fromkeys(
        numbers, category
    )


@pytest.mark.parametrize(
    ("locale", "count", "sentence"),
    [
        ("ru", 1, "осталась примерно 1 минута"),
        ("ru", 3, "осталось примерно 3 минуты"),
        ("ru", 11, "осталось примерно 11 минут"),
        ("ru", 21, "осталась примерно 21 минута"),
        ("de", 1, "noch etwa 1 Minute"),
        ("de", 2, "noch etwa 2 Minuten"),
        ("es", 1, "falta cerca de 1 minuto"),
        ("pt", 2, "faltam cerca de 2 minutos"),
        ("id", 1, "sekitar 1 menit lagi"),
    ],
)
def test_a_count_is_told_as_people_say_it(locale: str, count: int, sentence: str) -> None:
    """The number and the words around it agree."""
    assert say(locale, "minutes_left", count=count) == sentence


def test_large_numbers_are_grouped() -> None:
    """Thousands are marked as each country does; in Russian no line can break there."""
    written = [spoken(locale).number(1_234_567) for locale in LOCALES]
    russian = "1\N{NO-BREAK SPACE}234\N{NO-BREAK SPACE}567"
    assert written == ["1,234,567", "1.234.567", "1.234.567", "1.234.567", russian, "1.234.567"]


@pytest.mark.parametrize(
    ("figure", "written"),  # in the order of LOCALES; ~ is a no-break space
    [
        (Size(0), ("0 B", "0 B", "0 B", "0 B", "0 B", "0 B")),
        (Size(1023), ("1,023 B", "1.023 B", "1.023 B", "1.023 B", "1~023 B", "1.023 B")),
        (Size(1024), ("1.0 KiB", "1,0 KiB", "1,0 KiB", "1,0 KiB", "1,0 KiB", "1,0 KiB")),
        (Size(2 << 30), ("2.00 GiB", "2,00 GiB", "2,00 GiB", "2,00 GiB", "2,00 GiB", "2,00 GiB")),
        (Span(0.25), ("0.2 s", "0,2 dtk", "0,2 s", "0,2 s", "0,2 с", "0,2 s")),
        (Span(10), ("0:10",) * 6),
        (Span(750), ("12:30",) * 6),
        (Span(3723), ("1:02:03",) * 6),
        (More(Span(7200)), ("> 2:00:00",) * 6),
        (More(Size(20 << 20)), ("> 20.0 MiB", *("> 20,0 MiB",) * 5)),
        (Share(0.425), ("42%", "42%", "42~%", "42%", "42~%", "42~%")),
        (
            Dollars(1234.5),
            ("1,234.50 USD", *("1.234,50 USD",) * 3, "1~234,50 USD", "1.234,50 USD"),
        ),
        (
            Day(1_789_560_000),
            ("16 Sep", "16 Sep", "16 sept", "16 de set.", "16 сент.", "16. Sept."),
        ),
        (Day(1_779_235_200), ("20 May", "20 Mei", "20 may", "20 de mai.", "20 мая", "20. Mai")),
    ],
)
def test_figures_read_well(
    figure: Size | Span | More | Share | Dollars | Day, written: tuple[str, ...]
) -> None:
    """Sizes, lengths, shares, amounts and days are written as people in each country do."""
    told = [figure.written(spoken(locale)) for locale in LOCALES]
    assert told == [text.replace("~", "\N{NO-BREAK SPACE}") for text in written]


@pytest.mark.parametrize(
    ("seconds", "shown"), [(0.25, "0.2 s"), (10, "0:10"), (750, "12:30"), (3723, "1:02:03")]
)
def test_operators_read_lengths_in_english(seconds: float, shown: str) -> None:
    """Lengths are told as minutes and seconds, with hours where there are any."""
    assert span(seconds) == shown
