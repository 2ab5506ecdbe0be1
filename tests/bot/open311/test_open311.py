"""Open311 with a client that others wrote, over real HTTP: what goes in becomes a ticket, what comes out names nobody."""

import json
import re
import threading
from datetime import timedelta
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import requests
from chat import ADMIN, PROPERTY, RESIDENT
from civicbot.http import HttpError, HttpTransport, RateLimiter
from civicbot.open311 import Open311Client
from civicbot.registry import Endpoint
from flask import Flask
from pydantic import SecretStr
from sqlalchemy import select
from werkzeug.serving import make_server

from bot.installation.integration_settings import Open311
from bot.open311.view import open311
from handlers.privacy.erasure import erase
from models.open311 import Open311Request
from models.person import Person
from models.push import Push
from models.ticket import Ticket

KEY, OTHER_KEY = "k" * 20, "o" * 20
GIVEN = {
    "description": "楼道灯不亮，我是王秀兰，电话13912345678",
    "address_string": "德尚小区3号楼2单元502室",
    "first_name": "秀兰",
    "last_name": "王",
    "phone": "13912345678",
    "email": "wang@example.cn",
}
SECRETS = ("王", "秀兰", "13912345678", "wang@", "502", "3号楼", "2单元")


@pytest.fixture
def endpoint(program):
    told = Open311(enabled=True, jurisdiction="xinyi.example.cn", keys=SecretStr(f"app={KEY},other={OTHER_KEY}"))
    object.__setattr__(program, "settings", program.settings.model_copy(update={"open311": told}))
    app = Flask("open311")
    app.register_blueprint(open311(program))
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/open311/v2"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def client(endpoint):
    place = Endpoint(id="whistle", name="吹哨", base_url=endpoint, write=True, api_key_required_for_write=True)
    return Open311Client(place, HttpTransport(rate_limiter=RateLimiter(0)), jurisdiction_id="xinyi.example.cn")


def parsed(content):
    return ET.fromstring(content)  # noqa: S314  (our own answer)


def files(client, code="street_lamp", key=KEY, **given):
    made = client.create_request(
        code, dry_run=False, confirm="SEND", api_key=key, validate_remote=True, **(GIVEN | given)
    )
    return made.response[0]


def test_a_client_finds_a_service_files_a_request_and_sees_it_through(client, chat, clock):
    lamp = next(each for each in client.list_services() if each["service_code"] == "street_lamp")
    assert (lamp["group"], lamp["type"], lamp["metadata"]) == ("维修报修", "realtime", True)
    asked = client.get_service_definition("street_lamp")["attributes"]
    assert [each["code"] for each in asked] == ["building", "unit", "room"]
    told = files(client)
    ticket = chat.ticket()
    assert told["service_request_id"] == ticket.number
    assert "token" not in told
    assert (ticket.category, ticket.item, ticket.source) == ("repairs", "street_lamp", "open311")
    assert (ticket.place_name, ticket.building, ticket.unit, ticket.room) == ("德尚小区", "3", "2", "502")
    assert client.get_request(ticket.number)["status_notes"] == "待签收"
    clock.turn(hours=1)
    chat.says(PROPERTY, f"接 {ticket.number}")
    chat.says(PROPERTY, f"到 {ticket.number}")
    chat.says(PROPERTY, f"结 {ticket.number} 灯泡换了")
    chat.says(ADMIN, f"解释 {ticket.number} 换好了")
    clock.turn(minutes=1)
    read = client.get_request(ticket.number)
    assert (read["status"], read["address"]) == ("closed", "德尚小区")
    assert read["updated_datetime"] >= "2026-11-16T11:00:00+08:00"
    assert [each["service_request_id"] for each in client.list_requests(status="closed")] == [ticket.number]
    assert client.list_requests(status="open") == []


def test_nothing_personal_comes_out_in_either_format(client, endpoint, chat):
    files(client)
    for form in ("json", "xml"):
        for path in ("requests", f"requests/{chat.ticket().number}"):
            said = requests.get(f"{endpoint}/{path}.{form}", timeout=5).text
            assert chat.ticket().number in said
            assert [each for each in SECRETS if each in said] == []


def test_what_is_nobody_else_s_matter_is_read_by_its_own_platform_alone(client, endpoint, chat):
    numbers = []
    for code, words in (
        ("property", "投诉物业保安骂人"),
        ("theft", "有人拿刀在打人"),
        ("neighbour_noise", "楼上半夜装修"),
        ("consult", "居住证怎么办"),
    ):
        files(client, code, description=words, email=f"{code}@example.cn")
        numbers.append(chat.ticket().number)
    assert len(set(numbers)) == 4
    with chat.program.reading() as session:
        listed = {ticket.number: ticket for ticket in session.scalars(select(Ticket))}
    seen = {key: _numbers(endpoint, key) for key in ("", KEY, OTHER_KEY)}
    assert seen[KEY] == set(numbers)
    assert seen[""] == seen[OTHER_KEY] == {each for each in numbers if listed[each].category == "noise"}


