"""Hypothesis strategies for what a stranger could post: any JSON, and damaged real updates."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from tests.events.samples import NAMES, sample

WORDS = (
    *("private", "supergroup", "channel", "administrator", "true", "v1:txt:a", "@ExampleBot"),
    *("/transcribe", "/help@x", "lang=de", "language=xx", "srt", "/vtt", "engine=none"),
)
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-(1 << 70), 1 << 70)
    | st.floats()
    | st.text(st.characters(), max_size=300)  # half surrogates too: JSON can carry them
    | st.sampled_from(WORDS)
)
JSON: st.SearchStrategy[Any] = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)


@st.composite
def damaged(draw: st.DrawFn) -> dict[str, Any]:
    """An example update in which up to three values are missing or replaced by any JSON."""
    update = sample(draw(st.sampled_from(NAMES)))
    for _ in range(draw(st.integers(1, 3))):
        holder: Any = update
        while True:
            keys = list(range(len(holder))) if isinstance(holder, list) else sorted(holder)
            if not keys:
                break
            key = draw(st.sampled_from(keys))
            if isinstance(holder[key], dict | list) and draw(st.booleans()):
                holder = holder[key]
                continue
            if draw(st.booleans()):
                holder[key] = draw(JSON)
            else:
                del holder[key]
            break
    return update


UPDATES = st.one_of(JSON, damaged())
