"""「公示」: a compound's notice, for the chat, the notice board and a page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from json import loads

from sqlalchemy import select
from sqlalchemy.orm import Session

from handlers.dialogue.command import Command
from handlers.dialogue.context import Context
from handlers.dialogue.message import Reply
from handlers.dialogue.router import Router
from handlers.figures.counts import percent
from handlers.practices.compounds import named
from handlers.public_notice.figures import Month
from handlers.public_notice.issue import following
from handlers.town.town import Town
from handlers.town.wording_examples import a_place
from models.person import EVERYBODY
from models.promise import Practice
from models.public_notice import Notice, NoticeCompound
from nlp.questions.periods import find_period

router = Router("publicity")
_SHOWN = 5

READ = Command(
    ("公示",),
    roles=EVERYBODY,
    only_asks=True,
    help="公示 [小区] [上月]：小区一个月报了多少、办了多少",
    practice=Practice.PUBLICITY,
)


@dataclass(frozen=True, slots=True)
class Published:
    """A compound's published month."""

    month: str
    place_id: int
    name: str
    figures: Month
    hash: str


def published(session: Session, places: Sequence[int], month: str = "") -> Published | None:
    """The latest notice of these places, or that of a month; None if there is none."""
    query = select(Notice, NoticeCompound).join(NoticeCompound, NoticeCompound.notice_id == Notice.id)
    query = query.where(NoticeCompound.place_id.in_(places))
    query = query.where(Notice.month == month) if month else query
    found = session.execute(query.order_by(Notice.month.desc(), NoticeCompound.place_id).limit(1)).one_or_none()
    if found is None:
        return None
    notice, compound = found
    return Published(notice.month, compound.place_id, compound.name, Month.of(loads(compound.figures)), notice.hash)


@router.command(READ)
def read(context: Context) -> Reply:
    places, words = named(context.town, context.rest)
    ids = [place.id for place in places] or [each for each in (context.person.home_place_id,) if each]
    if not ids:
        return Reply(context.say("publicity.which", place=a_place(context.town)), keep=True)
    period = find_period(words, context.now) if words else None
    if words and not (period and _is_a_month(period.since, period.until)):
        return Reply(context.say("publicity.which_month", words=words[:20]), keep=True)
    told = published(context.session, ids, f"{period.since:%Y-%m}" if period else "")
    if told is None:
        return Reply(context.say("publicity.none"), keep=True)
    return Reply("\n".join(lines(context.town, told, _SHOWN)) + _link(context, told), keep=True)


def _is_a_month(since: datetime, until: datetime) -> bool:
    return since.day == 1 and until in {following(since), min(until, following(since))}


def _link(context: Context, told: Published) -> str:
    links = context.town.links
    return context.say("publicity.page", link=links.to_notice(told.month, told.place_id)) if links else ""


def lines(town: Town, told: Published, most: int | None = None) -> list[str]:
    """The notice as lines, without names, buildings or telephone numbers."""
    month, say = told.figures, town.say
    year, number = told.month.split("-")
    practice = town.practices.name(Practice.PUBLICITY)
    title = say("publicity.title", place=told.name, year=year, month=int(number), practice=practice)
    categories = sorted(month.categories.items(), key=lambda each: (-each[1], each[0]))
    by_category = "、".join(f"{town.catalogue.name(key)} {count}" for key, count in categories)
    said = [
        title,
        say("publicity.filed", count=month.filed, categories=f"（{by_category}）" if by_category else ""),
        say("publicity.closed", count=month.closed, confirmed=month.confirmed),
        say("publicity.promised", due=month.due, kept=month.kept),
        say(
            "publicity.rates",
            published=percent(month.published_rate),
            kept=percent(month.kept_rate),
            complaints="—" if month.complaint_rate is None else f"{month.complaint_rate:.2f}",
        ),
    ]
    shown = month.published if most is None else month.published[:most]
    said += [say("publicity.done", what=what, answer=answer) for _, what, answer in shown]
    if len(shown) < len(month.published):
        said.append(say("publicity.more", count=len(month.published)))
    return said