def _numbers(endpoint, key):
    found = requests.get(f"{endpoint}/requests.json", params={"api_key": key}, timeout=5).json()
    return {each["service_request_id"] for each in found}


def test_a_place_that_nobody_knows_gets_a_token_until_somebody_has_looked(client, chat):
    told = files(client, address_string="不知道什么地方的后面")
    assert "service_request_id" not in told
    assert client.get_token(told["token"]) == [{"service_request_id": None, "token": told["token"]}]
    number = chat.ticket().number
    chat.says(ADMIN, f"派 {number} 德尚物业")
    assert client.get_token(told["token"])[0]["service_request_id"] == number


def test_a_point_finds_its_grid_and_an_attribute_the_house(client, chat):
    place = chat.program.towns.known.world.places_named("德尚小区")[0]
    point = {"address_string": None, "description": "路灯坏了", "lat": place.lat, "lng": place.lng}
    files(client, **point, attributes={"building": "7"})
    ticket = chat.ticket()
    assert (ticket.lat, ticket.building) == (place.lat, "7")
    assert ticket.grid is not None
    files(client, address_string=None, address_id=str(place.id), description="门口的灯坏了", email="b@example.cn")
    assert chat.ticket().place_id == place.id


def test_danger_is_told_what_to_do_and_goes_to_everybody(client, chat):
    told = files(
        client,
        "gas" if "gas" in chat.program.towns.known.catalogue.items else "other",
        description="家里煤气泄漏了，味道很大",
    )
    assert "119" in told["service_notice"] or "燃气" in told["service_notice"]
    assert chat.ticket().red_flag == "gas"
    with chat.program.reading() as session:
        assert session.scalars(select(Push).where(Push.event == "red_flag")).first()


def test_told_twice_it_is_one_ticket_and_another_s_is_another(client, chat):
    first = files(client)
    assert files(client)["service_request_id"] == first["service_request_id"]
    other = files(client, email="li@example.cn", phone="13800000000")
    assert other["service_request_id"] != first["service_request_id"]
    with chat.program.reading() as session:
        people = session.scalars(select(Person).join(Open311Request)).unique().all()
        assert len(people) == 2
        assert all(person.openid is None for person in people)
        assert {person.phone for person in people} == {"13912345678", "13800000000"}


def test_who_says_nothing_of_themselves_is_not_taken_for_somebody_else(client, chat):
    files(client)
    unnamed = dict.fromkeys(("first_name", "last_name", "phone", "email"))
    files(client, address_string="文苑花园2号楼", description="灯不亮", **unnamed)
    files(client, address_string="文苑花园9号楼", description="灯不亮", **(unnamed | {"last_name": "赵"}))
    with chat.program.reading() as session:
        names = [session.get(Person, ticket.reporter_id).name for ticket in chat.tickets()]
    assert names == ["王秀兰", "", "赵"]


def test_the_other_platform_s_person_is_forgotten_like_any(client, chat, program, clock):
    files(client)
    with program.sessions.begin() as session:
        person = session.scalars(select(Person).join(Open311Request)).one()
        erase(session, program.towns.current(session), person, clock())
    with program.reading() as session:
        request = session.scalars(select(Open311Request)).one()
        assert (request.account, session.get(Person, request.person_id).phone) == ("", "")
    assert "王" not in chat.ticket().text


def test_xml_says_the_same_as_json(client, endpoint, chat):
    files(client)
    for path, root, one in (
        ("services", "services", "service"),
        ("requests", "service_requests", "request"),
    ):
        answer = requests.get(f"{endpoint}/{path}.xml", timeout=5)
        assert answer.headers["Content-Type"] == "text/xml; charset=utf-8"
        assert answer.text.startswith('<?xml version="1.0" encoding="utf-8"?>')
        tree = parsed(answer.content)
        assert tree.tag == root
        as_json = requests.get(f"{endpoint}/{path}.json", timeout=5).json()
        read = [{leaf.tag: leaf.text for leaf in each} for each in tree.iter(one)]
        assert read == [{name: _as_text(value) for name, value in each.items()} for each in as_json]
    definition = parsed(requests.get(f"{endpoint}/services/lift.xml", timeout=5).content)
    assert [each.findtext("code") for each in definition.iter("attribute")] == ["building", "unit", "room"]


def _as_text(value):
    return None if value in (None, "") else str(value).lower() if isinstance(value, bool) else str(value)


