"""Turn a draft into a ticket: ask for one missing fact at a time, or file it."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from handlers.announcements.answered_by_notice import answered_by_notice
from handlers.appointments.lifecycle import offered
from handlers.dialogue.choices import numbered
from handlers.dialogue.context import Context
from handlers.dialogue.message import Reply
from handlers.dialogue.states import Asks
from handlers.disclosure.policy import shut_out
from handlers.neighbours.event import taken_in
from handlers.notifications import ticket_text
from handlers.notifications.night import waits
from handlers.residents import locate
from handlers.tickets.change import PersonalChange
from handlers.tickets.draft import Draft
from handlers.tickets.filing import file, last_place, recent
from models.status_moves import Status
from models.ticket import Ticket
from nlp.reading.complained_of import asks_secrecy

_OF_THE_HOUSE = ("楼", "电梯")
"""「楼下」「楼道」「电梯口」 belong to the building that was named; a gate or crossing belongs only to the compound"""


def go_on(context: Context, draft: Draft) -> Reply:
    """Ask for the next missing fact, or file. Each question is asked once; a danger is filed without questions."""
    if draft.red_flag:
        draft = locate.known(context, draft, draft.guess, draft.text) if draft.guess else draft
    elif not draft.parts and (announced := answered_by_notice(context, draft)):
        return announced
    elif question := _question(context, draft):
        return question
    return one_by_one(context, of_parts(context, draft)) if draft.parts else _taken(context, draft)


def one_by_one(context: Context, drafts: Sequence[Draft]) -> Reply:
    """Join or file each problem of a message; if one needs the question whether to join, the others wait for it."""
    said: list[str] = []
    last = Reply("")
    for number, draft in enumerate(drafts, start=1):
        reply = _taken(context, draft)
        said.append(reply.text)
        if reply.state == Asks.JOIN:
            rest = tuple(each.slots() for each in drafts[number:])
            return Reply("\n\n".join(said), Asks.JOIN, {**reply.slots, "rest": rest})
        last = reply if reply.state == Asks.TICKET_PLACE else last
    return replace(last, text="\n\n".join(said))


def _taken(context: Context, draft: Draft) -> Reply:
    return answered_by_notice(context, draft) or taken_in(context, draft) or filed(context, draft)


def of_parts(context: PersonalChange, draft: Draft) -> list[Draft]:
    """A draft for each problem, dangers first; the first draft gets the photos."""
    drafts = [of_part(context, draft, *part) for part in draft.parts]
    if draft.red_flag and not any(each.red_flag for each in drafts):
        drafts[0] = replace(drafts[0], red_flag=draft.red_flag)
    drafts.sort(key=lambda each: not each.red_flag)
    return [replace(drafts[0], attachments=draft.attachments), *drafts[1:]]


def of_part(context: PersonalChange, draft: Draft, text: str, category: str, item: str) -> Draft:
    """A draft from the words of one problem; facts that they leave out are copied from the whole draft."""
    seen = context.town.reader.understand(text)
    part = replace(draft, text=text, category=category, item=item, parts=(), attachments=())
    part = replace(part, urgent=seen.urgent, red_flag=seen.red_flag)
    mention = seen.place
    if mention is None:
        return part
    there = replace(part, building=mention.building, unit=mention.unit, room=mention.room)
    if mention.known and not mention.guessed and mention.known != draft.place_name:
        in_background = locate.known(context, there, mention.known, text)
        return in_background if locate.is_placed(in_background) else part
    elsewhere_in_it = mention.landmark and not mention.landmark.startswith(_OF_THE_HOUSE)
    return there if mention.building or elsewhere_in_it else part


def _question(context: Context, draft: Draft) -> Reply | None:
    """The question for the first missing fact that was not asked yet; None if there is none."""
    missing: tuple[tuple[str, bool, Callable[[Context, Draft], Reply]], ...] = (
        (Asks.DANGER, bool(draft.danger_question), _ask_danger),
        (Asks.PARTS, bool(draft.parts), _ask_parts),
        (Asks.CATEGORY, not draft.category and not draft.parts, ask_category),
        (Asks.GUESS, bool(draft.guess), _ask_guess),
        (Asks.WHICH_PLACE, bool(draft.places), _ask_which_place),
        (Asks.PLACE, not locate.is_placed(draft) and not draft.places, _ask_place),
        (Asks.BUILDING, _lacks_building(context, draft), _ask_building),
    )
    asks = (ask for state, is_missing, ask in missing if is_missing and state not in draft.asked)
    return next((ask(context, draft) for ask in asks), None)


def _ask_danger(context: Context, draft: Draft) -> Reply:
    question = context.say(f"danger_question.{draft.danger_question}")
    return _ask(context, draft, Asks.DANGER, "filing.danger", question=question)


def _ask_parts(context: Context, draft: Draft) -> Reply:
    listed = numbered([f"{context.town.catalogue.name(c, i)}：{text[:30]}" for text, c, i in draft.parts])
    return _ask(context, draft, Asks.PARTS, "filing.parts", parts=listed)


def _ask_guess(context: Context, draft: Draft) -> Reply:
    return _ask(context, draft, Asks.GUESS, "filing.is_it", name=draft.place_name, guess=draft.guess)


def _lacks_building(context: Context, draft: Draft) -> bool:
    """The grid depends on the building, or a unit was given without its building."""
    return locate.needs_building(context, draft) or bool(draft.unit and not draft.building and draft.place_id)


def _ask_place(context: Context, draft: Draft) -> Reply:
    """Ask for the place; offer once the compound of their last report, if they name a building or told it just now."""
    lately = None if draft.place_name or Asks.GUESS in draft.asked else _told_lately(context, draft)
    if lately:
        house = ticket_text.address("", draft.building, draft.unit, draft.room)
        values = {"guess": lately, "house": house}
        return _ask(context, replace(draft, guess=lately), Asks.GUESS, "filing.is_it_there", **values)
    what = context.town.catalogue.name(draft.category, draft.item)
    house = ticket_text.address("", draft.building, draft.unit, draft.room)
    return _ask(
        context, draft, Asks.PLACE, _how_to_ask_where(draft, what), name=draft.place_name, what=what, house=house
    )


def _told_lately(context: Context, draft: Draft) -> str:
    if draft.building or draft.unit:
        place = context.town.world.places.get(last_place(context) or 0)
    else:
        last = recent(context, context.town.habits.recent_minutes) if context.filed_lately else None
        place = context.town.world.places.get(last.place_id or 0) if last else None
    return place.name if place else ""


def _how_to_ask_where(draft: Draft, what: str) -> str:
    if draft.place_name:
        return "filing.where_unknown_name"
    if draft.building:
        return "filing.where_is_house"
    return "filing.where" if what else "filing.where_of_something"


def ask_place_again(context: Context, draft: Draft) -> Reply:
    """Ask for the place again and say why: the answer gave no place, or only the building."""
    if draft.building or draft.unit:
        return _ask_place(context, draft)
    return _ask(context, draft, Asks.PLACE, "filing.where_again")


def _ask_building(context: Context, draft: Draft) -> Reply:
    return _ask(context, draft, Asks.BUILDING, "filing.which_building", name=draft.place_name)


def _ask(context: Context, draft: Draft, state: str, key: str, /, **values: object) -> Reply:
    asked = replace(draft, asked=(*draft.asked, state))
    return Reply(context.say(key, **values), state, asked.slots())


def ask_category(context: Context, draft: Draft) -> Reply:
    """Ask for the category; offers the likeliest ones."""
    known = [key for key in draft.choices if key in context.town.catalogue.categories]
    choices = tuple(dict.fromkeys((*known, "other")))
    names = numbered([context.town.catalogue.name(key) for key in choices])
    return _ask(context, replace(draft, choices=choices), Asks.CATEGORY, "filing.which_category", choices=names)


def _ask_which_place(context: Context, draft: Draft) -> Reply:
    world = context.town.world
    communities = [world.grids[world.places[place].community].name for place in draft.places]
    values = {"name": draft.place_name, "choices": numbered(communities)}
    return _ask(context, draft, Asks.WHICH_PLACE, "filing.which_place", **values)


def filed(context: Context, draft: Draft) -> Reply:
    """File the draft; the reply gives number, team and deadlines."""
    if not draft.red_flag and has_reported_enough(context):
        return Reply(context.say("filing.too_many", phone=context.town.contacts.hall))
    ticket = file(context, draft, context.person)
    if context.person.scanned:  # writing "" over "" would make SQLAlchemy check the row for changes
        context.person.scanned = ""
    offered(context, ticket)
    said = [context.say(f"red_flag.{draft.red_flag}", **context.town.contacts.model_dump())] if draft.red_flag else []
    said.append(receipt(context, ticket))
    if draft.red_flag and not ticket.team:
        said.append(context.say("filing.where_at_once"))
        return Reply("\n\n".join(said), Asks.TICKET_PLACE, {"ticket": ticket.id, "danger": True})
    return Reply("\n\n".join(said))


def has_reported_enough(context: Context) -> bool:
    """The resident has reached the daily limit of reports; staff have none."""
    if context.person.id in context.town.staff.people:
        return False
    return context.filed_lately >= context.town.habits.reports_a_day


def receipt(context: Context, ticket: Ticket) -> str:
    """The receipt: number, problem, place, team, deadlines and the clause behind them."""
    town = context.town
    without_team = "filing.filed_incomplete" if ticket.status == Status.INCOMPLETE else "filing.filed_unrouted"
    return context.say(
        "filing.filed" if ticket.team else without_team,
        number=ticket.number,
        what=town.catalogue.name(ticket.category, ticket.item),
        category=town.catalogue.name(ticket.category),
        where=ticket_text.where(ticket),
        team=ticket_text.team_name(town, ticket.team),
        accept_by=ticket_text.moment(ticket.accept_by, context.now),
        handle_by=ticket_text.moment(ticket.handle_by, context.now),
        clause=town.limits.clause(ticket.limit_rule),
        phone=town.contacts.hall,
        night=_by_night(context, ticket) + who_will_know(context, ticket, ticket.text),
    )


def who_will_know(context: Context, ticket: Ticket, words: str) -> str:
    """What is kept secret from whom, if the words ask for it; else ""."""
    if not asks_secrecy(words):
        return ""
    key = "filing.kept_from_them" if shut_out(context.town, ticket) else "filing.kept_secret"
    return context.say(key, number=ticket.number)


def _by_night(context: Context, ticket: Ticket) -> str:
    """If the limit only starts in the morning, say so, with a telephone number for those who can't wait."""
    town, now = context.town, context.now
    if not waits(town, ticket, now):
        return ""
    morning = ticket_text.moment(town.quiet_hours.wait(now), now)
    return context.say("filing.night", morning=morning, phone=town.contacts.hall)
