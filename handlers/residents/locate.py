"""Find the place of a report in the world, from its text, a pin, a scanned code or the bound home."""

import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import timedelta

from handlers.tickets.change import PersonalChange
from handlers.tickets.draft import Draft
from handlers.world.nodes import PlaceNode
from handlers.world.qr_scenes import Scene, scene_of
from handlers.world.world import World
from models.grid import Level
from models.ticket import Source, Ticket
from nlp.answers.choices import is_vague
from nlp.answers.choices import number as option_number
from nlp.reading.understanding import PlaceMention, Understanding

_POINTS = re.compile(r"就(?:是|在)?|那个?|应该[是在]")
_LEVEL = re.compile(r"(?:社区|街道|镇|乡|村)$")


def place(context: PersonalChange, draft: Draft, understanding: Understanding | None) -> Draft:
    """Fill in the place that the text names; if it names none, the scanned place or the bound home."""
    mention = (understanding and understanding.place) or PlaceMention()
    draft = replace(
        draft,
        building=_house(mention) or draft.building,
        unit=mention.unit or draft.unit,
        room=mention.room or draft.room,
    )
    if mention.known and mention.guessed and not is_pointed_at(understanding):
        return replace(draft, place_name=mention.name, guess=mention.known)
    if mention.known:
        return known(context, draft, mention.known, understanding.text if understanding else "")
    if mention.name and not is_vague(mention.name):  # 「电梯里」 is at home
        return replace(draft, place_name=mention.name)
    if draft.source == Source.CHAT and draft.place_id is None and draft.lat is None and not draft.place_name:
        return at_home(context, draft)
    return draft


def is_pointed_at(understanding: Understanding | None) -> bool:
    """「就府前街那个路口」: the full known name, with only pointing words before it."""
    mention = understanding.place if understanding else None
    if understanding is None or mention is None or mention.name != mention.known:
        return False
    return _POINTS.fullmatch(understanding.text[: mention.start]) is not None


def _house(mention: PlaceMention) -> str:
    """The building; on a known road the house number, 「120」, or the house of a lane, 「97弄5」."""
    if not mention.known or not mention.number:
        return mention.building
    number = mention.number if mention.number.endswith("弄") or not mention.building else f"{mention.number}号"
    return number + mention.building


def known(context: PersonalChange, draft: Draft, name: str, said: str = "") -> Draft:
    """A known place name: one place, or several among which the resident must choose (`places`).

    The words around the name decide first (「长安社区幸福小区」), then the community of the home.
    """
    draft = replace(draft, guess="") if draft.guess else draft
    world = context.town.world
    places = world.places_named(name)
    near_home = [each for each in places if each.community == _own_community(context, draft)]
    for meant in (places, told_apart(world, places, said), near_home):
        if len(meant) == 1:
            return settle(draft, meant[0])
    return replace(draft, place_name=name, place_id=None, places=tuple(each.id for each in places))


def told_apart(world: World, places: Sequence[PlaceNode], said: str) -> Sequence[PlaceNode]:
    """Of several places of one name, those whose grid, community, street or own alias is in the text too."""
    if len(places) < 2 or not said:
        return ()
    around = {place.id: _names_around(world, place) for place in places}
    everywhere = frozenset.intersection(*around.values())
    return [place for place in places if _is_meant(world, place, around[place.id] - everywhere, said)]


def _names_around(world: World, place: PlaceNode) -> frozenset[str]:
    return frozenset(world.grids[code].name for code in world.above_places([place]))


def _is_meant(world: World, place: PlaceNode, around: Collection[str], said: str) -> bool:
    if any(alias in said and alias not in place.name for alias in world.aliases.get(place.id, ())):
        return True
    if any(name in said for name in around):
        return True
    short = (_LEVEL.sub("", name) for name in around)
    return any(f"{name}{which}{place.name}" in said for name in short if len(name) > 1 for which in ("", "的", "那边"))


def settle(draft: Draft, found: PlaceNode) -> Draft:
    """The draft with this place."""
    return replace(draft, place_id=found.id, place_name=found.name, places=())


def chosen_of(world: World, places: Sequence[int], text: str) -> PlaceNode | None:
    """「2」「长安那个」: the place that is meant, by number or by the name of its community."""
    number = option_number(text, len(places))
    if number is not None:
        return world.places[places[number]]
    named = [place for place in places if world.grids[world.places[place].community].name.removesuffix("社区") in text]
    return world.places[named[0]] if len(named) == 1 else None


def at_home(context: PersonalChange, draft: Draft) -> Draft:
    """The place of the code just scanned, else the bound home; the home's building only if the text names none."""
    if scanned := _scanned(context):
        there = settle(draft, context.town.world.places[scanned.place])
        return replace(there, building=draft.building or scanned.building)
    person = context.person
    home = context.town.world.places.get(person.home_place_id) if person.home_place_id else None
    if home is None:
        return draft
    draft = settle(draft, home)
    if draft.building and draft.building != person.home_building:
        return draft
    same_unit = draft.unit in {"", person.home_unit}
    room = draft.room or (person.home_room if same_unit else "")
    return replace(draft, building=person.home_building, unit=draft.unit or person.home_unit, room=room)


def _scanned(context: PersonalChange) -> Scene | None:
    """The place of the code that was scanned within `recent_minutes`; it counts for one report only."""
    person, lately = context.person, context.now - timedelta(minutes=context.town.habits.recent_minutes)
    if not person.scanned or person.scanned_at is None or person.scanned_at < lately:
        return None
    return scene_of(context.town.world, person.scanned)


def as_placed(draft: Draft, before: Draft) -> Draft:
    """The draft at the place of `before`; a building, unit or room that it names itself takes precedence."""
    there = replace(draft, place_id=before.place_id, place_name=before.place_name, lat=before.lat, lng=before.lng)
    same = draft.building in {"", before.building}
    house = (before.building, draft.unit or before.unit, draft.room or before.room) if same else None
    building, unit, room = house or (draft.building, draft.unit, draft.room)
    return replace(there, building=building, unit=unit, room=room)


def in_house(draft: Draft, mention: PlaceMention) -> Draft:
    """The draft with the building, unit and room that are named without a compound: 「俺们是2单元」."""
    building, unit, room = mention.building or draft.building, mention.unit or draft.unit, mention.room or draft.room
    return replace(draft, building=building, unit=unit, room=room)


def place_of(ticket: Ticket) -> Draft:
    """A draft that holds only where a ticket is, but for the flat: for what else happens there."""
    return Draft("", place_id=ticket.place_id, place_name=ticket.place_name, building=ticket.building, unit=ticket.unit)


def is_placed(draft: Draft) -> bool:
    """The place is known well enough to find its grid."""
    return draft.place_id is not None or draft.lat is not None


def needs_building(context: PersonalChange, draft: Draft) -> bool:
    """Several grids share the compound, so the building is needed to choose one."""
    found = context.town.world.places.get(draft.place_id) if draft.place_id else None
    return found is not None and len(found.grids) > 1 and found.grid_of(draft.building) == found.community


def _own_community(context: PersonalChange, draft: Draft) -> str | None:
    """The community of the person's home; for reports by staff, the community that they work in."""
    if draft.source != Source.CHAT:
        return context.town.world.code_at(context.person.grid, Level.COMMUNITY)
    home = context.person.home_place_id
    found = context.town.world.places.get(home) if home else None
    return found.community if found else None
