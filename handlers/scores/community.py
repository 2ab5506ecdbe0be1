"""「评社区 4 协调及时」: property companies rate their community, once a quarter."""

import re

from sqlalchemy import select

from handlers.dialogue.command import Command
from handlers.dialogue.context import Context
from handlers.dialogue.message import Reply
from handlers.dialogue.router import Router
from handlers.practice_settings.scores import Side
from handlers.scores.statement import name_of, quarter_of
from handlers.scores.subjects import Subject, area, own
from models.grid import Level
from models.person import Role
from models.promise import Practice
from models.scores import CommunityRating
from nlp.answers.choices import plain

router = Router("rating communities")
_SAID = re.compile(r"(.*?)\s*([1-5])\s*(?:分|星)?(?:[\s，,。:：]+(.*))?", re.DOTALL)

RATE = Command(
    ("评社区",),
    roles=frozenset({Role.PROPERTY_STAFF}),
    help="评社区 4 协调及时：物业给社区打分，1 到 5 分，一季一次，再发就改",
    practice=Practice.SCORES,
)


@router.command(RATE)
def rate(context: Context) -> Reply:
    """Store a rating; a later one in the same quarter replaces it."""
    mine = own(context.town, context.person)
    if mine is None or mine.side is not Side.COMPANY:
        return Reply(context.say("scores.only_companies"), keep=True)
    found = _SAID.fullmatch(plain(context.rest))
    community = _community(context, mine, found[1]) if found else None
    if found is None or community is None:
        return Reply(context.say("scores.how_to_rate"), keep=True)
    quarter = name_of(quarter_of(context.now))
    key = (CommunityRating.team == mine.code) & (CommunityRating.community == community)
    row = context.session.scalar(select(CommunityRating).where(key, CommunityRating.quarter == quarter))
    row = row or CommunityRating(team=mine.code, community=community, quarter=quarter)
    row.points, row.words = int(found[2]), (found[3] or "").strip()
    row.person_id, row.at = context.person.id, context.now
    context.session.add(row)
    name = context.town.world.grids[community].name
    return Reply(context.say("scores.community_rated", name=name, points=row.points))


def _community(context: Context, mine: Subject, words: str) -> str | None:
    """The named community, among those that the company serves; without a name, the only one."""
    world = context.town.world
    theirs = {world.code_at(grid, Level.COMMUNITY) for grid in area(context.town, mine)}
    if words:
        node = world.grid_named(words)
        return node.code if node and node.code in theirs else None
    return next(iter(theirs)) if len(theirs) == 1 else None
