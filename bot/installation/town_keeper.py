"""The town in one process's memory: read at the start, and again when the world has changed."""

import os
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar, cast

import structlog
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot.installation.config_problems import ConfigError, read_file
from bot.installation.operator_errors import of_file
from bot.installation.settings import Settings
from bot.installation.signed_links import links
from handlers.practice_settings.households import read_households
from handlers.practice_settings.scores import Scoring, read_scoring
from handlers.tables.table import TableError
from handlers.town.catalogue import Catalogue, read_catalogue
from handlers.town.duties import Duties, read_duties
from handlers.town.limits import Limits, read_limits
from handlers.town.names import names_of
from handlers.town.town import TextReader, Town
from handlers.town.wordings import WordingError, Wordings, read_wordings
from handlers.world.answers import load_answers
from handlers.world.staff import load_staff
from handlers.world.world import World, load_world, versions
from models.sessions import reading_sessions
from nlp.faq.answers import Answer, Answers
from nlp.model import store
from nlp.model.store import BadModelError
from nlp.reading.reader import Reader

log = structlog.get_logger(__name__)
_Read = TypeVar("_Read")
_A_LITTLE = 0.3
"""Seconds that a message waits for a new world; WeChat allows five in all"""
_A_MOMENT = 1_000_000_000
"""Nanoseconds; more than the resolution of file systems' times"""


class TownKeeper:
    """Gives every message the current town. Rules and wordings are fixed until the next start."""

    def __init__(self, settings: Settings, reader: Reader) -> None:
        self._town = read_town(settings, reader)
        self._model = settings.path(settings.files.model)
        self._folder, self._seen_at = str(self._model), 0
        self._version = reader.model.card.version
        self._lock = threading.Lock()
        self._is_read = False
        self._answers = ""
        self._renewing: threading.Thread | None = None

    def reader(self) -> Reader:
        """The current model with the place names of the last read world. Loads a model that was trained at night."""
        if self._may_be_new():
            try:
                changed = store.current(self._model) != self._version
            except BadModelError:  # no pointer, perhaps only for a moment: keep ours
                changed = False
            if changed:
                with self._lock:
                    self._take_model()
        reader: Any = self._town.reader
        return reader  # type: ignore[no-any-return]

    def _may_be_new(self) -> bool:
        """Whether the model's folder has changed since the last look, because a new pointer was put there."""
        try:
            at = os.stat(self._folder).st_mtime_ns  # noqa: PTH116  (a Path would cost more than the look itself)
        except OSError:
            return False
        if at == self._seen_at:
            return False
        self._seen_at = at if time.time_ns() - at > _A_MOMENT else 0  # a later change may have the same time
        return True

    @property
    def known(self) -> Town:
        """The town as last read."""
        return self._town

    @property
    def say(self) -> Wordings:
        return self._town.say

    def current(self, session: Session) -> Town:
        """The current town. A changed world is read in a separate thread, because that may take seconds.

        Until then the old one is used, which is safe because its rows are never deleted. The staff are few, so they are
        read at once.
        """
        version, staff, answers = versions(session)
        if not self._is_read:
            with self._lock:
                self._take(load_world(session))
        elif version != self._town.world.version:
            self._renew(session.get_bind())
        if staff != self._town.staff.version:
            with self._lock:
                self._town = _named(replace(self._town, staff=load_staff(session, staff)))
        if answers != self._answers:
            with self._lock:
                self._take_answers(load_answers(session), answers)
        return self._town

    def _take_answers(self, rows: tuple[Answer, ...], version: str) -> None:
        """Use new answers."""
        cut = cast("Reader", self._town.reader).model.segmenter.cut
        self._town, self._answers = replace(self._town, answers=Answers(rows, cut).prepare()), version

    def _renew(self, engine: Engine | Connection) -> None:
        """Start one thread that reads the world; wait a little, which is enough for a small town."""
        with self._lock:
            if self._renewing and self._renewing.is_alive():
                return
            self._renewing = threading.Thread(target=self._renewed, args=(engine,), name="world", daemon=True)
            self._renewing.start()
        self._renewing.join(_A_LITTLE)

    def settled(self) -> None:
        """Wait until a running read of the world has ended."""
        if self._renewing:
            self._renewing.join()

    def _renewed(self, engine: Engine) -> None:
        try:
            with reading_sessions(engine)() as session:
                world = load_world(session)
        except SQLAlchemyError as error:  # the next message tries again
            log.warning("world_not_read", why=type(error).__name__)
            return
        with self._lock:
            self._take(world)

    def _take(self, world: World) -> None:
        reader = cast("Reader", self._town.reader).with_places(world.gazetteer)
        self._town = _named(replace(self._town, world=world, reader=reader))
        self._is_read = True

    def _take_model(self) -> None:
        self._version = store.current(self._model)
        try:
            reader = Reader.load(self._model, self._town.world.gazetteer)
        except BadModelError as error:  # keep ours; `check` reports the new one
            log.error("model_refused", why=str(error))  # noqa: TRY400
            return
        self._town = replace(self._town, reader=reader)


