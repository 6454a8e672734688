"""What an answer consists of: nothing is lost, everything fits, notices stand where they are seen."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processor.conversation.answer import FOLDED_FROM, PARTS_LIMIT, Reading, answer, guest_answer
from processor.conversation.keyboards import SUMMARY_FROM, Offers
from processor.rendering import FORMATS, Look, utf16_units
from processor.rendering.parts import MESSAGE_LIMIT
from processor.wishes import Wish
from shared.jobs import Action, Address, Job, Options
from shared.texts import Span, say
from shared.transcripts import TRANSLATE, Segment, Transcript

ALL = Offers(translation=True, summary=True)


def reading(
    *segments: Segment,
    formats: tuple[str, ...] = ("text",),
    task: str = "transcribe",
    language: str = "de",
    offers: Offers = ALL,
    declared_s: float | None = None,
) -> Reading:
    """A transcript of these, as an English reader wants it."""
    job = Job("id", Action.TRANSCRIBE, "u7", Address(7), "en", 0.0, options=Options(task=task))
    duration_s = max((segment.end_s for segment in segments), default=0.0)
    transcript = Transcript(segments, language, duration_s, declared_s)
    return Reading(job, transcript, Wish(formats=formats, look=Look()), "en", offers)


def said(text: str, **details: float) -> Segment:
    """Ten seconds of it."""
    return Segment(0.0, 10.0, text, **details)  # type: ignore[arg-type]  # figures alone


def words(count: int) -> str:
    """So many short words."""
    return " ".join(f"w{n}" for n in range(count))


@given(
    text=st.text(min_size=1, max_size=200).map(lambda text: text * 150),
    task=st.sampled_from(["transcribe", TRANSLATE]),
    notices=st.booleans(),
)
def test_every_message_fits_and_the_fold_lies_within(
    text: str, task: str, *, notices: bool
) -> None:
    """Whatever was said, in any script."""
    declared_s = 100.0 if notices else None
    it = reading(said(text), task=task, declared_s=declared_s)
    for whole in (answer(it), guest_answer(it, "bot")):
        for part in whole.parts:
            assert 1 <= utf16_units(part.text) <= MESSAGE_LIMIT
            if part.folded:
                start, end = part.folded
                assert 0 <= start < end <= len(part.text)


def test_a_text_in_parts_loses_no_word_and_folds_the_words_alone() -> None:
    """The heading stands above the first, the notices below the last."""
    text = words(2500)
    parts = answer(reading(said(text), task=TRANSLATE, declared_s=100.0)).parts
    assert 2 <= len(parts) <= PARTS_LIMIT
    head = say("en", "translation")
    notice = say("en", "cut_short", got=Span(10.0), declared=Span(100.0))
    folds = [part.folded or (0, 0) for part in parts]
    quotes = [part.text[start:end] for part, (start, end) in zip(parts, folds, strict=True)]
    assert " ".join(quotes).split() == text.split()
    assert parts[0].text.startswith(head)
    assert [notice in part.text for part in parts] == [False] * (len(parts) - 1) + [True]
    assert [bool(part.keyboard) for part in parts] == [False] * (len(parts) - 1) + [True]


def test_notices_that_do_not_fit_below_the_text_follow_it() -> None:
    """As a message of their own, with the buttons."""
    text = "a" * MESSAGE_LIMIT
    first, second = answer(reading(said(text), declared_s=100.0)).parts
    assert first.text == text
    assert second.text == say("en", "cut_short", got=Span(10.0), declared=Span(100.0))
    assert second.keyboard


def test_too_many_messages_become_a_beginning_and_a_file() -> None:
    """One message that says so; the file is the text, and comes once."""
    text = words(6000)
    whole = answer(reading(said(text), formats=("text", "srt", "txt")))
    (part,) = whole.parts
    assert part.folded
    beginning = part.text[slice(*part.folded)]
    assert text.startswith(beginning)
    assert part.text.endswith("the rest is in the file.")
    assert whole.files == ("txt", "srt")


@pytest.mark.parametrize(("length", "folded"), [(FOLDED_FROM, False), (FOLDED_FROM + 1, True)])
def test_only_what_is_long_is_folded(*, length: int, folded: bool) -> None:
    """More than a screen of it."""
    (part,) = answer(reading(said("a" * length))).parts
    assert bool(part.folded) == folded


def test_without_text_one_line_tells_of_the_files() -> None:
    """And what must be known of them stands there too."""
    whole = answer(reading(said("Hello."), formats=("srt", "vtt"), declared_s=100.0))
    (part,) = whole.parts
    assert part.text.startswith(say("en", "done_files", count=2))
    assert "of 1:40 could be read" in part.text
    assert whole.files == ("srt", "vtt")
    assert part.keyboard


def test_silence_has_no_buttons_and_no_files() -> None:
    """There is nothing to put into them."""
    whole = answer(reading(formats=("srt",)))
    (part,) = whole.parts
    assert (part.text, part.keyboard, whole.files) == (say("en", "no_speech"), (), ())


def test_what_was_not_heard_and_what_is_in_doubt_is_told() -> None:
    """How long the gaps are; that the words may be wrong."""
    gap = Segment(10.0, 40.0, "[0:10–0:40 not transcribed]", missing=True)
    (part,) = answer(reading(said("Mumbled.", avg_logprob=-1.5), gap)).parts
    assert say("en", "gaps", time=Span(30.0)) in part.text
    assert say("en", "doubtful") in part.text


def test_buttons_stand_in_rows() -> None:
    """The forms in one, what else can be made of it in the next."""
    (part,) = answer(reading(said("a" * SUMMARY_FROM))).parts
    forms, more = part.keyboard
    assert [button.data for button in forms] == [f"v1:{name}:id" for name in FORMATS]
    assert [button.data for button in more] == ["v1:translate:id", "v1:summary:id"]


@pytest.mark.parametrize(
    "it",
    [
        reading(said("Short."), language="en"),
        reading(said("Short."), task=TRANSLATE),
        reading(said("a" * SUMMARY_FROM), offers=Offers()),
    ],
    ids=["english", "translated", "unable"],
)
def test_only_what_makes_sense_is_offered(it: Reading) -> None:
    """No English of English, no summary of a sentence, nothing that nobody can do."""
    (part,) = answer(it).parts
    assert len(part.keyboard) == 1


def test_a_guest_gets_a_link_and_no_file() -> None:
    """Whatever forms he usually wants."""
    whole = guest_answer(reading(said(words(3000)), formats=("srt",)), "ExampleBot")
    (part,) = whole.parts
    ((button,),) = part.keyboard
    assert (button.url, button.data) == ("https://t.me/ExampleBot?start=show_id", "")
    assert part.text.endswith(say("en", "continued"))
    assert whole.files == ()


def test_further_parts_follow_in_the_order_of_the_text() -> None:
    """None begins before the one in front of it has ended."""
    text = words(2500)
    parts = answer(reading(said(text))).parts
    starts = [text.index(part.text.split()[0]) for part in parts]
    assert all(earlier < later for earlier, later in pairwise(starts))
