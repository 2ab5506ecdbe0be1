"""What one installation is: its world, its rules, its words. One frozen value that every handler is given."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated, Protocol

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from handlers.practice_settings.practices import Practices
from handlers.practice_settings.scores import Scoring
from handlers.town.catalogue import Catalogue
from handlers.town.digests import Digests
from handlers.town.downloads import Links
from handlers.town.duties import Duties
from handlers.town.levels import Levels
from handlers.town.limits import Limits
from handlers.town.privacy import Privacy
from handlers.town.quiet_hours import QuietHours
from handlers.town.routing import Routing
from handlers.town.same_event_rules import SameEventRules
from handlers.town.whistle_rules import WhistleRules
from handlers.town.wordings import Wordings
from handlers.world.staff import Staff
from handlers.world.world import World
from models.calendar import Calendar
from nlp.faq.answers import Answers
from nlp.questions.names import Names
from nlp.reading.understanding import Understanding

Minutes = Annotated[int, Field(gt=0)]
Hours = Annotated[int, Field(gt=0)]
Days = Annotated[int, Field(gt=0)]
Count = Annotated[int, Field(gt=0)]


class Habits(BaseModel):
    """Section `habits`: how patient the bot is, in minutes, hours and days."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    question_minutes: Minutes = 30
    """An open question is over after this; a report that it was about is filed with what is known"""
    recent_minutes: Minutes = 60
    """A photo, place or word that follows a report within this belongs to it"""
    urge_minutes: Minutes = 30
    """One 催办 per ticket and this time reaches the team; more would only annoy"""
    lapse_days: Days = 7
    """A resident who doesn't answer the follow-up: the ticket ends by default, not as solved"""
    reopen_days: Days = 14
    """So long a resident may say that it was not solved after all"""
    invitation_days: Days = 3
    ask_days: Days = 2
    """So long a resident may take to answer; then the clocks run on without the answer"""
    messages_a_minute: Count = 60
    """So many messages of one resident are answered; dangers and staff are not counted"""
    reports_a_day: Count = 50
    suspend_days: Days = 90
    """The farthest day to which a ticket may be suspended"""
    talk_minutes: Minutes = 30
    """A talk with a person goes on so long after what was said last; then the bot answers again"""
    incomplete_hours: Hours = 24
    """So long a report without a place waits for its resident; then a person sees to it"""

    @property
    def waits_for_words(self) -> timedelta:
        """How long a photo or a voice is kept for the words that go with it."""
        return timedelta(hours=self.incomplete_hours)


class Contacts(BaseModel):
    """Section `contacts`: whom to call. Shown with red flags and 转人工."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    hall: str = ""
    gas: str = ""
    lift: str = ""
    water: str = ""
    power: str = ""
    helpline: str = "12356"
    """The national line for people in mental distress"""


class Reads(Protocol):
    """What we need of a reader of texts (`nlp.reading.reader.Reader` is one)."""

    def understand(self, text: str) -> Understanding: ...

    def complained_of(self, text: str, they: frozenset[str] = frozenset()) -> frozenset[str]: ...

    def explain(self, text: str, category: str = "") -> tuple[tuple[str, float], ...]: ...


class Towns(Protocol):
    """Gives the town as it is now; reads it again when the world has changed."""

    @property
    def known(self) -> "Town":
        """As it was last seen: enough to tell whom it is worth looking at."""

    def current(self, session: Session) -> "Town": ...

    def reader(self) -> Reads: ...


@dataclass(frozen=True, slots=True)
class Town:
    """World, rules and words of one installation."""

    name: str
    world: World
    routing: Routing
    limits: Limits
    calendar: Calendar
    catalogue: Catalogue
    say: Wordings
    habits: Habits
    contacts: Contacts
    privacy: Privacy
    whistle: WhistleRules
    joining: SameEventRules
    quiet_hours: QuietHours
    levels: Levels
    reader: Reads
    practices: Practices = field(default_factory=Practices)
    households: Mapping[str, int] = field(default_factory=dict)
    """By the compound's name, as far as the clerk has told"""
    scoring: Scoring = field(default_factory=Scoring)
    digests: Digests = field(default_factory=Digests)
    duties: Duties = field(default_factory=Duties)
    staff: Staff = field(default_factory=Staff)
    names: Names = field(default_factory=Names)
    """What questions may call by name, out of world, staff and catalogue"""
    has_group: bool = False
    """Red flags are told in a group of WeCom, too"""
    answers: Answers = field(default_factory=Answers)
    """To what is asked again and again"""
    links: Links | None = None
    """None: no address is known under which we could be reached"""
    hears: bool = False
    """Voices are written down by a machine; else people listen"""
