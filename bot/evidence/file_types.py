"""The type of a file by its first bytes; the sender's and the platform's labels are not trusted."""

_PREFIXES = {
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"GIF87a": "image/gif",
    b"GIF89a": "image/gif",
    b"BM": "image/bmp",
    b"#!AMR-WB\n": "audio/amr-wb",
    b"#!AMR\n": "audio/amr",
    b"ID3": "audio/mpeg",
    b"\xff\xfb": "audio/mpeg",
    b"\xff\xf3": "audio/mpeg",
    b"\xff\xf2": "audio/mpeg",
    b"OggS": "audio/ogg",
}
_RIFF = {b"WEBP": "image/webp", b"WAVE": "audio/wav"}
_HEIF = frozenset({b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif"})
_SOUND = frozenset({b"M4A ", b"M4B "})
ENDINGS = {
    "image/jpeg": ".jpg",
    "audio/mpeg": ".mp3",
    "audio/amr": ".amr",
    "audio/amr-wb": ".amr",
    "audio/ogg": ".ogg",
    "audio/wav": ".wav",
    "audio/mp4": ".m4a",
    "video/mp4": ".mp4",
}


class RefusedError(Exception):
    """The file is not of the kind that it was sent as; the message says why, for the operators' log."""


def type_of(content: bytes) -> str:
    """The MIME type; empty if it is none of those that people send."""
    if content[:4] == b"RIFF":
        return _RIFF.get(content[8:12], "")
    if content[4:8] == b"ftyp":
        brand = content[8:12]
        return "image/heic" if brand in _HEIF else "audio/mp4" if brand in _SOUND else "video/mp4"
    return next((kind for prefix, kind in _PREFIXES.items() if content.startswith(prefix)), "")
