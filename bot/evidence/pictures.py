"""Converts a picture for display: upright, a JPEG of moderate size, without metadata about place and phone."""

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from functools import cache
from io import BytesIO

from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from bot.evidence.file_types import RefusedError

_FORMATS = ("JPEG", "PNG", "GIF", "BMP", "WEBP", "HEIF")
_LONGEST, _THUMB = 2048, 480
_MOST_PIXELS = {"JPEG": 130_000_000}
"""A phone's largest; a JPEG is read at a fraction of its size, everything else whole"""
_MOST_PIXELS_WHOLE = 40_000_000
_MOST_BYTES = 1_900_000
"""What the platform surely takes as an image message"""
_QUALITIES = (85, 70, 50)
_CHINA = timezone(timedelta(hours=8))
_TAKEN = 36867

Image.MAX_IMAGE_PIXELS = None  # our own check by format comes before decoding


@dataclass(frozen=True, slots=True)
class Taken:
    """When and where the picture was taken, if the metadata says so; degrees of WGS-84."""

    at: datetime | None = None
    lat: float | None = None
    lng: float | None = None


@dataclass(frozen=True, slots=True)
class Picture:
    """Two JPEGs, and the original's time and place."""

    shown: bytes
    thumb: bytes
    taken: Taken


def picture_of(content: bytes) -> Picture:
    """Raises RefusedError if it is no picture, or too large for the memory."""
    _know_heif()
    try:
        with Image.open(BytesIO(content), formats=_FORMATS) as image:
            _check_size(image)
            taken = _taken(image)
            upright = _upright(image)
    except RefusedError:
        raise
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError, IndexError, KeyError) as error:
        raise RefusedError(f"not a whole picture: {type(error).__name__}") from None
    return Picture(_small_enough(upright), _jpeg(_at_most(upright, _THUMB), _QUALITIES[1]), taken)


@cache
def _know_heif() -> None:
    """Registers HEIF, the iPhones' format. Imported with the first picture, because a web process needs none."""
    from pillow_heif import register_heif_opener

    register_heif_opener(thumbnails=False)


def _check_size(image: Image.Image) -> None:
    pixels, most = image.width * image.height, _MOST_PIXELS.get(image.format or "", _MOST_PIXELS_WHOLE)
    if pixels > most:
        raise RefusedError(f"{pixels} pixels")


def _upright(image: Image.Image) -> Image.Image:
    image.draft("RGB", (_LONGEST, _LONGEST))
    image.load()
    turned = ImageOps.exif_transpose(image) or image
    if turned.mode in {"RGBA", "LA", "PA"} or "transparency" in turned.info:
        turned = turned.convert("RGBA")
        white = Image.new("RGBA", turned.size, "white")
        turned = Image.alpha_composite(white, turned)
    return _at_most(turned.convert("RGB"), _LONGEST)


def _at_most(image: Image.Image, longest: int) -> Image.Image:
    small = image.copy()
    small.thumbnail((longest, longest), Image.Resampling.LANCZOS)
    return small


def _small_enough(image: Image.Image) -> bytes:
    made = b""
    for quality in _QUALITIES:
        made = _jpeg(image, quality)
        if len(made) <= _MOST_BYTES:
            break
    return made


def _jpeg(image: Image.Image, quality: int) -> bytes:
    """A JPEG without the original's metadata."""
    bare = Image.frombytes("RGB", image.size, image.tobytes())
    file = BytesIO()
    bare.save(file, "JPEG", quality=quality, optimize=True)
    return file.getvalue()


def _taken(image: Image.Image) -> Taken:
    """Broken metadata counts as none; the picture itself may be good."""
    try:
        exif = image.getexif()
        details, place = exif.get_ifd(ExifTags.IFD.Exif), exif.get_ifd(ExifTags.IFD.GPSInfo)
        return Taken(_moment(details), _degrees(place, 1), _degrees(place, 3))
    except (ValueError, TypeError, ZeroDivisionError, SyntaxError, KeyError, IndexError, OSError):
        return Taken()


def _moment(details: dict[int, object]) -> datetime | None:
    said = str(details.get(_TAKEN, "")).strip("\0 ")
    if not said:
        return None
    at = datetime.strptime(said, "%Y:%m:%d %H:%M:%S").replace(tzinfo=_CHINA)
    return at if at.year > 2000 else None


def _degrees(place: dict[int, object], reference: int) -> float | None:
    """Decimal degrees from degrees, minutes and seconds; south and west are negative."""
    parts = place.get(reference + 1)
    if not isinstance(parts, tuple) or len(parts) != 3:
        return None
    degrees, minutes, seconds = (float(part) for part in parts)
    value = degrees + minutes / 60 + seconds / 3600
    sign = -1 if str(place.get(reference, "")).strip("\0 ").upper() in {"S", "W"} else 1
    return sign * value if value == value and abs(value) <= 180 else None  # noqa: PLR0124  (a number that is none)
