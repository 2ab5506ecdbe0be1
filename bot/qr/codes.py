"""The QR codes of the town's places and their addresses. The platform allows 100,000 at most."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from bot.wechat.gateway import Gateway
from handlers.notifications.ticket_text import address
from handlers.town.town import Town
from handlers.world.nodes import PlaceNode
from handlers.world.qr_scenes import Scene
from models.qr_scene import SceneCode
from models.sessions import Sessions

KINDS = ("compound", "building", "lift", "bin")
_HOUSES = "compound"
"""The kind of place that has houses with stairs and lifts"""


@dataclass(frozen=True, slots=True)
class Code:
    """One code: the name printed under it, and the URL in it."""

    name: str
    url: str


def scenes(town: Town, kind: str, grid: str | None = None) -> list[tuple[Scene, str]]:
    """All scenes of a kind with their names, in one grid of any level or everywhere."""
    places = [place for place in town.world.places.values() if place.kind == _HOUSES and _lies_in(town, place, grid)]
    places.sort(key=lambda place: (place.community, place.name, place.id))
    return [named for place in places for named in _of_place(town, place, kind)]


def _of_place(town: Town, place: PlaceNode, kind: str) -> Iterator[tuple[Scene, str]]:
    if kind == "compound":
        yield Scene(place.id), place.name
        return
    point = "" if kind == "building" else kind
    what = town.say(f"scenes.{point}") if point else ""
    for building in sorted(filter(None, place.grid_by_building), key=lambda each: (len(each), each)):
        yield Scene(place.id, building, point), address(place.name, building, "", "") + what


def _lies_in(town: Town, place: PlaceNode, grid: str | None) -> bool:
    return grid is None or grid in town.world.above_places([place])


def made(
    sessions: Sessions, gateway: Gateway, wanted: Sequence[tuple[Scene, str]], each: Callable[[], None]
) -> list[Code]:
    """The codes of scenes. Existing ones are reused: they stay valid, and the platform limits their number."""
    with sessions() as session:
        known = {code.scene: code.url for code in session.scalars(select(SceneCode))}
    codes = []
    for scene, name in wanted:
        url = known.get(str(scene)) or _new(sessions, gateway, str(scene))
        codes.append(Code(name, url))
        each()
    return codes


def _new(sessions: Sessions, gateway: Gateway, scene: str) -> str:
    url = gateway.create_code(scene)
    with sessions() as session, session.begin():
        session.add(SceneCode(scene=scene, url=url))
    return url