def test_discovery_names_the_endpoint_and_both_formats(endpoint):
    tree = parsed(requests.get(f"{endpoint}/discovery.xml", timeout=5).content)
    assert tree.findtext("endpoints/endpoint/url") == "http://bot.test/open311/v2"
    assert [each.text for each in tree.iter("format")] == ["text/xml", "application/json"]


def test_bad_input_gets_the_standard_s_errors_and_changes_nothing(endpoint, chat):
    lamp, here = {"api_key": KEY, "service_code": "street_lamp"}, {"address_string": "德尚小区3号楼"}
    for form, status, told in (
        ({"service_code": "street_lamp", **here}, 403, "api_key"),
        ({**lamp, **here, "api_key": "x" * 20}, 403, "api_key"),
        ({**lamp, **here, "service_code": ""}, 400, "service_code was not provided"),
        ({**lamp, **here, "service_code": "dragon"}, 404, "service_code was not found"),
        (lamp, 400, "location"),
        ({**lamp, "lat": "37.1"}, 400, "together"),
        ({**lamp, "lat": "nan", "long": "1"}, 400, "degrees"),
        ({**lamp, "lat": "51.5", "long": "0.1"}, 400, "outside"),
        ({**lamp, "address_id": "999999"}, 400, "address_id"),
        ({**lamp, **here, "description": "长" * 4001}, 400, "description"),
        ({**lamp, **here, "first_name": "王\0"}, 400, "NUL"),
        ({**lamp, **here, "jurisdiction_id": "chicago.gov"}, 404, "jurisdiction_id"),
    ):
        answer = requests.post(f"{endpoint}/requests.json", data=form, timeout=5)
        assert answer.status_code == status, form
        assert answer.json()[0]["code"] == status
        assert told in answer.json()[0]["description"]
    both = requests.post(f"{endpoint}/requests.xml", data={"api_key": KEY}, timeout=5)
    assert len(list(parsed(both.content).iter("error"))) == 2
    assert chat.tickets() == []
    for path, status in (
        ("services/dragon.json", 404),
        ("requests/26111600001.json", 404),
        ("tokens/abc.json", 404),
        ("services.yaml", 404),
        ("requests.json?status=lost", 400),
        ("requests.json?end_date=0001-01-01T00:00:00Z", 400),
        ("requests.json?start_date=9999-12-31T23:59:59-12:00", 400),
        ("requests.json?start_date=yesterday", 400),
        ("requests.json?start_date=2026-01-01T00:00:00", 400),
        ("requests.json?start_date=2026-01-01T00:00:00Z&end_date=2026-11-01T00:00:00Z", 400),
        ("requests.json?page_size=0", 400),
        ("requests.json?jurisdiction_id=chicago.gov", 404),
    ):
        assert requests.get(f"{endpoint}/{path}", timeout=5).status_code == status, path


def test_requests_are_found_by_number_service_and_time_and_in_pages(client, endpoint, chat, clock):
    for number in range(3):
        files(client, description=f"第{number}个灯不亮", address_string=f"德尚小区{number + 1}号楼")
        clock.turn(days=1)
    files(client, "lift", description="电梯一直响", address_string="德尚小区5号楼")
    numbers = [ticket.number for ticket in chat.tickets()]
    assert len(set(numbers)) == 4
    ids = lambda **asked: [each["service_request_id"] for each in client.list_requests(**asked)]  # noqa: E731
    assert ids() == numbers[::-1]
    assert ids(service_code="lift,roof") == numbers[3:]
    assert ids(service_request_ids=numbers[:2], status="closed") == numbers[1::-1]
    since = (clock() - timedelta(days=1, hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert ids(start_date=since) == numbers[:1:-1]
    pages = [requests.get(f"{endpoint}/requests.json?page_size=3&page={page}", timeout=5).json() for page in (1, 2, 3)]
    assert [len(page) for page in pages] == [3, 1, 0]


def test_a_resident_s_own_report_is_seen_without_their_words(client, chat):
    chat.says(RESIDENT, "文苑花园2号楼1单元301室楼道灯坏了，我叫李桂英")
    (read,) = client.list_requests()
    assert (read["address"], read["service_code"], read["description"]) == ("文苑花园", "street_lamp", None)
    assert not re.search("李|桂英|301|2号楼", json.dumps(read, ensure_ascii=False))


def test_a_wrong_key_is_an_error_of_the_client(client):
    with pytest.raises(HttpError) as error:
        files(client, key="wrong" * 5)
    assert error.value.status == 403


def test_it_is_off_unless_the_town_wants_it():
    assert not Open311().enabled
    assert (
        "enabled: false"
        in (Path(__file__).parents[3] / "config.yaml").read_text("utf-8").partition("open311:")[2][:200]
    )
    with pytest.raises(ValueError, match="16"):
        Open311(keys=SecretStr("app=short"))
