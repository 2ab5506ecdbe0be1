"""Which teams can act on tickets of a grid: a member's scope includes it, and not all of them are on leave."""

from datetime import datetime

from handlers.town.routing import MaySign
from handlers.town.town import Town
from handlers.world.nodes import TeamNode
from handlers.world.rosters import Roster


def signers(town: Town, grid: str | None, at: datetime) -> MaySign:
    """A function that tells whether a team has a member who may sign now."""
    reach = [node.code for node in town.world.chain(grid)]

    def may_sign(team: TeamNode) -> bool:
        staff = town.staff.members([team.code], reach)
        roster = Roster.of(town.staff, staff, town.calendar.works_on)
        return any(roster.there(person, at) for person in staff)

    return may_sign
