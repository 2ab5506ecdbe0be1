"""Texts that must reach the reader whole, or cut where it doesn't hurt; and XML that no text can break."""

import unicodedata
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wechat_side import read_plain

from bot.webhook.reply import reply_xml
from bot.wechat.text_limits import CUT, TEXT_BYTES, fit_bytes, printable

ANY_TEXT = st.text(st.characters(exclude_categories=[]), max_size=60)
LONG_TEXT = st.builds(lambda unit, times: unit * times, st.text(min_size=1, max_size=40), st.integers(1, 3000))


def test_a_text_that_fits_is_left_alone():
    assert fit_bytes("字" * 682 + "ab") == "字" * 682 + "ab"


def test_a_text_one_byte_too_long_is_cut_and_says_so():
    cut = fit_bytes("字" * 682 + "abc")
    assert cut.endswith(CUT)
    assert TEXT_BYTES - 3 < len(cut.encode()) <= TEXT_BYTES


def test_a_list_is_cut_at_a_line():
    lines = "\n".join(f"{n}. 工单 2026{n:06d} 德尚小区电梯" for n in range(200))
    kept = fit_bytes(lines, ending="\n……").removesuffix("\n……").split("\n")
    assert kept == lines.split("\n")[: len(kept)]


@pytest.mark.parametrize("whole", ["👨‍👩‍👧‍👦", "👍🏽", "❤️", "é", "1️⃣"])
@pytest.mark.parametrize("before", range(14))
def test_a_character_of_several_is_kept_whole_or_left_out(whole, before):
    kept = fit_bytes("a" * before + whole * 2000, ending="!").removesuffix("!")
    assert kept.removeprefix("a" * before).replace(whole, "") == ""


@given(LONG_TEXT | ANY_TEXT, st.sampled_from(["\n（还有）", CUT, ""]))
def test_no_text_is_longer_than_the_platform_delivers(text, ending):
    shown = printable(text)
    cut = fit_bytes(shown, ending)
    assert len(cut.encode()) <= TEXT_BYTES
    assert cut == shown or shown.startswith(cut.removesuffix(ending))


@given(ANY_TEXT)
def test_whatever_a_resident_wrote_comes_back_as_one_text_in_sound_xml(text):
    xml = reply_xml(text, to="o1", sender="gh_1")
    wanted = printable(text)
    if not wanted.strip():
        assert xml == ""
        return
    shown = read_plain(xml)
    assert (shown.to, shown.sender, shown.kind, shown.content) == ("o1", "gh_1", "text", wanted)


@pytest.mark.parametrize(
    "text",
    [
        "]]>",
        "a]]>b]]>c",
        "]]]]>>",
        "]]><FromUserName>x</FromUserName><Content>假</Content><![CDATA[",
        "<b>&amp;</b>&#0;",
        "𠮷野家🏠👨‍👩‍👧",
        "<![CDATA[x]]>",
    ],
)
def test_xml_in_a_text_stays_text(text):
    assert read_plain(reply_xml(text, to="o1", sender="gh_1")).content == text


def test_controls_and_halves_of_characters_are_taken_out():
    every = "".join(map(chr, range(0x110000)))
    left = printable(every)
    assert {c for c in left if unicodedata.category(c) in {"Cc", "Cs"}} == {"\t", "\n", "\x85"}
    assert ET.fromstring(f"<x>{left.replace('&', '').replace('<', '').replace(']]>', '')}</x>").text  # noqa: S314
