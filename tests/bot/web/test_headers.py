"""Whatever is answered, and by whom: the headers are there, once, and a view's own stay."""

import pytest
from flask import Flask, Response

from bot.web.headers import HEADERS, harden


@pytest.fixture
def client():
    app = Flask("test")
    app.add_url_rule("/plain", view_func=lambda: "ok", endpoint="plain")
    app.add_url_rule("/own", view_func=lambda: Response("ok", headers={"cache-control": "private"}), endpoint="own")
    app.add_url_rule("/broken", view_func=lambda: 1 // 0, endpoint="broken")
    harden(app)
    return app.test_client()


@pytest.mark.parametrize(
    ("path", "status"), [("/plain", 200), ("/nowhere", 404), ("/broken", 500), ("/%00", 400), ("/plain?a=%00", 400)]
)
def test_every_answer_has_them_once(client, path, status):
    answer = client.get(path)
    assert answer.status_code == status
    assert {name: answer.headers.getlist(name) for name in HEADERS} == {name: [is_] for name, is_ in HEADERS.items()}


def test_what_a_view_has_set_stays(client):
    assert client.get("/own").headers.getlist("Cache-Control") == ["private"]
