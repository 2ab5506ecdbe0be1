"""Removes metadata from a short video, and takes its first frame as a picture."""

from io import BytesIO
from typing import Any

from bot.evidence.file_types import RefusedError

_PLAYED = frozenset({"h264", "vp8", "vp9", "av1", "libdav1d", "aac", "mp3", "mp3float", "opus"})
"""Decoders, by their names in FFmpeg"""


def without_notes(content: bytes) -> bytes:
    """The same streams in a new container. Raises RefusedError if it is no video."""
    import av

    file = BytesIO()
    try:
        with av.open(BytesIO(content), "r") as given, av.open(file, "w", format="mp4") as out:
            streams = (*given.streams.video, *given.streams.audio)
            kept: dict[int, Any] = {each.index: out.add_stream_from_template(each) for each in streams}
            if not given.streams.video:
                raise RefusedError("no moving picture")
            for packet in given.demux():
                if packet.dts is not None and packet.stream.index in kept:
                    packet.stream = kept[packet.stream.index]
                    out.mux(packet)
    except (av.FFmpegError, ValueError, IndexError) as error:
        raise RefusedError(f"no video: {type(error).__name__}") from None
    return file.getvalue()


def plays_everywhere(content: bytes) -> bool:
    """Whether every browser plays it: iPhones film in HEVC, old phones record AMR. Raises RefusedError."""
    import av

    try:
        with av.open(BytesIO(content), "r") as given:
            return {each.codec_context.name for each in (*given.streams.video, *given.streams.audio)} <= _PLAYED
    except (av.FFmpegError, ValueError, IndexError) as error:
        raise RefusedError(f"no video: {type(error).__name__}") from None


def first_frame(content: bytes) -> bytes:
    """The first frame as a JPEG. Raises RefusedError."""
    import av

    try:
        with av.open(BytesIO(content), "r") as given:
            frame = next(given.decode(video=0))
            file = BytesIO()
            image: Any = frame
            image.to_image().save(file, "JPEG")
            return file.getvalue()
    except (av.FFmpegError, ValueError, IndexError, StopIteration) as error:
        raise RefusedError(f"no video: {type(error).__name__}") from None
