"""One installation's world, rules and wordings, as one frozen value that every handler gets."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated, Protocol

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from handlers.practice_settings.practices import Practices
from handlers.practice_settings.scores import Scoring
from handlers.town.catalogue import Catalogue
from handlers.town.digest_rules import Digests
from handlers.town.downloads import Links
from handlers.town.duties import Duties
from handlers.town.escalation_levels import Levels
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
    """Section `habits`: time limits of dialogues and tickets, in minutes, hours and days."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    question_minutes: Minutes = 30
    """An open question expires after this; its draft is then filed with what is known"""
    recent_minutes: Minutes = 60
    """A photo, place or text sent within this time after a report belongs to it"""
    urge_minutes: Minutes = 30
    """The team gets at most one 催办 for a ticket within this time"""
    lapse_days: Days = 7
    """If the resident doesn't answer the follow-up within this, the ticket closes by default, not as solved"""
    reopen_days: Days = 14
    """How long after the end a resident may say that it was not solved"""
    invitation_days: Days = 3
    ask_days: Days = 2
    """How long staff's question to a resident stops the clocks; then they resume without an answer"""
    messages_a_minute: Count = 60
    """The rate limit for one resident; dangers and staff are exempt"""
    reports_a_day: Count = 50
    suspend_days: Days = 90
    """The longest time for which a ticket may be suspended"""
    talk_minutes: Minutes = 30
    """A talk with staff ends this long after its last message; then the bot answers again"""
    incomplete_hours: Hours = 24
    """How long a report without a place waits for its resident; then it goes to the desk"""

    @property
    def waits_for_words(self) -> timedelta:
        """How long a photo or voice waits for its words."""
        return timedelta(hours=self.incomplete_hours)


class Contacts(BaseModel):
    """Section `contacts`: telephone numbers, shown with red flags and 转人工."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    hall: str = ""
    gas: str = ""
    lift: str = ""
    water: str = ""
    power: str = ""
    helpline: str = "12356"
    """The national line for people in mental distress"""


class TextReader(Protocol):
    """What we need of a reader of texts (`nlp.reading.reader.Reader` is one)."""

    def understand(self, text: str) -> Understanding: ...

    def complained_of(self, text: str, they: frozenset[str] = frozenset()) -> frozenset[str]: ...

    def named(self, text: str) -> frozenset[str]: ...

    def explain(self, text: str, category: str = "") -> tuple[tuple[str, float], ...]: ...


class Towns(Protocol):
    """Provides the current town; reads it again when the world has changed."""

    @property
    def known(self) -> "Town":
        """The town as last read; no database access."""

    def current(self, session: Session) -> "Town": ...

    def reader(self) -> TextReader: ...


@dataclass(frozen=True, slots=True)
class Town:
    """World, rules and wordings of one installation."""

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
    reader: TextReader
    practices: Practices = field(default_factory=Practices)
    households: Mapping[str, int] = field(default_factory=dict)
    """Number of households by the compound's name, as far as the clerk has entered them"""
    scoring: Scoring = field(default_factory=Scoring)
    digests: Digests = field(default_factory=Digests)
    duties: Duties = field(default_factory=Duties)
    staff: Staff = field(default_factory=Staff)
    names: Names = field(default_factory=Names)
    """Names that questions may contain, from world, staff and catalogue"""
    has_group: bool = False
    """Red flags are also posted in a WeCom group"""
    answers: Answers = field(default_factory=Answers)
    """Answers to frequent questions"""
    links: Links | None = None
    """None: the program's public address is not configured"""
    hears: bool = False
    """Voice messages are transcribed by speech recognition; otherwise staff listen to them"""
