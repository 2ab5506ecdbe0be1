"""The recogniser as a server: a real one over HTTP that says what the test put on its shelf."""

import pytest
from fake_api import Says, says, serving
from samples import amr

from bot.evidence.sound import as_wav
from bot.speech.recogniser import RecognitionError
from bot.speech.remote_recogniser import Server

PATH = "/v1/audio/transcriptions"
WAV = as_wav(amr(0.5))


@pytest.fixture
def api():
    with serving() as running:
        yield running


def test_it_is_asked_as_the_interface_wants_it(api):
    api.put(PATH, says(text=" 德尚小区3号楼\n电梯坏了 "))
    heard = Server(api.url + "/", "sense-voice", "zh", "secret-key").hear(WAV)
    assert heard == "德尚小区3号楼 电梯坏了"
    (asked,) = api.calls(PATH)
    assert asked.content_type.startswith("multipart/form-data")
    for part in (
        b'name="file"; filename="voice.wav"',
        b'name="model"\r\n\r\nsense-voice',
        b'name="language"\r\n\r\nzh',
    ):
        assert part in asked.raw
    assert WAV in asked.raw
    assert "secret-key" not in repr(Server(api.url, "", "", "secret-key"))


@pytest.mark.parametrize(
    "answer",
    [
        Says(b"<html>502</html>", status=502),
        Says(b"<html>ok</html>"),
        says(error="no such model"),
        says(text=None),
        Says(b"[]"),
        Says(b"{", cut=1),
        Says(b"", status=302, headers={"Location": "http://127.0.0.1:9/"}),
    ],
    ids=["away", "a page", "an error", "no text", "a list", "cut", "elsewhere"],
)
def test_whatever_else_it_says_is_no_word(api, answer):
    api.put(PATH, answer)
    with pytest.raises(RecognitionError):
        Server(api.url, "", "zh").hear(WAV)


def test_a_server_that_is_not_there_is_no_word():
    with pytest.raises(RecognitionError):
        Server("http://127.0.0.1:9", "", "zh").hear(WAV)
