"""Pictures, voices and videos made on the spot, as phones send them."""

import math
from io import BytesIO
from typing import Any

import av
import numpy as np
from PIL import Image, ImageDraw
from pillow_heif import register_heif_opener

register_heif_opener(thumbnails=False)


def scene(seed: int = 1, size: tuple[int, int] = (640, 480)) -> Image.Image:
    """Something with edges and surfaces, another for each seed."""
    chance = np.random.default_rng(seed)
    image = Image.new("RGB", size, tuple(chance.integers(40, 220, 3).tolist()))
    draw = ImageDraw.Draw(image)
    for _ in range(40):
        x, y = chance.integers(0, size[0]), chance.integers(0, size[1])
        w, h = chance.integers(10, size[0] // 2), chance.integers(10, size[1] // 2)
        shape = draw.rectangle if chance.random() < 0.5 else draw.ellipse
        shape((x, y, x + w, y + h), fill=tuple(chance.integers(0, 255, 3).tolist()))
    return image


def encoded(image: Image.Image, kind: str = "JPEG", **how: Any) -> bytes:
    file = BytesIO()
    image.save(file, kind, **how)
    return file.getvalue()


def photo(seed: int = 1, kind: str = "JPEG") -> bytes:
    return encoded(scene(seed), kind)


def photo_with_notes(seed: int = 1, taken: str = "2026:11:16 09:58:00") -> bytes:
    """As a phone writes it: lying on its side, with the moment and the place."""
    notes = Image.Exif()
    notes[0x0112], notes[0x010F] = 6, "a phone"
    place, details = notes.get_ifd(0x8825), notes.get_ifd(0x8769)
    place[1], place[2], place[3], place[4] = "N", (37.0, 30.0, 36.0), "E", (111.0, 6.0, 0.0)
    details[36867] = taken
    return encoded(scene(seed), "JPEG", exif=notes)


def amr(seconds: float = 2.0, *, wide: bool = False) -> bytes:
    """A tone from a phone's microphone."""
    rate, codec = (16_000, "libvo_amrwbenc") if wide else (8_000, "libopencore_amrnb")
    return _sound(seconds, rate, codec, "amr", 12_200)


def recorded(seconds: float = 2.0) -> bytes:
    """The same as a browser records it."""
    return _sound(seconds, 48_000, "libopus", "webm", 32_000)


def _sound(seconds: float, rate: int, codec: str, container: str, bits: int) -> bytes:
    wave = np.sin(np.arange(int(seconds * rate)) * 2 * math.pi * 440 / rate) * 8000
    frame = av.AudioFrame.from_ndarray(wave.astype("int16").reshape(1, -1), format="s16", layout="mono")
    frame.sample_rate = rate
    file = BytesIO()
    with av.open(file, "w", format=container) as out:
        stream: Any = out.add_stream(codec, rate=rate, layout="mono")
        stream.bit_rate = bits
        out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return file.getvalue()


def video(seconds: int = 1, place: str = "+37.51+111.10/", codec: str = "libx264") -> bytes:
    """A second of film with the place that phones write into it."""
    file = BytesIO()
    with av.open(file, "w", format="mp4", options={"movflags": "use_metadata_tags"}) as out:
        out.metadata["location"] = place
        stream: Any = out.add_stream(codec, rate=5)
        stream.width, stream.height, stream.pix_fmt = 320, 240, "yuv420p"
        for number in range(5 * seconds):
            out.mux(stream.encode(av.VideoFrame.from_image(scene(number, (320, 240)))))
        out.mux(stream.encode(None))
    return file.getvalue()
