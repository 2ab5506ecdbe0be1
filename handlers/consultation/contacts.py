"""「社区电话」「物业电话」「值班」: answer with telephone numbers from the town's data."""

from collections.abc import Iterable
from itertools import chain

from handlers.dialogue.context import Context
from handlers.dialogue.message import Reply
from handlers.tickets.filing import last_place
from handlers.town.wording_examples import a_place
from handlers.world.nodes import TeamNode
from handlers.world.rosters import Roster
from handlers.world.staff import Colleague
from models.grid import TeamKind
from nlp.faq.answers import Answer
from nlp.faq.contacts import contact_asked, tells_of_calls
from nlp.faq.grievance import is_grievance

_KINDS = {
    "community": (TeamKind.COMMUNITY,),
    "property": (TeamKind.PROPERTY,),
    "grid": (TeamKind.GRID,),
    "street": (TeamKind.STREET,),
    "duty": (TeamKind.PROPERTY, TeamKind.COMMUNITY),
}
_MOST = 3


def contact_told(context: Context, row: Answer | None) -> Reply | None:
    """The team's number and who is on duty; without a place, the hall's number and a hint to name the place.

    None if `row`, the table's answer, is about telephones too: then it takes precedence.
    """
    asked = contact_asked(context.text)
    if not asked or (row and contact_asked(row.question)):
        return None
    if tells_of_calls(context.text) or is_grievance(context.text, context.understanding):
        return None
    grids = _here(context)
    teams = dict.fromkeys(team for grid in grids for team in _serving(context, grid, _KINDS[asked]))
    lines = [_line(context, team, grids) for team in list(teams)[:_MOST]]
    if not lines:
        key = "consultation.contact_where" if not grids else "consultation.contact_unknown"
        return Reply(context.say(key, phone=context.town.contacts.hall, place=a_place(context.town)), keep=True)
    said = context.say("consultation.contacts", lines="\n".join(lines), phone=context.town.contacts.hall)
    return Reply(said, keep=True)


def _here(context: Context) -> list[str]:
    """The grids of the place or area in the text, else of the home, else of the person's last report."""
    world, seen, person = context.town.world, context.understanding, context.person
    if seen and seen.place and seen.place.known and not seen.place.guessed:
        named, building = world.places_named(seen.place.known), seen.place.building
        grids = [[place.grid_of(building)] if building else sorted(place.grids) for place in named]
        return list(dict.fromkeys(chain.from_iterable(grids)))
    if areas := [node.code for node in world.grids.values() if node.name in context.text]:
        return areas
    home = world.places.get(person.home_place_id or last_place(context) or 0)
    building = person.home_building if person.home_place_id else ""
    if home is None:
        return []
    return [home.grid_of(building)] if building else sorted(home.grids)


def _serving(context: Context, grid: str, kinds: tuple[TeamKind, ...]) -> Iterable[TeamNode]:
    """The nearest team of each kind."""
    world = context.town.world
    for kind in kinds:
        near = (team for node in world.chain(grid) for team in world.teams_at.get(node.code, ()) if team.kind == kind)
        if team := next(near, None):
            yield team


def _line(context: Context, team: TeamNode, grids: list[str]) -> str:
    """The line of a team with its official number; personal numbers of staff are never shown."""
    phone, who = team.phone or context.town.contacts.hall, _names(context, _there(context, team, grids))
    return context.say("consultation.contact_team", team=team.name, phone=phone, who=who)


def _names(context: Context, there: list[Colleague]) -> str:
    names = context.say("consultation.between").join(each.name for each in there)
    return context.say("consultation.on_duty", names=names) if names else ""


def _there(context: Context, team: TeamNode, grids: list[str]) -> list[Colleague]:
    """At most two members on duty; without a roster, the first members."""
    town = context.town
    members = town.staff.members([team.code], town.world.above(*grids))
    here = Roster.of(town.staff, members, town.calendar.works_on).on_duty(members, context.now)
    return [present.person for present in here[:2]]