def _named(town: Town) -> Town:
    return replace(town, names=names_of(town.world, town.staff, town.catalogue))


@dataclass(frozen=True, slots=True)
class TownFiles:
    """The content of the clerk's files."""

    catalogue: Catalogue
    limits: Limits
    duties: Duties
    households: Mapping[str, int]
    scoring: Scoring
    say: Wordings


def read_files(settings: Settings) -> TownFiles:
    """Read limits, wordings and names, and check them against the rules. Raises ConfigError with all problems."""
    problems: list[str] = []
    catalogue = _read(lambda: read_catalogue(settings.path(settings.files.categories)), problems) or Catalogue({}, {})
    limits = _read(lambda: read_limits(settings.path(settings.files.limits)), problems) or Limits([])
    duties = _read(lambda: read_duties(settings.path(settings.files.duties), catalogue), problems) or Duties()
    households = _read(lambda: read_households(settings.path(settings.files.households)), problems) or {}
    scores, grades = settings.path(settings.files.scores), settings.path(settings.files.grades)
    scoring = _read(lambda: read_scoring(scores, grades), problems) or Scoring()
    own = settings.path(settings.files.own_wordings) if settings.files.own_wordings else None
    say = _read(lambda: read_wordings(settings.path(settings.files.wordings), own), problems) or Wordings({})
    if not problems:
        problems = [*_unpromised(settings, catalogue, limits), *_strange_words(settings, catalogue)]
    if problems:
        raise ConfigError(problems)
    return TownFiles(catalogue, limits, duties, households, scoring, say)


def read_town(settings: Settings, reader: TextReader) -> Town:
    """The town without its world, which comes from the database. Raises ConfigError."""
    files = read_files(settings)
    return Town(
        name=settings.town,
        world=World(""),
        routing=settings.routing,
        limits=files.limits,
        duties=files.duties,
        households=files.households,
        scoring=files.scoring,
        calendar=settings.working_hours.calendar(),
        catalogue=files.catalogue,
        say=files.say.changed(settings.practices.in_their_sentence),
        habits=settings.habits,
        contacts=settings.contacts,
        whistle=settings.whistle,
        joining=settings.joining,
        quiet_hours=settings.quiet_hours,
        levels=settings.levels,
        practices=settings.practices,
        digests=settings.digests,
        privacy=settings.privacy,
        reader=reader,
        links=links(settings),
        has_group=settings.wecom.is_used and bool(settings.wecom.robot.get_secret_value()),
        hears=bool(settings.speech.server or settings.speech.folder),
    )


def _read(reading: Callable[[], _Read], problems: list[str]) -> _Read | None:
    try:
        return reading()
    except TableError as error:
        problems += map(str, error.problems)
    except WordingError as error:
        problems += error.problems
    except OSError as error:
        problems.append(f"读不到 {error.filename}：{of_file(error)}")
    return None


def _unpromised(settings: Settings, catalogue: Catalogue, limits: Limits) -> list[str]:
    lacking = limits.lacking(list(catalogue.categories))
    return [f"{settings.files.limits.name}：类别“{key}”没有时限" for key in lacking]


def _strange_words(settings: Settings, catalogue: Catalogue) -> list[str]:
    """Categories and sub-items in the rules that are missing in the catalogue."""
    problems = []
    lines = read_file(settings.source).lines
    for number, rule in enumerate(settings.routing.rules):
        where = f"{settings.source.name} 第{lines.get(('routing', 'rules', number), 0)}行 规则“{rule.name}”"
        when = rule.when
        strange = [key for key in (when.category if when else ()) if key not in catalogue.categories]
        strange += [key for key in (when.item if when else ()) if key not in catalogue.items]
        problems += [f"{where}：没有“{key}”这个类别或子项" for key in strange]
    return problems
