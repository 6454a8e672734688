"""What to do with several channels: most are one scene, some are two people on one wire.

Mixing two telephone parties into one loses words wherever both speak. So a sample of a file with
two channels is looked at before anything is mixed.
"""

from __future__ import annotations

import statistics
from array import array
from dataclasses import dataclass
from math import sqrt
from operator import mul
from typing import TYPE_CHECKING, NamedTuple

from processor.media.decode import samples
from processor.media.sound import Damage
from shared.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from av.audio.stream import AudioStream
    from av.packet import Packet

    from processor.media.sound import Sound

SAMPLE_S = 60  # enough for both parties of a conversation to have said something
ANALYSIS_RATE_HZ = 4_000  # the power of speech lies below 2 kHz
SILENT_BELOW = 0.01  # of the louder channel's level: 40 dB under it, less than crosstalk
APART_BELOW = 0.15  # correlation: below it the channels have nothing in common
SAME_RHYTHM_ABOVE = 0.7  # two microphones before one speaker: waves differ, loudness does not
STEADY_BELOW = 0.2  # of the mean: a hum or a hiss has no rhythm to compare
STEP = ANALYSIS_RATE_HZ // 20  # 50 ms, a syllable's quarter
INVERTED_BELOW = -0.5  # correlation: one channel is the other upside down, their sum is silence
PAN_CHANNELS = 64  # libav's filter reads no more


@dataclass(frozen=True, slots=True)
class Mix:
    """How a track's channels become one."""

    source: int | None = None
    """This channel alone; None for all."""
    summed: bool = False
    """All at their full level, where at most one is loud; otherwise all have the same share."""
    channel: int | None = None
    """How the result is labelled, where channels are transcribed apart."""

    def pan(self, channels: int) -> str:
        """The argument for libav's ``pan`` filter; empty when there is nothing to mix."""
        if channels == 1:
            return ""
        if self.source is not None and self.source < channels:
            return f"mono|c0=c{self.source}"
        used = min(channels, PAN_CHANNELS)
        share = 1.0 if self.summed else 1.0 / used
        return "mono|c0=" + "+".join(f"{share:.6f}*c{index}" for index in range(used))


EVEN = Mix()  # low-frequency channel included: a speaker may be on any of them
SUMMED = Mix(summed=True)  # keeps who speaks later on the channel that was silent in the sample
LEFT = Mix(source=0)
APART = (Mix(source=0, channel=0), Mix(source=1, channel=1))


class Plan(NamedTuple):
    """The mixes to transcribe, one after the other."""

    mixes: tuple[Mix, ...]
    downmix_harmless: bool
    """Whether an engine given the original may mix the channels as usual and loses nothing."""


def plan(sound: Sound, beginning: Iterable[Packet[AudioStream]]) -> Plan:
    """Decide from the packets of the first minute; only with two channels are they decoded."""
    if sound.track.channels != len(APART):
        return Plan((EVEN,), downmix_harmless=sound.track.channels == 1)
    decoded = samples(
        sound.frames(beginning, Damage()),
        rate_hz=ANALYSIS_RATE_HZ,
        layout="stereo",
        pan=lambda channels: "stereo|c0=c0|c1=c1" if channels > 1 else "",
    )
    try:
        return judge(_first(decoded, SAMPLE_S * ANALYSIS_RATE_HZ))
    except UserError:
        return Plan((EVEN,), downmix_harmless=True)  # the decoding proper will say what is wrong


def _first(blocks: Iterable[bytes], limit: int) -> array[int]:
    """About ``limit`` samples of two channels, interleaved."""
    held = array("h")
    for block in blocks:
        held.frombytes(block)
        if len(held) >= 2 * limit:
            break
    return held


def judge(interleaved: array[int]) -> Plan:
    """Tell from samples of two channels, at ``ANALYSIS_RATE_HZ``, how they relate."""
    left, right = interleaved[0::2], interleaved[1::2]
    left_power, right_power = _power(left), _power(right)
    quieter, louder = sorted((left_power, right_power))
    if quieter <= SILENT_BELOW**2 * louder:
        return Plan((SUMMED,), downmix_harmless=True)
    correlation = sum(map(mul, left, right)) / sqrt(left_power * right_power)
    if correlation < INVERTED_BELOW:
        return Plan((LEFT,), downmix_harmless=False)
    if abs(correlation) < APART_BELOW and _rhythm(left, right) < SAME_RHYTHM_ABOVE:
        return Plan(APART, downmix_harmless=False)
    return Plan((EVEN,), downmix_harmless=True)


def _power(samples: array[int]) -> int:
    return sum(map(mul, samples, samples))


def _rhythm(left: array[int], right: array[int]) -> float:
    """How alike the channels' loudness rises and falls, from -1 to 1."""
    loudness = [
        [sqrt(_power(channel[at : at + STEP])) for at in range(0, len(channel), STEP)]
        for channel in (left, right)
    ]
    if any(
        statistics.pstdev(course) < STEADY_BELOW * statistics.fmean(course) for course in loudness
    ):
        return 0.0
    return statistics.correlation(*loudness)
