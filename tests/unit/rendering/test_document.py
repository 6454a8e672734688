"""JSON for programs keeps to its published schema."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # it has no stubs

from processor.rendering import FORMATS
from shared.transcripts import Segment, Transcript, Word
from tests.unit.rendering.strategies import seen, transcripts

DOCS = Path(__file__).parents[3] / "docs"
SCHEMA = json.loads((DOCS / "transcript.schema.json").read_text(encoding="utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA)

HEARD = Transcript(
    (
        Segment(
            1.00049,
            2.5,
            "Guten Tag.",
            (Word(1.00049, 1.5, " Guten"), Word(1.6, 2.5, " Tag."), Word(2.5, 2.5, " ")),
            channel=0,
            no_speech_prob=0.01,
            avg_logprob=math.log(0.8),
            speaker=0,
        ),
        Segment(3, 60, "[0:03–1:00 not transcribed]", channel=1, missing=True),
        Segment(61, 62, "Hallo.", channel=1, speaker=0),
    ),
    language="de",
    duration_s=62.34567,
    complete=False,
)


def _rendered(transcript: Transcript) -> Any:
    return json.loads(FORMATS["json"].render(transcript))


def test_schema_is_a_schema() -> None:
    """The published file is valid itself."""
    Draft202012Validator.check_schema(SCHEMA)


def test_document_holds_what_was_heard() -> None:
    """Everything a program can use is there, times in milliseconds; nothing else."""
    assert _rendered(HEARD) == {
        "version": 1,
        "language": "de",
        "duration": 62.346,
        "complete": False,
        "segments": [
            {
                "start": 1.0,
                "end": 2.5,
                "text": "Guten Tag.",
                "speaker": 1,
                "channel": 0,
                "confidence": 0.8,
                "words": [
                    {"start": 1.0, "end": 1.5, "text": "Guten"},
                    {"start": 1.6, "end": 2.5, "text": "Tag."},
                ],
            },
            {
                "start": 3,
                "end": 60,
                "text": "[0:03–1:00 not transcribed]",
                "channel": 1,
                "missing": True,
            },
            {"start": 61, "end": 62, "text": "Hallo.", "speaker": 2, "channel": 1},
        ],
    }


@given(transcripts)
def test_any_document_keeps_to_the_schema(transcript: Transcript) -> None:
    """Whatever was heard, the document is valid, in the order of time, and keeps the text."""
    document = _rendered(transcript)
    VALIDATOR.validate(document)
    starts = [segment["start"] for segment in document["segments"]]
    assert starts == sorted(starts)
    spans = [*document["segments"], *(w for s in document["segments"] for w in s.get("words", ()))]
    assert all(span["start"] <= span["end"] for span in spans)
    said = sorted(transcript.segments, key=lambda segment: segment.start_s)
    assert seen("".join(s["text"] for s in document["segments"])) == seen(
        "".join(segment.text for segment in said)
    )


def test_schema_refuses_what_it_does_not_know() -> None:
    """A property that nobody documented fails the test above."""
    document = _rendered(HEARD)
    assert not VALIDATOR.is_valid({**document, "secret": 1})
    document["segments"][0]["secret"] = 1
    assert not VALIDATOR.is_valid(document)


def test_every_property_is_explained() -> None:
    """The page about the format names each property of the schema, and the schema describes it."""
    page = (DOCS / "json-format.md").read_text(encoding="utf-8")
    segment, word = SCHEMA["$defs"]["segment"], SCHEMA["$defs"]["word"]
    for properties in (SCHEMA["properties"], segment["properties"], word["properties"]):
        for name, rule in properties.items():
            assert rule["description"]
            assert f"`{name}`" in page


def test_example_in_the_page_is_valid() -> None:
    """What the page shows keeps to the schema, and uses every property."""
    page = (DOCS / "json-format.md").read_text(encoding="utf-8")
    example = json.loads(page.split("```json\n")[1].split("```")[0])
    VALIDATOR.validate(example)
    assert example.keys() == SCHEMA["properties"].keys()
    used = {name for segment in example["segments"] for name in segment}
    assert used == SCHEMA["$defs"]["segment"]["properties"].keys()


@pytest.mark.parametrize(("duration_s", "complete"), [(100.0, True), (50.0, False)])
def test_file_that_ended_early_is_not_complete(duration_s: float, *, complete: bool) -> None:
    """A file shorter than its header says lacks something too."""
    transcript = Transcript((), language=None, duration_s=duration_s, declared_s=100.0)
    assert _rendered(transcript)["complete"] is complete


def test_text_is_written_for_people_too() -> None:
    """Letters of all scripts stand as they are, and the file ends with a newline."""
    text = FORMATS["json"].render(Transcript((Segment(0, 1, "你好"),), "zh", 1.0))
    assert '"text": "你好"' in text
    assert text.endswith("}\n")
