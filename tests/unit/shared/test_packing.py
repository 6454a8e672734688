"""How results are stored."""

from __future__ import annotations

import json
import zlib

from shared.adapters.packing import pack_recognition, unpack_recognition
from shared.transcripts import Recognition, Segment, Word

HEARD = Recognition(
    (Segment(0.0, 1.0, "Guten Tag", (Word(0.0, 0.5, "Guten"),), speaker=1),), "de", 1.5, 0.25
)


def test_what_is_packed_comes_back_whole() -> None:
    """Words, speakers and what it cost, also where nobody spoke."""
    assert unpack_recognition(pack_recognition(HEARD)) == HEARD
    assert unpack_recognition(pack_recognition(Recognition((), None))) == Recognition((), None)


def test_results_of_a_release_that_knew_less_are_still_read() -> None:
    """A job whose first chunks an earlier release heard goes on after an update."""
    segment = {
        "start_s": 0.0,
        "end_s": 1.0,
        "text": "Guten Tag",
        "words": [{"start_s": 0.0, "end_s": 0.5, "text": "Guten"}],
        "channel": None,
        "no_speech_prob": None,
        "avg_logprob": -0.25,
    }
    former = {"segments": [segment], "language": "de", "duration_s": 1.5}
    (heard,) = unpack_recognition(zlib.compress(json.dumps(former).encode())).segments
    assert heard == Segment(0.0, 1.0, "Guten Tag", (Word(0.0, 0.5, "Guten"),), avg_logprob=-0.25)
