"""File ids are taken apart as Telegram puts them together."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.loopback.file_ids import TYPES, FileId
from processor.sources.file_ids import KINDS, FileLocation, decode
from shared.errors import OperatorError

INT64 = st.integers(-(1 << 63), (1 << 63) - 1)
REAL = {
    "AwACAgUAAxkBAAIBJGFCku7P2ja9BS39AAHLA_28X7ya8AAC-AMAAoXIGFZWhpP-i8pVYyAE": FileLocation(
        "voice",
        5,
        6203928960259064824,
        7157849885395617366,
        bytes.fromhex("0100000124614292eecfda36bd052dfd00cb03fdbc5fbc9af0"),
    ),
    "AwACAgIAAxkBAAMZaH0B7-V-PDH1yOfWfSeFRopP0JMAArp7AALBAAHoSz7P4u-cU53vNgQ": FileLocation(
        "voice",
        2,
        5469622576370187194,
        -1180695593796579522,
        bytes.fromhex("0100000019687d01efe57e3c31f5c8e7d67d2785468a4fd093"),
    ),
    "AwACAgQAAxkBAAEE3SZgO-PbHlWtxRt5cPWvXlGRWHXM3AACuwgAAj0d4FF_jv-i_-7iQR4E": FileLocation(
        "voice",
        4,
        5899747659685562555,
        4747619738920652415,
        bytes.fromhex("010004dd26603be3db1e55adc51b7970f5af5e51915875ccdc"),
    ),
}


@pytest.mark.parametrize("file_id", REAL)
def test_real_ids_are_taken_apart(file_id: str) -> None:
    """Kind, data centre, document, access hash and reference."""
    assert decode(file_id) == REAL[file_id]


@given(
    st.sampled_from(sorted(TYPES.values())),
    st.integers(1, 5),
    INT64,
    INT64,
    st.binary(max_size=253),
)
def test_what_another_implementation_writes_is_read(
    kind: int, dc_id: int, document_id: int, access_hash: int, reference: bytes
) -> None:
    """Whatever the numbers and however many zeros there are."""
    file_id = str(FileId(kind, dc_id, document_id, access_hash, reference))

    assert decode(file_id) == FileLocation(KINDS[kind], dc_id, document_id, access_hash, reference)


def test_a_long_reference_is_read() -> None:
    """From 254 bytes on, the length is written in another way."""
    reference = bytes(range(1, 255)) + b"\xff" * 46
    head = b"\x05\x00\x02\x02" + b"\x02\x00\x03"  # a document with a reference, data centre 2
    string = b"\xfe" + len(reference).to_bytes(2, "little") + b"\x00\x01" + reference
    file_id = base64.urlsafe_b64encode(head + string + b"\x07" * 16 + b"\x20\x04").decode()

    assert decode(file_id.rstrip("=")).file_reference == reference


@given(st.text() | st.from_regex(r"[\w-]{0,120}", fullmatch=True))
def test_any_text_is_an_id_or_an_operator_error(text: str) -> None:
    """Nothing else is ever raised."""
    try:
        found = decode(text)
    except OperatorError:
        return
    assert found.kind in KINDS.values()


@given(st.binary(max_size=120))
def test_any_bytes_are_an_id_or_an_operator_error(data: bytes) -> None:
    """Also those that get past the outer layers."""
    try:
        found = decode(base64.urlsafe_b64encode(data).rstrip(b"=").decode())
    except OperatorError:
        return
    assert found.dc_id > 0


def test_the_error_says_what_to_do_and_quotes_nothing() -> None:
    """An id opens a file for whoever has the token: it stays out of messages."""
    with pytest.raises(OperatorError, match="update this program") as caught:
        decode("AwACAgUAAxkBAAIBJGFC")
    assert "AwAC" not in str(caught.value)
