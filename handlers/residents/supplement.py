"""Residents supplement a ticket: its missing place, or further words."""

import re
from dataclasses import replace

from handlers.dialogue.choices import numbered
from handlers.dialogue.command import Command
from handlers.dialogue.context import Context
from handlers.dialogue.media import waiting
from handlers.dialogue.message import Reply
from handlers.dialogue.other_matter import (
    asks_only_secrecy,
    goes_on_about,
    is_other_matter,
    is_other_report,
    is_politeness,
    is_small_talk,
    may_go_on,
    names_no_place,
)
from handlers.dialogue.router import Router, in_state, intent
from handlers.dialogue.states import Asks
from handlers.dialogue.which_ticket import pick, which
from handlers.neighbours.event import told_more
from handlers.notifications import ticket_text
from handlers.notifications.pushes import notify
from handlers.residents import correct_place, locate
from handlers.residents.ask_or_file import who_will_know
from handlers.residents.correction_read import Correction
from handlers.residents.incomplete import ask_where, asks_of, now_placed, placeless
from handlers.residents.read_into_draft import read, told_where
from handlers.residents.report import add_words, is_elsewhere
from handlers.tickets.access import followed, own, resident
from handlers.tickets.draft import Draft
from handlers.tickets.filing import recent
from handlers.tickets.staff_complaints import hear
from handlers.world.world import World
from models.person import Role
from models.status_moves import NOTE, OPEN, Status
from models.ticket import Ticket
from nlp.answers.choices import says_still, says_trouble
from nlp.model.features import plain
from nlp.reading.understanding import Intent, PlaceMention

router = Router("supplementing")
_MOST = 8
_FEWEST = 3
_URGING = frozenset({Intent.URGE, Intent.PROGRESS})
houses, more = Router("houses"), Router("more words")
_BESIDE_HOUSE = re.compile(
    r"不对|不是|[说写打发报]错了?|应该|更正|改成|哦|噢|对了|补充|就|是|在|我们?家?|家|的|[那这]?(?:边|儿|里|块)|跟前|旁边|门口|前面|后面|[呀啊哈吧呢\W]"
)
_CORRECTS = re.compile(r"不对|错|应该|更正|改成")
_THAT_ONE = re.compile("[那这]个")
_A_THING = 4
"""Characters: 「5号楼1单元那个桶」"""


SUPPLEMENT = Command(
    ("补充",),
    roles=frozenset((Role.RESIDENT,)),
    help="补充 [工单号] 说明：给报过的事补一句，或说清在哪儿",
    every_day=True,
)


@router.command(SUPPLEMENT)
def supplement(context: Context) -> Reply:
    """Add words to the person's ticket; if it lacks a place, they are read as the place."""
    picked = pick(context, followed(context.person), tuple(OPEN), SUPPLEMENT)
    if isinstance(picked, Reply):
        return picked
    ticket, words = picked
    if ticket.status == Status.INCOMPLETE:
        return _where_told(_heard(context, words), ticket) if words else ask_where(context, ticket)
    if not words:
        return Reply(context.say("incomplete.what", number=ticket.number), keep=True)
    return add_words(context, ticket, words)


@router.on(in_state(Asks.TICKET_PLACE))
def place_told(context: Context) -> Reply | None:
    """The place of a ticket that was filed without one."""
    ticket = context.session.get(Ticket, context.slots["ticket"])
    if ticket is None or Status(ticket.status) not in OPEN:
        return None
    if is_other_matter(context) or is_politeness(context) or _is_apart(context, ticket):
        return None
    if context.slots.get("guessed"):
        said = Correction(context.text, context.text, context.understanding)
        return correct_place.amended(context, ticket, said)
    if ticket.team:
        return None
    if context.text.isdecimal() and "places" not in context.slots and ticket.place_id is None:
        return ask_where(context, ticket)  # a number is no place; it may be meant for another question
    return _where_told(context, ticket)


@router.on(lambda context: context if context.lacks_place and context.text and context.is_free else None)
def place_told_later(context: Context) -> Reply | None:
    """A known place, sent at any time, goes to the ticket that lacks one, unless it comes with a new problem."""
    mention = context.understanding.place if context.understanding else None
    if mention is None or not mention.known or is_other_matter(context) or "住" in context.text:
        return None
    if mention.guessed and not locate.is_pointed_at(context.understanding):
        return None
    ticket = placeless(context)
    return None if ticket is None or ticket.place_id or _is_apart(context, ticket) else _where_told(context, ticket)


@houses.on(lambda context: context if asks_only_secrecy(context) and not context.answers else None)
def secrecy_wanted(context: Context) -> Reply:
    """「一定要保密啊」「他要打听出来咋办」: say what is kept from whom, and file nothing."""
    ticket = next(iter(own(context.session, context.person, tuple(OPEN), 1)), None)
    if ticket is None or not context.nothing_asked:
        return Reply(context.say("filing.secrecy_before"), keep=True)
    said = context.say("filing.secrecy_again", number=ticket.number)
    return Reply(said + who_will_know(context, ticket, context.text), keep=True)


@houses.on(lambda context: context if context.is_free and says_still(context.text) else None)
def still_so(context: Context) -> Reply | None:
    """「还是冷」 days after a report: the team of that open ticket reads it. 「还没人来」 urges, elsewhere."""
    seen = context.understanding
    if says_trouble(context.text) or not names_no_place(context) or (seen and seen.intent in _URGING):
        return None
    mine = own(context.session, context.person, tuple(OPEN - {Status.INCOMPLETE}), _MOST)
    fitting = [each for each in mine if goes_on_about(context, each.category, each.item)]
    if len(fitting) > 1:
        return which(context, fitting, context.text, SUPPLEMENT)
    return told_more(context, fitting[0], _at_place_of(context, fitting[0]), "joining.more_of_it") if fitting else None


