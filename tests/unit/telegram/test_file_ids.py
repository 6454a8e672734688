"""File ids have Telegram's own layout."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.loopback.file_ids import TYPES, FileId

INT64 = st.integers(-(1 << 63), (1 << 63) - 1)
REAL = {
    "AwACAgUAAxkBAAIBJGFCku7P2ja9BS39AAHLA_28X7ya8AAC-AMAAoXIGFZWhpP-i8pVYyAE": (
        FileId(
            3,
            5,
            6203928960259064824,
            7157849885395617366,
            bytes.fromhex("0100000124614292eecfda36bd052dfd00cb03fdbc5fbc9af0"),
        ),
        "AgAD-AMAAoXIGFY",
    ),
    "AwACAgIAAxkBAAMZaH0B7-V-PDH1yOfWfSeFRopP0JMAArp7AALBAAHoSz7P4u-cU53vNgQ": (
        FileId(
            3,
            2,
            5469622576370187194,
            -1180695593796579522,
            bytes.fromhex("0100000019687d01efe57e3c31f5c8e7d67d2785468a4fd093"),
        ),
        "AgADunsAAsEAAehL",
    ),
}


@pytest.mark.parametrize("text", REAL)
def test_known_ids_are_taken_apart(text: str) -> None:
    """Type, data centre, document, hash and reference stand where Telegram puts them."""
    parsed, unique_id = REAL[text]

    assert FileId.parse(text) == parsed
    assert parsed.unique_id == unique_id


def test_an_id_is_written_byte_for_byte() -> None:
    """An id of the layout version we write comes out as Telegram wrote it."""
    text = next(iter(REAL))

    assert str(FileId.parse(text)) == text


@given(
    st.sampled_from(sorted(TYPES.values())),
    st.integers(1, 5),
    INT64,
    INT64,
    st.binary(max_size=253),
)
def test_what_is_written_is_read(
    kind: int, dc_id: int, document_id: int, access_hash: int, reference: bytes
) -> None:
    """Reading gives back what was written, zeros and all."""
    file_id = FileId(kind, dc_id, document_id, access_hash, reference)

    assert FileId.parse(str(file_id)) == file_id


@given(st.text())
def test_nonsense_is_refused(text: str) -> None:
    """Any text is an id or a ValueError, nothing else."""
    try:
        parsed = FileId.parse(text)
    except ValueError:
        return
    assert parsed.type in TYPES.values()


@pytest.mark.parametrize("text", ["", "AwAC", "not base64!", "QUJDREVGR0g", "é" * 20])
def test_what_is_no_id_is_refused(text: str) -> None:
    """Short, damaged and made-up ids are told from real ones."""
    with pytest.raises(ValueError, match="file id"):
        FileId.parse(text)


def test_forwarding_changes_the_id_and_keeps_the_unique_one() -> None:
    """Another message has another id for the same document."""
    first = FileId.of("voice", 5, message_id=1, date=1_700_000_000)
    second = FileId.of("voice", 5, message_id=2, date=1_700_000_000)
    other = FileId.of("voice", 6, message_id=1, date=1_700_000_000)

    assert str(first) != str(second)
    assert first.unique_id == second.unique_id != other.unique_id
