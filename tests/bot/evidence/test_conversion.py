"""What people send: kept as what it is, shown without what its file tells beside."""

from io import BytesIO

import pytest
from PIL import Image
from samples import amr, encoded, photo, photo_with_notes, scene, video

from bot.evidence.conversion import ready
from bot.evidence.file_types import RefusedError, type_of

HTML = b"<html><script>alert(1)</script></html>"


def opened(content):
    return Image.open(BytesIO(content))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "HEIF"])
def test_every_picture_becomes_one_that_a_browser_shows(kind):
    made = ready("image", photo(kind=kind))
    shown, thumb = opened(made.content), opened(made.thumb)
    assert (made.content_type, shown.format, shown.size) == ("image/jpeg", "JPEG", (640, 480))
    assert max(thumb.size) == 480
    assert len(made.thumb) < len(made.content)


def test_the_place_and_the_phone_stay_in_no_file_and_the_picture_stands_upright():
    made = ready("image", photo_with_notes())
    assert made.told == {"taken_at": "2026-11-16T09:58:00+08:00", "taken_lat": 37.51, "taken_lng": 111.1}
    for content in (made.content, made.thumb):
        assert not dict(opened(content).getexif())
        assert b"a phone" not in content
        assert opened(content).size[0] < opened(content).size[1]


def test_broken_notes_cost_nobody_the_picture():
    content = photo_with_notes()
    at = content.index(b"2026:11:16")
    assert ready("image", content[:at] + b"yesterday!" + content[at + 10 :]).content


def test_a_clear_background_is_white():
    image = Image.new("RGBA", (50, 50), (0, 0, 0, 0))
    assert opened(ready("image", encoded(image, "PNG")).content).getpixel((25, 25)) == (255, 255, 255)


def test_a_large_photo_is_made_smaller_and_keeps_its_shape():
    made = ready("image", encoded(scene(3, (4000, 3000)), quality=95))
    assert opened(made.content).size == (2048, 1536)
    assert len(made.content) < 1_900_000


def test_a_hundred_megapixels_are_read_at_a_fraction():
    made = ready("image", encoded(Image.new("RGB", (12_000, 9_000), "red")))
    assert opened(made.content).size == (2048, 1536)


REFUSED = {
    "a page": ("image", HTML),
    "a page as a voice": ("voice", HTML),
    "nothing": ("image", b""),
    "the first bytes alone": ("image", b"\x89PNG\r\n\x1a\n" + b"\x00" * 40),
    "half a picture": ("image", photo()[:2000]),
    "a voice as a picture": ("image", amr(0.2)),
    "a picture as a voice": ("voice", photo()),
    "a bomb": ("image", encoded(Image.new("L", (30_000, 30_000)), "PNG", compress_level=9)),
    "a video that is none": ("video", b"\x00\x00\x00\x18ftypmp42" + b"\x00" * 100),
    "a script": ("image", b"\xff\xd8\xff<script>" * 9),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_something_else_is_refused(what):
    kind, content = REFUSED[what]
    with pytest.raises(RefusedError):
        ready(kind, content)


@pytest.mark.parametrize("content", [amr(2.0), amr(2.0)[:1500], amr(60.0)], ids=["whole", "cut", "a minute"])
def test_a_voice_becomes_one_that_a_browser_plays(content):
    made = ready("voice", content)
    assert (made.content_type, type_of(made.content)) == ("audio/mpeg", "audio/mpeg")
    assert 0.9 <= made.told["seconds"] <= 60.5


def test_a_voice_that_nobody_can_decode_is_kept_as_it_came():
    made = ready("voice", b"#!AMR\n")
    assert (made.content, made.content_type, made.told) == (b"#!AMR\n", "audio/amr", {"unplayable": True})


def test_a_video_loses_its_place_and_begins_with_a_picture():
    content = video()
    assert b"+37.51" in content
    made = ready("video", content)
    assert b"+37.51" not in made.content
    assert (made.content_type, type_of(made.content)) == ("video/mp4", "video/mp4")
    assert opened(made.thumb).size == (320, 240)


@pytest.mark.parametrize("codec", ["libx264", "libx265"])
def test_a_video_that_not_every_browser_plays_says_so(codec):
    made = ready("video", video(codec=codec))
    assert made.told == ({} if codec == "libx264" else {"unplayable": True})
