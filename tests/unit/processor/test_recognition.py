"""Chunks heard side by side: one language for all, few at once, nothing paid for twice."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.virtual_time import VirtualTimeLoop, run
from processor.media import Prepared
from processor.media.prepared import Coverage
from processor.recognition import Recogniser, Request
from processor.recognition.places import BYTES_IN_FLIGHT, CHUNKS_IN_FLIGHT
from processor.recognition.spoken import SpokenLanguage
from shared.audio import Audio
from shared.errors import TranscriberError, TransientError, UserError
from shared.ports import PLAIN
from shared.telemetry import Metric, Tally
from shared.transcripts import Instructions, Recipe, Recognition, Segment, TranscriptKey
from tests.doubles.engine import PASSES_EVERYTHING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from processor.conversation.progress import Progress
    from shared.ports import Engine, JobStore
    from shared.transcripts import Transcript

MINUTE_S = 60.0
CENT = 0.01
BROKEN = UserError("undecodable")
DOWN = TransientError("answered 503")


class Polyglot:
    """Hears ``spoken[i]`` in chunk i after ``takes_s[i]`` seconds, or what it is told to hear."""

    def __init__(self, spoken: Sequence[str | None], takes_s: Sequence[float]) -> None:
        self.profile = PASSES_EVERYTHING
        self.told: list[object] = []
        self.asked: list[tuple[int, str | None]] = []
        """Chunk, and the language asked for."""
        self.failures: dict[tuple[int, str | None], TranscriberError] = {}
        self.most_at_once = 0
        self._at_once = 0
        self._spoken, self._takes_s = spoken, takes_s

    async def recognise(
        self,
        audio: Audio,
        *,
        language: str | None = None,
        instructions: Instructions = PLAIN,
        progress: Callable[[float], None] | None = None,
    ) -> Recognition:
        """Answer in ``language``, else in the one that is spoken."""
        del progress
        self.told.append(instructions)
        index = int(audio.start_s // MINUTE_S)
        self.asked.append((index, language))
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        await asyncio.sleep(self._takes_s[index] if self._takes_s else 1.0)
        self._at_once -= 1
        if (failure := self.failures.get((index, language))) is not None:
            raise failure
        spoken = self._spoken[index]
        if spoken is None:
            return Recognition((), None, MINUTE_S)
        heard = language or spoken
        said = Segment(0.0, MINUTE_S, f"{spoken} as {heard}")
        return Recognition((said,), heard, MINUTE_S, cost_usd=CENT)


class Kept:
    """What was heard, by chunk."""

    def __init__(self) -> None:
        self.results: dict[int, Recognition] = {}

    def chunks(self, content: str) -> dict[int, Recognition]:
        """What an earlier try left."""
        del content
        return dict(self.results)

    def put_chunk(self, content: str, index: int, recognition: Recognition) -> None:
        """Keep it."""
        del content
        self.results[index] = recognition


class World:
    """A recogniser in virtual time, and a recording of as many minutes as are ``spoken``."""

    def __init__(
        self, spoken: Sequence[str | None], takes_s: Sequence[float] = (), size_bytes: int = 1
    ) -> None:
        self.kept, self.tally = Kept(), Tally()
        self.engine = Polyglot(spoken, takes_s)
        self.taken_s = 0.0
        self.cost_usd = 0.0
        self.shown: list[tuple[float, str]] = []
        self._spoken, self._size_bytes = spoken, size_bytes

    def transcript(
        self,
        *,
        language: str | None = None,
        last_try: bool = False,
        whole: bool = False,
        instructions: Instructions = PLAIN,
        declared_s: float | None = None,
    ) -> Transcript:
        """One try; ``whole`` sends the file as it is."""
        engine, jobs = cast("Engine", self.engine), cast("JobStore", self.kept)
        request = Request(
            prepared=Prepared(
                self._chunks(), declared_s=declared_s, coverage=None if whole else Coverage()
            ),
            media=None,
            key=TranscriptKey("content", Recipe("scripted", "one", language, instructions)),
            progress=cast("Progress", self),
            locale="en",
            last_try=last_try,
            known=self.kept.chunks(""),
        )

        async def program(loop: VirtualTimeLoop) -> Transcript:
            heard = await Recogniser(engine, jobs, self.tally).transcribe(request)
            self.taken_s, self.cost_usd = loop.time(), heard.cost_usd
            return heard.transcript

        return run(program)

    async def show(self, share: float, text: str = "") -> None:
        """Stand in for the status message."""
        self.shown.append((share, text))

    def _chunks(self) -> Iterator[Audio]:
        for index in range(len(self._spoken)):
            yield Audio(bytes(self._size_bytes), "flac", MINUTE_S * index, MINUTE_S)


def texts(transcript: Transcript) -> list[str]:
    """What stands in it."""
    return [segment.text for segment in transcript.segments]


def test_instructions_reach_the_engine() -> None:
    """With every chunk."""
    instructions = Instructions(speakers=True, hints=("Ada",))
    world = World(["en"] * 3)
    world.transcript(instructions=instructions)
    assert world.engine.told == [instructions] * 3


def test_the_cost_is_that_of_what_was_asked_now() -> None:
    """What an earlier try has paid for costs nothing."""
    world = World(["en"] * 3)
    world.transcript()
    assert world.cost_usd == pytest.approx(3 * CENT)
    del world.kept.results[1]
    world.transcript()
    assert world.cost_usd == pytest.approx(CENT)


def test_the_text_shown_has_no_holes() -> None:
    """Up to the first chunk that has not been answered, in the order of the recording."""
    world = World(["en"] * 3, takes_s=(2.0, 1.0, 3.0))
    world.transcript(language="en", declared_s=3 * MINUTE_S)
    assert [text for _, text in world.shown] == [
        "",
        "en as en en as en",
        "en as en en as en en as en",
    ]


def test_a_file_sent_as_it_is_is_kept_as_a_transcript_alone() -> None:
    """Its one chunk is all there is to keep."""
    world = World(["en"])
    world.transcript(whole=True)
    assert world.kept.results == {}


def test_nobody_waits_for_the_language() -> None:
    """Chunks go out at once, none is asked for twice, and it takes as long as one."""
    world = World(["en"] * 5)
    assert world.transcript().language == "en"
    assert world.engine.asked == [(index, None) for index in range(5)]
    assert world.taken_s == 1.0
    assert world.tally.counts[Metric.PROVIDER_CALL] == 5


def test_who_detected_another_language_is_asked_once_more() -> None:
    """All is heard in the language of the first chunk, and only that is kept and told."""
    world = World(["de", "nl", "de", "en"])
    made = world.transcript()
    assert texts(made) == ["de as de", "nl as de", "de as de", "en as de"]
    assert made.language == "de"
    assert sorted(world.engine.asked[4:]) == [(1, "de"), (3, "de")]
    assert {heard.language for heard in world.kept.results.values()} == {"de"}
    assert world.tally.counts[Metric.PROVIDER_CALL] == 6


def test_the_first_chunk_decides_even_if_it_answers_last() -> None:
    """The others keep what they heard until then, and are corrected."""
    world = World(["de", "nl", "en"], takes_s=[9.0, 1.0, 2.0])
    assert texts(world.transcript()) == ["de as de", "nl as de", "en as de"]
    assert world.taken_s == 11.0


def test_the_first_chunk_with_speech_decides() -> None:
    """Silence has no language, wherever it stands and whenever it is heard."""
    world = World([None, "de", None, "en"], takes_s=[5.0, 3.0, 1.0, 1.0])
    made = world.transcript()
    assert (made.language, texts(made)) == ("de", ["de as de", "en as de"])
    assert len(world.engine.asked) == 5
    assert World([None, None]).transcript().language is None


def test_once_it_is_known_the_language_is_asked_for() -> None:
    """Chunks made later cannot disagree."""
    count = CHUNKS_IN_FLIGHT + 3
    world = World(["de"] + ["nl"] * (count - 1), takes_s=[0.5] + [1.0] * (count - 1))
    world.transcript()
    assert [language for index, language in world.engine.asked if index == count - 1] == ["de"]


def test_a_chosen_language_is_not_questioned() -> None:
    """Every chunk is asked for in it, once."""
    world = World(["de", "nl", None])
    assert world.transcript(language="fr").language == "fr"
    assert world.engine.asked == [(0, "fr"), (1, "fr"), (2, "fr")]


def test_a_further_try_knows_the_language_from_the_start() -> None:
    """By what is kept of the earlier one; that is asked for no more."""
    world = World(["de", "nl", "nl"])
    world.kept.results[0] = Recognition((Segment(0.0, 60.0, "de as de"),), "de", 60.0)
    assert texts(world.transcript()) == ["de as de", "nl as de", "nl as de"]
    assert world.engine.asked == [(1, "de"), (2, "de")]


@pytest.mark.parametrize("failure", [BROKEN, DOWN])
def test_a_first_chunk_that_fails_leaves_the_language_to_the_next(
    failure: TranscriberError,
) -> None:
    """On the last try it is a gap, and nobody waits for it."""
    world = World(["de", "nl", "en"])
    world.engine.failures[0, None] = failure
    made = world.transcript(last_try=True)
    assert (made.language, made.complete) == ("nl", False)
    assert texts(made)[1:] == ["nl as nl", "en as nl"]


@pytest.mark.parametrize(("failure", "last_try"), [(BROKEN, False), (DOWN, True)])
def test_a_correction_that_fails_for_good_leaves_what_was_heard(
    failure: TranscriberError, *, last_try: bool
) -> None:
    """Words in the wrong language are more than a gap."""
    world = World(["de", "nl"])
    world.engine.failures[1, "de"] = failure
    made = world.transcript(last_try=last_try)
    assert (texts(made), made.complete) == (["de as de", "nl as nl"], True)


def test_a_correction_that_may_yet_succeed_is_tried_again() -> None:
    """The next try asks for that chunk alone, in the right language."""
    world = World(["de", "nl"])
    world.engine.failures[1, "de"] = DOWN
    with pytest.raises(TransientError):
        world.transcript()
    world.engine.failures.clear()
    world.engine.asked.clear()
    assert texts(world.transcript()) == ["de as de", "nl as de"]
    assert world.engine.asked == [(1, "de")]


def test_an_engine_on_this_machine_is_not_asked_in_vain() -> None:
    """It works on one chunk after the other, so the language may as well be waited for."""
    world = World(["de", "nl", "nl"])
    world.engine.profile = replace(PASSES_EVERYTHING, takes_pcm=True)
    world.transcript()
    assert world.engine.asked == [(0, None), (1, "de"), (2, "de")]


def test_only_so_many_chunks_are_under_way() -> None:
    """However small they are."""
    world = World(["en"] * (2 * CHUNKS_IN_FLIGHT))
    world.transcript()
    assert world.engine.most_at_once == CHUNKS_IN_FLIGHT


@pytest.mark.parametrize(
    ("size_bytes", "at_once"),
    [(BYTES_IN_FLIGHT // 4, 4), (BYTES_IN_FLIGHT // 4 - 1, 5), (BYTES_IN_FLIGHT * 2, 1)],
)
def test_only_so_many_bytes_are_under_way(size_bytes: int, at_once: int) -> None:
    """And one chunk more at most, for its size is known when it is made."""
    world = World(["en"] * 6, size_bytes=size_bytes)
    world.transcript()
    assert world.engine.most_at_once == at_once


@given(languages=st.lists(st.sampled_from([None, "de", "en"]), max_size=6), data=st.data())
def test_the_language_does_not_depend_on_who_answers_first(
    languages: list[str | None], data: st.DataObject
) -> None:
    """It is the earliest that was heard, and known no later than all have answered."""
    spoken = SpokenLanguage(None)
    earliest = next((code for code in languages if code), None)
    for index in data.draw(st.permutations(range(len(languages)))):
        assert spoken.code in (None, earliest)
        spoken.heard(index, languages[index])
    assert spoken.code == earliest
