"""The contract of ``TranscriptCache``, for the bare caches and for the memory in front of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.adapters.memory import RecentTranscripts
from shared.transcripts import Recipe, Segment, Transcript, TranscriptKey, Word
from tests.contracts.editions import RETENTION_S, a_key, a_transcript

if TYPE_CHECKING:
    from shared.ports import TranscriptCache
    from tests.contracts.editions import Edition
    from tests.doubles.clock import ManualClock


@pytest.fixture(params=["bare", "in memory"])
def cache(request: pytest.FixtureRequest, edition: Edition, clock: ManualClock) -> TranscriptCache:
    """An empty cache, with and without the memory in front of it."""
    bare = edition.cache()
    return RecentTranscripts(bare, clock) if request.param == "in memory" else bare


def test_a_stored_transcript_comes_back_equal(cache: TranscriptCache) -> None:
    """Segments, words and every figure, as often as one asks."""
    cache.put(a_key(), a_transcript())
    assert cache.get(str(a_key())) == a_transcript()
    assert cache.get(str(a_key())) == a_transcript()


def test_what_was_never_stored_is_absent(cache: TranscriptCache) -> None:
    """An unknown key gives None."""
    assert cache.get(str(a_key())) is None


def test_another_recipe_is_another_transcript(cache: TranscriptCache) -> None:
    """The same content in another language or by another engine is not mixed up."""
    german = TranscriptKey("c0ffee", Recipe("groq", "whisper-large-v3-turbo", "de"))
    cache.put(german, a_transcript("Guten Tag"))
    assert cache.get(str(a_key())) is None
    cache.put(a_key(), a_transcript("Good day"))
    assert cache.get(str(german)) == a_transcript("Guten Tag")


def test_storing_again_replaces(cache: TranscriptCache) -> None:
    """The latest transcript counts, also right after the first was read."""
    cache.put(a_key(), a_transcript("old"))
    cache.get(str(a_key()))
    cache.put(a_key(), a_transcript("new"))
    assert cache.get(str(a_key())) == a_transcript("new")


def test_a_transcript_expires(cache: TranscriptCache, clock: ManualClock) -> None:
    """It is absent exactly after its days, also when it was read in between."""
    cache.put(a_key(), a_transcript())
    clock.advance(RETENTION_S - 1)
    assert cache.get(str(a_key())) == a_transcript()
    clock.advance(1)
    assert cache.get(str(a_key())) is None


def test_storing_again_begins_the_days_anew(cache: TranscriptCache, clock: ManualClock) -> None:
    """The retention counts from the last time it was stored."""
    cache.put(a_key(), a_transcript())
    cache.get(str(a_key()))
    clock.advance(RETENTION_S - 1)
    cache.put(a_key(), a_transcript())
    clock.advance(RETENTION_S - 1)
    assert cache.get(str(a_key())) == a_transcript()


def test_a_deleted_transcript_is_gone(cache: TranscriptCache) -> None:
    """Deleting removes it now, also right after it was read; once more is harmless."""
    cache.put(a_key(), a_transcript())
    cache.get(str(a_key()))
    cache.delete(str(a_key()))
    cache.delete(str(a_key()))
    assert cache.get(str(a_key())) is None


def test_a_deleted_transcript_is_gone_for_everyone(edition: Edition, clock: ManualClock) -> None:
    """Deleting through the memory deletes in the store behind it."""
    fronted = RecentTranscripts(edition.cache(), clock)
    fronted.put(a_key(), a_transcript())
    fronted.delete(str(a_key()))
    assert edition.cache().get(str(a_key())) is None


def test_another_client_reads_what_one_stored(cache: TranscriptCache, edition: Edition) -> None:
    """The store behind is shared."""
    cache.put(a_key(), a_transcript())
    cache.link("unique", "c0ffee")
    assert edition.cache().get(str(a_key())) == a_transcript()
    assert edition.cache().content_of("unique") == "c0ffee"


def test_a_file_leads_to_its_content(cache: TranscriptCache) -> None:
    """Telegram's file identity is linked to the hash of the bytes; the latest link counts."""
    assert cache.content_of("unique") is None
    cache.link("unique", "c0ffee")
    assert cache.content_of("unique") == "c0ffee"
    assert cache.content_of("other") is None
    cache.link("unique", "decaf")
    assert cache.content_of("unique") == "decaf"


def test_a_link_expires(cache: TranscriptCache, clock: ManualClock) -> None:
    """It is absent exactly after the retention."""
    cache.link("unique", "c0ffee")
    clock.advance(RETENTION_S - 1)
    assert cache.content_of("unique") == "c0ffee"
    clock.advance(1)
    assert cache.content_of("unique") is None


def test_ten_hours_with_every_word_fit(cache: TranscriptCache) -> None:
    """A very long transcript is stored and read whole."""
    segments = tuple(
        Segment(
            start_s=float(n),
            end_s=n + 1.0,
            text=f"word {n * 7919 % 100_003}",
            words=(Word(float(n), n + 0.5, "word"), Word(n + 0.5, n + 1.0, str(n))),
        )
        for n in range(36_000)
    )
    cache.put(a_key(), Transcript(segments, "en", 36_000.0))
    stored = cache.get(str(a_key()))
    assert stored is not None
    assert stored.segments == segments


TIMES = st.floats(0, 36_000, allow_nan=False)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
SEGMENTS = st.builds(
    Segment,
    TIMES,
    TIMES,
    TEXTS,
    st.lists(st.builds(Word, TIMES, TIMES, TEXTS), max_size=3).map(tuple),
    channel=st.none() | st.integers(0, 1),
    no_speech_prob=st.none() | TIMES,
    avg_logprob=st.none() | TIMES,
)
TRANSCRIPTS = st.builds(
    Transcript,
    st.lists(SEGMENTS, max_size=3).map(tuple),
    st.none() | st.just("de"),
    TIMES,
    st.none() | TIMES,
)


@settings(
    max_examples=40,
    deadline=None,
    # Every example replaces the last one's transcript, which is all the state there is.
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(transcript=TRANSCRIPTS)
def test_any_transcript_comes_back_equal(cache: TranscriptCache, transcript: Transcript) -> None:
    """Whatever an engine may say survives being stored."""
    cache.put(a_key(), transcript)
    assert cache.get(str(a_key())) == transcript
