"""Channels: what is mixed, what is kept apart."""

from __future__ import annotations

import math
from array import array
from dataclasses import replace

import pytest

from processor.media import prepare
from processor.media.channels import ANALYSIS_RATE_HZ, APART, EVEN, LEFT, SUMMED, judge
from tests.media.listen import heard, level_at
from tests.media.make import encode, interleave, noise, silence, tone
from tests.media.profiles import EMBEDDED, HOSTED, media

RATE = 16_000


def _wav(*channels: array[int]) -> bytes:
    return encode("wav", "pcm_s16le", interleave(*channels), channels=len(channels), rate_hz=RATE)


def _tone(seconds: float, hz: float, level: float = 0.3) -> array[int]:
    return tone(seconds, hz=hz, level=level, rate_hz=RATE)


def test_two_speakers_on_two_channels_are_transcribed_apart() -> None:
    """Left first, then right, both counted from the start and labelled; nothing of the other."""
    data = _wav(_tone(4.0, 300), _tone(4.0, 700))
    for profile in (EMBEDDED, HOSTED):
        prepared = prepare(data, media(), profile)
        assert not prepared.passthrough
        chunks = list(prepared.chunks)
        assert [(c.channel, c.start_s, c.duration_s) for c in chunks] == [
            (0, 0.0, 4.0),
            (1, 0.0, 4.0),
        ]
        assert prepared.covered_s == 4.0
    left, right = (array("h", c.data) for c in prepare(data, media(), EMBEDDED).chunks)
    assert level_at(left, 300) == pytest.approx(0.3, abs=0.01)
    assert level_at(left, 700) < 0.001
    assert level_at(right, 700) == pytest.approx(0.3, abs=0.01)
    assert level_at(right, 300) < 0.001


def test_channels_transcribed_apart_share_one_time_base() -> None:
    """With several windows each channel starts again at zero."""
    data = _wav(_tone(50.0, 300), _tone(50.0, 700))
    short = replace(EMBEDDED, max_chunk_s=20.0)
    starts = [(c.channel, c.start_s) for c in prepare(data, media(), short).chunks]
    left = [start for channel, start in starts if channel == 0]
    right = [start for channel, start in starts if channel == 1]
    assert left[0] == right[0] == 0.0
    assert left == sorted(left)
    assert right == sorted(right)
    assert len(left) >= 3


def test_a_silent_channel_does_not_halve_the_other() -> None:
    """The one that is loud comes out at its full level."""
    samples = heard(prepare(_wav(_tone(2.0, 300), silence(2.0, rate_hz=RATE)), media(), EMBEDDED))
    assert level_at(samples, 300) == pytest.approx(0.3, abs=0.01)


def test_a_channel_silent_at_first_is_heard_when_it_begins() -> None:
    """The decision comes from the first minute; who speaks after it is not lost."""
    left = _tone(62.0, 300, 0.2) + silence(4.0, rate_hz=RATE)
    right = silence(62.0, rate_hz=RATE) + _tone(4.0, 700, 0.2)
    samples = heard(prepare(_wav(left, right), media(), EMBEDDED))
    assert level_at(samples[63 * RATE :], 700) == pytest.approx(0.2, abs=0.01)


def test_inverted_channels_do_not_cancel() -> None:
    """Half of the difference would be silence: the left one is taken, never the engine's downmix."""
    left = _tone(2.0, 300)
    data = _wav(left, array("h", (-sample for sample in left)))
    assert level_at(heard(prepare(data, media(), EMBEDDED)), 300) == pytest.approx(0.3, abs=0.01)
    assert not prepare(data, media(), HOSTED).passthrough


def test_one_scene_in_stereo_is_mixed_and_may_pass_as_it_is() -> None:
    """Ordinary stereo is one recording."""
    both = _tone(2.0, 300)
    data = _wav(both, _tone(2.0, 300, 0.15))
    assert level_at(heard(prepare(data, media(), EMBEDDED)), 300) == pytest.approx(0.225, abs=0.01)
    assert prepare(data, media(), HOSTED).passthrough


@pytest.mark.parametrize("speaker", range(6))
def test_a_voice_on_any_of_six_channels_is_heard(speaker: int) -> None:
    """The low-frequency channel too, which usual downmixes drop; so nothing is passed through."""
    channels = [silence(1.0, rate_hz=RATE) for _ in range(6)]
    channels[speaker] = _tone(1.0, 300, 0.6)
    data = _wav(*channels)
    assert level_at(heard(prepare(data, media(), EMBEDDED)), 300) == pytest.approx(0.1, abs=0.005)
    assert not prepare(data, media(), HOSTED).passthrough


def _syllables(seed: int, shift: int = 0) -> array[int]:
    """Noise that swells and falls four times a second."""
    rate = ANALYSIS_RATE_HZ
    sound = noise(10.0, seed=seed, rate_hz=rate)
    swell = (math.sin(math.tau * 2 * n / rate) ** 2 for n in range(len(sound)))
    shaped = array("h", (round(a * b) for a, b in zip(sound, swell, strict=True)))
    return shaped[-shift:] + shaped[:-shift] if shift else shaped


def test_two_microphones_before_one_speaker_are_one_scene() -> None:
    """Twelve milliseconds of way between them: the waves differ, the rhythm is the same."""
    delayed = _syllables(1, shift=round(0.012 * ANALYSIS_RATE_HZ))
    assert judge(interleave(_syllables(1), delayed)).mixes == (EVEN,)


def test_the_verdicts_on_samples() -> None:
    """Each relation of two channels has its mix."""
    one, other = noise(5.0, seed=1, rate_hz=4_000), noise(5.0, seed=2, rate_hz=4_000)
    faint = array("h", (sample // 150 for sample in other))
    inverted = array("h", (-sample for sample in one))
    nothing = silence(5.0, rate_hz=4_000)
    assert judge(interleave(one, other)).mixes == APART
    assert judge(interleave(one, faint)).mixes == (SUMMED,)
    assert judge(interleave(one, inverted)).mixes == (LEFT,)
    assert judge(interleave(one, one)).mixes == (EVEN,)
    assert judge(interleave(nothing, nothing)).mixes == (SUMMED,)
    assert judge(array("h")).mixes == (SUMMED,)
