"""「看板」: a link to the board of the supervisor's area, or of a part of it."""

from datetime import timedelta

from handlers.board.viewer import role_of, viewer
from handlers.dialogue.command import Command
from handlers.dialogue.context import Context
from handlers.dialogue.message import Reply
from handlers.dialogue.router import Router
from handlers.town.downloads import BoardLink
from handlers.town.wording_examples import a_community
from models.person import OVERSEERS

router = Router("board")

BOARD = Command(
    ("看板", "大屏"),
    roles=OVERSEERS,
    only_asks=True,
    help="看板 [社区或网格]：地图、趋势、卡在哪里，手机和大屏都能看",
    every_day=True,
)


@router.command(BOARD)
def board(context: Context) -> Reply:
    """Send the link, only for areas that they oversee; the page checks this again when opened."""
    town = context.town
    if town.links is None:
        return Reply(context.say("exporting.no_address"), keep=True)
    node = town.world.grid_named(context.rest) if context.rest else None
    if context.rest and node is None:
        return Reply(context.say("board.unknown_area", words=context.rest[:20], community=a_community(town)), keep=True)
    seen = viewer(town, context.person, node.code if node else "")
    if seen is None:
        return Reply(context.say("board.not_yours", name=node.name if node else town.name), keep=True)
    hours = town.privacy.board_hours
    link = BoardLink(context.person.id, role_of(context.person), seen.area, context.now + timedelta(hours=hours))
    area = town.world.grids[seen.area].name if seen.area else town.name
    return Reply(context.say("board.link", area=area, hours=hours, link=town.links.to_board(link)), keep=True)