@houses.on(lambda context: context if context.text and context.is_free else None)
def house_told_later(context: Context) -> Reply | None:
    """「3号楼」「不对，是6号楼」 after a report: complete or correct its address."""
    mention = context.understanding.place if context.understanding else None
    if mention is None or not (mention.building or mention.unit or mention.room):
        return None
    beside = _BESIDE_HOUSE.sub("", plain(context.text)[: mention.start] + plain(context.text)[mention.end :])
    if beside and not _THAT_ONE.search(beside):  # 「5号楼电梯坏了」 is another lift
        return None
    ticket = recent(context, context.town.habits.recent_minutes) if len(beside) <= _A_THING else None
    if ticket is None or _THAT_ONE.sub("", beside) not in ticket.text or not _may_be_of(ticket, mention):
        return None
    other = ticket.building and mention.building not in {"", ticket.building}
    if ticket.reporter_id != context.person.id or (other and not _CORRECTS.search(context.text)):
        return add_words(context, ticket, context.text)
    return _house_added(context, ticket, mention)


def _may_be_of(ticket: Ticket, mention: PlaceMention) -> bool:
    same_place = not mention.name or mention.known == ticket.place_name
    return Status(ticket.status) in OPEN and ticket.place_id is not None and same_place


@more.on(intent(Intent.SUPPLEMENT))
def supplemented(context: Context) -> Reply | None:
    """Add words to the only open ticket, however old it is."""
    mine = own(context.session, context.person, OPEN, 2)
    is_theirs = len(mine) == 1 and not is_elsewhere(context, mine[0])
    return add_words(context, mine[0], context.text) if is_theirs else None


@more.on(intent(Intent.REPORT, Intent.CONSULT, Intent.CHITCHAT))
def more_of_last(context: Context) -> Reply | None:
    """Add 「现在挪走了」「我怕着火」 to the ticket just filed; 「另报」 files the words by themselves."""
    if not context.is_free or not may_go_on(context) or len(context.text) < _FEWEST or is_small_talk(context):
        return None
    last = recent(context, context.town.habits.recent_minutes)
    if last is None or Status(last.status) not in OPEN or not goes_on_about(context, last.category, last.item):
        return None
    return told_more(context, last, _at_place_of(context, last), "joining.more_of_it")


def _at_place_of(context: Context, ticket: Ticket) -> Draft:
    """The words as a report of their own at the ticket's place, in case they are another matter after all."""
    told = read(context, context.text, Draft(context.text, attachments=waiting(context)))
    told = replace(told, category=told.category or next(iter(told.choices), ""))
    return locate.as_placed(told, locate.place_of(ticket))


def _house_added(context: Context, ticket: Ticket, told: PlaceMention) -> Reply:
    if told.building and told.building != ticket.building:
        ticket.building, ticket.unit, ticket.room = told.building, told.unit, told.room
    else:
        ticket.unit, ticket.room = told.unit or ticket.unit, told.room or ticket.room
    where = ticket_text.where(ticket)
    ticket.apply(NOTE, by=resident(context.person), at=context.now, note=context.say("history.place_told", where=where))
    note = context.say("push.place_is", where=ticket_text.where_for(context.town, ticket, context.person))
    notify(context.session, context.town, ticket, "supplement", context.now, but=context.person, note=note)
    return Reply(context.say("filing.house_added", number=ticket.number, where=where))


def _where_told(context: Context, ticket: Ticket) -> Reply:
    """Set the place from the text; if several places have the name, ask which one."""
    world, known = context.town.world, Draft(ticket.text, source=ticket.source, building=ticket.building)
    among = tuple(context.slots.get("places", ())) or _of_this_name(world, ticket)
    if found := locate.chosen_of(world, among, context.text):
        return now_placed(context, ticket, locate.settle(known, found))
    where = told_where(context, replace(known, unit=ticket.unit, room=ticket.room))
    if where.places and "places" not in context.slots:
        if where.text != ticket.text:  # the text says more than the place
            hear(context, ticket, context.text)
            ticket.apply(NOTE, by=resident(context.person), at=context.now, note=context.text)
        ticket.building, ticket.unit, ticket.room = where.building, where.unit, where.room
        communities = [world.grids[world.places[place].community].name for place in where.places]
        asked = context.say("filing.which_place", name=where.place_name, choices=numbered(communities))
        return Reply(asked, Asks.TICKET_PLACE, {**asks_of(ticket), "places": where.places})
    return now_placed(context, ticket, where)


def _of_this_name(world: World, ticket: Ticket) -> tuple[int, ...]:
    return tuple(place.id for place in world.places_named(ticket.place_name)) if ticket.place_id is None else ()


def _is_apart(context: Context, ticket: Ticket) -> bool:
    """A danger or another problem, which is a new report."""
    seen = context.understanding
    if seen and seen.red_flag:
        return seen.red_flag != ticket.red_flag
    return is_other_report(context, ticket.category, ticket.item)


def _heard(context: Context, words: str) -> Context:
    """The context of the words without the command."""
    seen = context.town.reader.understand(words)
    return replace(context, message=replace(context.message, text=words), understanding=seen)
