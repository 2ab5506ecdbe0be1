"""Sheets of A4 with codes and their names, as PDF or PNG."""

from collections.abc import Sequence
from pathlib import Path

import segno
from PIL import Image, ImageDraw, ImageFont
from pylopdf_fonts_zh_cn import sans_path

from bot.qr.codes import Code

_DPI = 200
_PAGE = (1654, 2339)  # A4
_MARGIN, _COLUMNS, _ROWS = 100, 3, 4
_CELL = ((_PAGE[0] - 2 * _MARGIN) // _COLUMNS, (_PAGE[1] - 2 * _MARGIN) // _ROWS)
_SIDE = 380
_LARGEST, _SMALLEST = 40, 18
_BORDER = 4
PER_PAGE = _COLUMNS * _ROWS


def write(codes: Sequence[Code], out: Path) -> tuple[int, Sequence[Path]]:
    """Writes one PDF, or a PNG for each page, numbered if several. Returns the number of pages, and the files."""
    pages = [_page(codes[start : start + PER_PAGE]) for start in range(0, len(codes), PER_PAGE)]
    if out.suffix.lower() == ".pdf":
        pages[0].save(out, "PDF", resolution=_DPI, save_all=True, append_images=pages[1:])
        return len(pages), [out]
    files = [out if len(pages) == 1 else out.with_stem(f"{out.stem}-{number + 1}") for number in range(len(pages))]
    for page, file in zip(pages, files, strict=True):
        page.save(file, "PNG", dpi=(_DPI, _DPI))
    return len(pages), files


def _page(codes: Sequence[Code]) -> Image.Image:
    page = Image.new("1", _PAGE, 1)
    for place, code in enumerate(codes):
        left = _MARGIN + place % _COLUMNS * _CELL[0]
        top = _MARGIN + place // _COLUMNS * _CELL[1]
        _draw(page, code, left, top)
    return page


def _draw(page: Image.Image, code: Code, left: int, top: int) -> None:
    square = drawn(code.url)
    page.paste(square, (left + (_CELL[0] - square.width) // 2, top))
    font = _fitting(code.name)
    middle = (left + _CELL[0] / 2, top + square.height + _LARGEST)
    ImageDraw.Draw(page).text(middle, code.name, fill=0, font=font, anchor="mm")


def drawn(url: str) -> Image.Image:
    """The code with the white margin that cameras need; its error correction allows for a few scratches."""
    matrix = [[*row] for row in segno.make(url, error="m", micro=False).matrix_iter(border=_BORDER)]
    small = Image.new("1", (len(matrix[0]), len(matrix)), 1)
    small.putdata([0 if dark else 1 for row in matrix for dark in row])
    scale = max(1, _SIDE // small.width)
    return small.resize((small.width * scale, small.height * scale), Image.Resampling.NEAREST)


def _fitting(name: str) -> ImageFont.FreeTypeFont:
    """The largest font with which the name fits the cell's width."""
    for size in range(_LARGEST, _SMALLEST, -2):
        font = ImageFont.truetype(str(sans_path()), size)
        if font.getlength(name) <= _CELL[0]:
            return font
    return ImageFont.truetype(str(sans_path()), _SMALLEST)
