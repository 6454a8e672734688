"""Which media a message carries."""

from __future__ import annotations

from typing import Any

import pytest

from shared.jobs import FILE_NAME_LIMIT, Media, MediaKind
from tests.events.samples import document, sample, voice
from webhook.attachments import attachment
from webhook.fields import MalformedUpdateError


def carried(name: str) -> Any:
    """What the example message carries."""
    return attachment(sample(name)["message"])


def document_media(**fields: Any) -> Any:
    """What a document with ``fields`` counts as."""
    return attachment({"document": document(**fields)})


def test_voice_keeps_every_claim() -> None:
    """A voice note becomes Media with its ids, size, length and type."""
    assert carried("voice") == Media(
        MediaKind.VOICE, "voice-file-1-AbCdEf_0123", "AgAD00001", 31000, 7.0, "audio/ogg"
    )


def test_audio_keeps_its_name() -> None:
    """An audio file keeps its name and type."""
    media = carried("audio")
    assert (media.kind, media.file_name, media.mime_type) == (
        MediaKind.AUDIO,
        "lecture 3.mp3",
        "audio/mpeg",
    )


def test_video_note_has_neither_name_nor_type() -> None:
    """A video note is taken without MIME type and name."""
    media = carried("video_note")
    assert (media.kind, media.mime_type, media.file_name) == (MediaKind.VIDEO_NOTE, None, None)


def test_video_is_fetched_in_its_smallest_quality() -> None:
    """The smallest quality of known size stands in; length, name and type stay the video's."""
    media = carried("video")
    assert (media.file_id, media.file_unique_id) == ("quality-file-42-AbCdEf_0123", "AgAD00042")
    assert (media.size_bytes, media.duration_s) == (12_000_000, 301.5)
    assert (media.file_name, media.mime_type) == ("talk.mov", "video/quicktime")


def test_video_smaller_than_its_qualities_is_fetched_itself() -> None:
    """A quality larger than the video is not chosen."""
    message = sample("video")["message"]
    message["video"]["file_size"] = 1000
    media = attachment(message)
    assert isinstance(media, Media)
    assert media.file_unique_id == "AgAD00040"


def test_video_of_unknown_size_is_fetched_in_a_known_one() -> None:
    """Where only the qualities name a size, the smallest of them is chosen."""
    message = sample("video")["message"]
    del message["video"]["file_size"]
    media = attachment(message)
    assert isinstance(media, Media)
    assert media.size_bytes == 12_000_000


def test_document_with_upper_case_extension_is_media() -> None:
    """INTERVIEW.M4A of no particular type is taken by its extension."""
    assert carried("document").kind is MediaKind.DOCUMENT


@pytest.mark.parametrize(
    "mime_type",
    ["audio/x-wav", "VIDEO/MP4", "application/ogg", "audio/ogg; codecs=opus"],
)
def test_document_is_media_by_type(mime_type: str) -> None:
    """A document without name is taken by its MIME type, whatever case and parameters."""
    assert isinstance(document_media(mime_type=mime_type), Media)


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"mime_type": "application/pdf", "file_name": "mp3"},
        {"file_name": "notes.mp3.txt"},
        {"mime_type": "image/ogg"},
        {"mime_type": 7, "file_name": ["a.mp3"]},
    ],
)
def test_document_of_another_kind_is_not_media(fields: dict[str, Any]) -> None:
    """Neither type nor extension says audio or video."""
    assert document_media(**fields) == "not_media"


def test_animation_has_no_sound() -> None:
    """An animation is recognised as such, although its document looks like a video."""
    assert carried("animation") == "no_sound"


@pytest.mark.parametrize("name", ["photo", "sticker", "live_photo", "paid_media"])
def test_other_fields_carry_nothing(name: str) -> None:
    """Pictures, stickers, live photos and paid media are no attachments to us."""
    assert attachment({name: document()}) is None


def test_absent_size_and_length_stay_unknown() -> None:
    """What the sender did not claim is None, not zero."""
    media = attachment({"voice": {"file_id": "a", "file_unique_id": "b"}})
    assert media == Media(MediaKind.VOICE, "a", "b")


@pytest.mark.parametrize("wrong", [-1, "9", True, 1 << 70, [1], float("nan"), float("inf")])
def test_wrong_figures_count_as_unknown(wrong: object) -> None:
    """Sizes and lengths that are no amounts are dropped."""
    media = attachment({"voice": voice(file_size=wrong, duration=wrong)})
    assert isinstance(media, Media)
    assert (media.size_bytes, media.duration_s) == (None, None)


@pytest.mark.parametrize("wrong", [None, "", 5, "a b", "\udc80", "x" * 257])
@pytest.mark.parametrize("name", ["file_id", "file_unique_id"])
def test_file_without_usable_ids_is_malformed(name: str, wrong: object) -> None:
    """A file that cannot be fetched or recognised again is refused, naming the field."""
    with pytest.raises(MalformedUpdateError, match=name):
        attachment({"voice": voice(**{name: wrong})})


def test_long_name_keeps_its_extension() -> None:
    """A name is shortened in the middle, so that the extension still tells the kind."""
    media = document_media(file_name="x" * 200 + ".Opus")
    assert media.file_name == "x" * (FILE_NAME_LIMIT - 5) + ".Opus"


def test_name_loses_what_cannot_be_printed() -> None:
    """Control characters, direction overrides and half surrogates do not travel on."""
    media = document_media(file_name="a\u202e3pm\n\ud800.mp3")
    assert media.file_name == "a3pm?.mp3"
