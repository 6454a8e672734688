"""Real recordings, where a folder of them is at hand: ``TRANSCRIBER_MEDIA`` names it.

The folder holds a ``MANIFEST.json``: a list of objects with ``file`` and, where the file decodes,
``decoded_duration_s``.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from processor.media import prepare
from shared.errors import UserError
from tests.media.profiles import DECODING, EMBEDDED, HOSTED, media

FOLDER = os.environ.get("TRANSCRIBER_MEDIA", "")
MANIFEST = Path(FOLDER or ".", "MANIFEST.json")
ENTRIES: list[dict[str, Any]] = json.loads(MANIFEST.read_text()) if FOLDER else []

pytestmark = pytest.mark.skipif(not ENTRIES, reason="TRANSCRIBER_MEDIA is not set")


@pytest.mark.parametrize("entry", ENTRIES, ids=[entry["file"] for entry in ENTRIES])
@pytest.mark.parametrize("profile", [DECODING, EMBEDDED, HOSTED], ids=lambda profile: profile.name)
def test_a_real_file_is_covered_or_refused(entry: dict[str, Any], profile: Any) -> None:
    """What decodes gives its seconds; what does not gives a sentence."""
    data = (MANIFEST.parent / entry["file"]).read_bytes()
    expected_s = entry["decoded_duration_s"]
    if not expected_s:
        with pytest.raises(UserError) as refusal:
            list(prepare(data, media(), profile).chunks)
        assert refusal.value.problem in {"no_audio_stream", "undecodable", "not_media"}
        return
    prepared = prepare(data, media(), profile)
    chunks = list(prepared.chunks)
    covered_s = prepared.covered_s or chunks[0].duration_s
    assert covered_s == pytest.approx(expected_s, abs=0.15)
    assert all(len(chunk.data) <= profile.max_bytes for chunk in chunks)
