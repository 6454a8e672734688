"""Speak ``local/sample/note.oga``, the voice note of the demonstration: ``make sample``.

The words stand in ``local/sample/note.txt``. Needs Debian's ``flite`` (a small speech synthesiser
with a free voice), and only to make the file anew; the container is written without time or chance
in it, so that the same words give the same bytes.
"""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import sys
import tempfile
import wave
from pathlib import Path

import av

SAMPLE = Path(__file__).resolve().parent.parent / "local" / "sample"
VOICE = "slt"
BREATH_S = 0.4
BIT_RATE = 24_000
SAMPLE_RATE_HZ = 48_000


def main() -> int:
    """Read note.txt, write note.oga."""
    flite = shutil.which("flite")
    if flite is None:
        sys.stderr.write("flite is missing: apt install flite.\n")
        return 1
    words = " ".join((SAMPLE / "note.txt").read_text(encoding="utf-8").split())
    note = SAMPLE / "note.oga"
    note.write_bytes(encode(speak(flite, words)))
    sys.stdout.write(f"{note.name}: {note.stat().st_size} bytes\n")
    return 0


def speak(flite: str, words: str) -> bytes:
    """``words`` as a WAV file, with a breath after each sentence."""
    spoken = io.BytesIO()
    with tempfile.TemporaryDirectory() as folder, wave.open(spoken, "wb") as whole:
        for number, sentence in enumerate(re.split(r"(?<=[.!?]) ", words)):
            path = Path(folder) / f"{number}.wav"
            command = [flite, "-voice", VOICE, "-t", sentence, "-o", str(path)]
            subprocess.run(command, check=True)  # noqa: S603  # our own words
            with wave.open(str(path)) as part:
                if number == 0:
                    whole.setparams(part.getparams())
                whole.writeframes(part.readframes(part.getnframes()))
                whole.writeframes(bytes(int(part.getframerate() * BREATH_S) * part.getsampwidth()))
    return spoken.getvalue()


def encode(wav: bytes) -> bytes:
    """``wav`` as Opus in Ogg, mono, as Telegram's own voice notes are."""
    ogg = io.BytesIO()
    with (
        av.open(io.BytesIO(wav), "r") as source,
        av.open(ogg, "w", format="ogg", options={"fflags": "+bitexact"}) as target,
    ):
        stream = target.add_stream(
            "libopus", rate=SAMPLE_RATE_HZ, layout="mono", options={"flags": "+bitexact"}
        )
        stream.bit_rate = BIT_RATE
        resampler = av.AudioResampler(
            "s16", "mono", SAMPLE_RATE_HZ, frame_size=SAMPLE_RATE_HZ // 50
        )
        for frame in source.decode(audio=0):
            for part in resampler.resample(frame):
                target.mux(stream.encode(part))
        for part in resampler.resample(None):
            target.mux(stream.encode(part))
        target.mux(stream.encode(None))
    return ogg.getvalue()


if __name__ == "__main__":
    sys.exit(main())
