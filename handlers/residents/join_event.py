"""A resident's answer when neighbours reported the same: 1 joins, 2 files separately; 另报 separates later."""

import re
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import ColumnElement, select

from handlers.dialogue.asked import is_about
from handlers.dialogue.command import Command
from handlers.dialogue.context import Context
from handlers.dialogue.message import Reply
from handlers.dialogue.other_matter import (
    is_hurry,
    is_other_matter,
    is_politeness,
    is_told_as_trouble,
    says_nothing,
)
from handlers.dialogue.router import Router, in_state
from handlers.dialogue.states import Asks
from handlers.dialogue.which_ticket import pick
from handlers.neighbours.event import join, leave
from handlers.neighbours.votes import as_seen_by
from handlers.residents import locate
from handlers.residents.ask_or_file import filed, go_on, of_part, one_by_one
from handlers.residents.read_into_draft import read
from handlers.tickets.access import followed, tickets
from handlers.tickets.draft import Draft
from models.follower import Follower
from models.person import Role
from models.status_moves import OPEN, Status
from models.ticket import Attachment, Ticket

router = Router("joining")
_APART = re.compile(r"(?:回?2|另报|另外报|单独报?|分开报?|不是(?:同)?一件(?:事)?|不是|不加入|不一样)[。.!！~\s]*")
_APART_FOR = re.compile(r"(?:另报|另外报|不是(?:同)?一件(?:事)?)[，,。.、：:；;！!～~\s]+(\S.*)", re.DOTALL)


REPORT_APART = Command(
    ("另报", "另外报"), roles=frozenset((Role.RESIDENT,)), help="另报 [哪里、什么问题]：和邻居报的不是一件事，单独登记"
)


@router.command(REPORT_APART)
def apart(context: Context) -> Reply | None:
    """File the words that follow separately, or take out the event joined last; else ask what to file."""
    if context.state in {Asks.JOIN, Asks.JOINED} and not context.rest:
        return None  # the handler of the open question knows which one is meant
    if context.rest and not context.rest[0].isdigit():
        told = _by_itself(replace(context, message=replace(context.message, text=context.rest)))
        return replace(told, answered=context.state == Asks.JOIN)  # it replaces the draft that was offered to join
    if context.rest:
        picked = pick(context, _joined_lately(context), tuple(OPEN), REPORT_APART)
        return picked if isinstance(picked, Reply) else _taken_out(context, picked[0])
    last = tickets(_joined_lately(context), tuple(OPEN)).join(Follower).order_by(None)
    last = last.where(Follower.person_id == context.person.id).order_by(Follower.joined_at.desc())
    ticket = context.session.scalars(last.limit(1)).first()
    return _taken_out(context, ticket) if ticket else Reply(context.say("joining.what_apart"), Asks.APART)


@router.on(in_state(Asks.APART))
def told_apart(context: Context) -> Reply | None:
    """The words that we asked for after 「另报」."""
    return None if is_other_matter(context) else _by_itself(context)


@router.on(in_state(Asks.JOIN))
def offer_answered(context: Context) -> Reply | None:
    """1 joins, 2 files a separate ticket; other words are added to the draft, which is then filed separately."""
    draft = _with_more(Draft.of(context.slots), context.choice.words if context.choice else "")
    number = context.number
    if number == 0:
        return _joined(context, draft)
    if number == 1:
        return _and_the_rest(context, replace(draft, alone=True))
    if is_other_matter(context) or is_politeness(context):
        return None
    if _is_elsewhere(context):
        return None
    if is_hurry(context):  # 「快点」 is no answer
        return Reply(context.question.text if context.question else "", keep=True)
    told = replace(draft, text=f"{draft.text}。{context.text}", alone=True)
    mention = context.understanding.place if context.understanding else None
    return _and_the_rest(context, locate.in_house(told, mention) if mention and not mention.known else told)


def _is_elsewhere(context: Context) -> bool:
    """Return whether they tell of another thing or house than the one offered, however sure the reader is of it."""
    seen = context.understanding
    told = seen is not None and seen.sure and is_told_as_trouble(seen)
    return told and context.question is not None and not is_about(context.question, context)


def _with_more(draft: Draft, words: str) -> Draft:
    """「加入，我家也进水了」: add the words to the draft."""
    return draft if not words or says_nothing(words) else replace(draft, text=f"{draft.text}。{words}")


@router.on(in_state(Asks.JOINED))
def apart_after_all(context: Context) -> Reply | None:
    """「另报」 after joining: leave the event and file a separate ticket, with their photos."""
    plainly = _APART_FOR.fullmatch(context.text)
    if not plainly and not _APART.fullmatch(context.text):
        return None
    draft = replace(Draft.of(context.slots["draft"]), alone=True)
    ticket = context.session.get(Ticket, context.slots["ticket"])
    if ticket and context.slots["joined"]:
        leave(context, ticket)
    return _told_better(context, draft, plainly[1]) if plainly else filed(context, draft)


def _joined(context: Context, draft: Draft) -> Reply:
    """Join the event that was offered; if it has ended meanwhile, file a ticket."""
    ticket = context.session.get(Ticket, draft.same) if draft.same else None
    if ticket is None or Status(ticket.status) not in OPEN:
        return _and_the_rest(context, draft)
    waits = context.session.get(Follower, (ticket.id, context.person.id))
    if waits is not None:  # they follow it already
        return _and_the_rest(context, draft)
    joined = join(context, ticket, replace(draft, rest=()))
    others = one_by_one(context, [Draft.of(each) for each in draft.rest]) if draft.rest else None
    return replace(others, text=f"{joined.text}\n\n{others.text}") if others else joined


def _and_the_rest(context: Context, draft: Draft) -> Reply:
    """Go on with this problem, and with the message's other problems."""
    if not draft.rest:
        return go_on(context, draft)
    return one_by_one(context, [replace(draft, rest=()), *(Draft.of(each) for each in draft.rest)])


def _by_itself(context: Context) -> Reply:
    """File the text without comparing it with neighbours' reports."""
    heard = replace(context, understanding=context.town.reader.understand(context.text))
    return go_on(heard, replace(read(heard, heard.text, Draft("")), alone=True))


def _told_better(context: Context, draft: Draft, words: str) -> Reply:
    """「不是一件事，我家水管漏水」: the same place, unless the words name another."""
    heard = replace(context, understanding=context.town.reader.understand(words))
    return go_on(heard, read(heard, words, replace(draft, category="", item="", red_flag="", parts=())))


def _joined_lately(context: Context) -> ColumnElement[bool]:
    """Others' tickets that they joined within the joining window."""
    since = context.now - timedelta(hours=context.town.joining.window_hours)
    lately = select(Follower.ticket_id).where(Follower.person_id == context.person.id, Follower.joined_at >= since)
    return followed(context.person) & Ticket.id.in_(lately) & (Ticket.reporter_id != context.person.id)


def _taken_out(context: Context, ticket: Ticket) -> Reply:
    """Leave the event, and file what they said when they joined as a separate ticket, with their photos."""
    person = context.person
    text = context.session.get_one(Follower, (ticket.id, person.id)).text or ticket.text
    draft = of_part(context, as_seen_by(context, ticket, text), text, ticket.category, ticket.item)
    photos = select(Attachment.id).where(Attachment.ticket_id == ticket.id, Attachment.person_id == person.id)
    own = replace(draft, attachments=tuple(context.session.scalars(photos)))
    leave(context, ticket)
    return filed(context, own)
