"""Converts voice messages for browsers and for speech recognition, with FFmpeg's decoders in this process."""

from io import BytesIO
from typing import Any

from bot.evidence.file_types import RefusedError

_LONGEST_SECONDS = 300
"""The platform's voices last a minute at most"""
_RATE = 16_000
_WAV_HEADER, _PIECE, _WHISPER = 44, 1_600, 100.0
"""Bytes; samples in a tenth of a second; the amplitude of a whisper, of 32,768"""


def seconds_of(content: bytes) -> float:
    """The duration. Raises RefusedError if nothing can be decoded."""
    samples: int = sum(frame.samples for frame in _frames(content))
    return samples / _RATE


def as_mp3(content: bytes) -> bytes:
    """The MP3 for browsers and for the platform. Raises RefusedError."""
    return _encoded(content, "mp3", "libmp3lame", "s16p")


def as_wav(content: bytes) -> bytes:
    """The WAV for recognisers: 16 kHz, one channel, as they are trained on. Raises RefusedError."""
    return _encoded(content, "wav", "pcm_s16le", "s16")


def is_silent(wav: bytes) -> bool:
    """Whether nothing in it is as loud as a whisper."""
    import numpy as np

    samples = np.frombuffer(wav[_WAV_HEADER:][: len(wav) // 2 * 2 - _WAV_HEADER], np.int16).astype(np.float32)
    pieces = samples[: len(samples) // _PIECE * _PIECE].reshape(-1, _PIECE)
    return not len(pieces) or float(np.sqrt((pieces**2).mean(axis=1)).max()) < _WHISPER


def _encoded(content: bytes, container: str, codec: str, layout: str) -> bytes:
    import av

    file = BytesIO()
    with av.open(file, "w", format=container) as out:
        stream: Any = out.add_stream(codec, rate=_RATE, layout="mono")
        fit = av.AudioResampler(layout, "mono", _RATE)
        for frame in _frames(content):
            for ready in fit.resample(frame):
                out.mux(stream.encode(ready))
        for ready in fit.resample(None):
            out.mux(stream.encode(ready))
        out.mux(stream.encode(None))
    return file.getvalue()


def _frames(content: bytes) -> list[Any]:
    """Frames of one channel at `_RATE`. A truncated file is decoded up to its end."""
    import av

    fit, heard, samples = av.AudioResampler("s16", "mono", _RATE), [], 0
    try:
        with av.open(BytesIO(content), "r") as file:
            for frame in file.decode(audio=0):
                heard += fit.resample(frame)
                samples += frame.samples
                if samples > _LONGEST_SECONDS * frame.sample_rate:
                    break
    except (av.FFmpegError, ValueError, IndexError) as error:
        if not heard:
            raise RefusedError(f"no sound: {type(error).__name__}") from None
    heard += fit.resample(None) if heard else []
    if not heard:
        raise RefusedError("no sound")
    return heard
