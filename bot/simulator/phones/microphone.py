"""What a browser records, as a phone sends it (AMR, 8,000 a second); and that as a browser plays it."""

from io import BytesIO
from typing import Any

_LONGEST_SECONDS = 60


class NoSoundError(Exception):
    """Nothing in it can be heard."""


def as_amr(content: bytes) -> tuple[bytes, int]:
    """With its seconds. Raises NoSoundError."""
    made, seconds = _encoded(content, "amr", "libopencore_amrnb", 8_000, 12_200)
    return made, max(1, round(seconds))


def as_mp3(content: bytes) -> bytes:
    """Raises NoSoundError."""
    return _encoded(content, "mp3", "libmp3lame", 16_000, 32_000)[0]


def _encoded(content: bytes, container: str, codec: str, rate: int, bits: int) -> tuple[bytes, float]:
    import av

    file, samples = BytesIO(), 0
    try:
        with av.open(BytesIO(content), "r") as given, av.open(file, "w", format=container) as out:
            stream: Any = out.add_stream(codec, rate=rate, layout="mono")
            stream.bit_rate = bits
            fit = av.AudioResampler("s16" if container == "amr" else "s16p", "mono", rate, frame_size=160)
            for frame in (*given.decode(audio=0), None):
                for ready in fit.resample(frame):
                    samples += ready.samples
                    if samples <= _LONGEST_SECONDS * rate:
                        out.mux(stream.encode(ready))
            out.mux(stream.encode(None))
    except (av.FFmpegError, ValueError, IndexError) as error:
        raise NoSoundError(type(error).__name__) from None
    return file.getvalue(), min(samples / rate, _LONGEST_SECONDS)
