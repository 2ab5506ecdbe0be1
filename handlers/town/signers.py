"""Which teams can act on a ticket of a grid: somebody of the staff reaches it, and not all of them are on leave."""

from datetime import datetime

from handlers.town.routing import MaySign
from handlers.town.town import Town
from handlers.world.nodes import TeamNode
from handlers.world.rosters import Roster


def signers(town: Town, grid: str | None, at: datetime) -> MaySign:
    """Asked of a team: whether anybody is there who may sign for it."""
    reach = [node.code for node in town.world.chain(grid)]

    def may_sign(team: TeamNode) -> bool:
        staff = town.staff.members([team.code], reach)
        roster = Roster.of(town.staff, staff, town.calendar.works_on)
        return any(roster.there(person, at) for person in staff)

    return may_sign
