"""A town for random lives: who may act, time with its timers, and what must hold of every ticket at every moment."""

from collections import defaultdict
from datetime import time

from chat import SUPERVISOR
from sqlalchemy import delete, select, update

from models.approval import Approval, Approver, Question
from models.base import Base
from models.calendar import Span
from models.conversation import Asked
from models.follower import NOT_SOLVED, Follower
from models.person import Person
from models.push import Push, Timer
from models.status_moves import ACTIVE, ENDED, MOVES, Status
from models.supporting_teams import Support
from models.ticket import CHINA, Ticket, TicketEvent

_WORLD = {"grids", "places", "place_aliases", "place_ranges", "teams", "team_areas", "people", "person_roles", "facts"}
_LIMITS = {"accept_remind", "accept_overdue", "accept_climb", "handle_remind", "handle_overdue", "handle_climb"}
_WATCHED_BY = {
    Status.INCOMPLETE: {"incomplete_waits"},
    Status.PENDING: {"desk_waits"},
    Status.RECEIVED: {"desk_waits"},
    Status.DISPATCHED: _LIMITS,
    Status.WORKING: _LIMITS,
    Status.SUSPENDED: {"resume"},
    Status.RESOLVED: {"lapse"},
}
_CLOSERS = {"confirmed": {"resident"}, "default": {"system"}}
_TOLD = {
    "verify": "verify",
    "escalate": "escalate",
    "extend": "extend",
    "suspend": "suspend",
    "resume": "resume",
    "decline": "decline",
}
"""Moves of which the reporter must hear, and by which push"""


def forget_everything(program):
    """A town where nothing has happened yet."""
    with program.sessions() as session, session.begin():
        session.execute(update(Ticket).values(merged_into=None, split_from=None))
        session.execute(update(Person).values(last_inbound_at=None))
        for table in reversed(Base.metadata.sorted_tables):
            if table.name not in _WORLD and not table.name.startswith(("roster", "tokens")):
                session.execute(delete(table))


class Town:
    """One life."""

    def __init__(self, program, clock, chat):
        self.program, self.clock, self.chat = program, clock, chat
        self.first_teams = {}
        with program.reading() as session:
            self.world = program.towns.current(session).world
            self.staff = defaultdict(list)
            for person in session.scalars(select(Person).where(Person.openid.is_not(None)).order_by(Person.id)):
                if person.team and person.is_staff:
                    self.staff[person.team].append(person.openid)

    def says(self, who, words):
        reply = self.chat.says(who, words)
        assert reply.strip(), f"silence to {words!r}"
        assert "{" not in reply

    def ticket(self, number):
        """Counted from the newest."""
        tickets = self.chat.tickets()
        return tickets[-1 - number % len(tickets)] if tickets else None

    def number(self, which):
        ticket = self.ticket(which)
        return ticket.number if ticket else "12345"

    def again(self, ticket):
        """As it stands now."""
        return next(each for each in self.chat.tickets() if each.id == ticket.id)

    def someone(self, ticket, who, anybody):
        """The openid of the person with this part in a ticket's life."""
        if who == "reporter":
            with self.program.reading() as session:
                return session.get(Person, ticket.reporter_id).openid
        if who == "approver":
            return self._approver(ticket) or anybody
        if who in {"neighbour", "called"}:
            return (self._neighbour(ticket) if who == "neighbour" else self._called(ticket)) or anybody
        if who == "overseer":
            return SUPERVISOR
        if who == "anybody" or (who == "holder" and not ticket.team):
            return anybody
        team = ticket.team if who == "holder" else f"C-{ticket.community}"
        return next(iter(self.staff[team]), SUPERVISOR)

    def _neighbour(self, ticket):
        waits = select(Person.openid).join(Follower).where(Follower.ticket_id == ticket.id)
        with self.program.reading() as session:
            return session.scalar(waits.where(Person.id != ticket.reporter_id).limit(1))

    def _called(self, ticket):
        """Somebody of a team that a whistle called and that still has its share to do."""
        calls = select(Support.team).where(Support.ticket_id == ticket.id, Support.ground != "")
        with self.program.reading() as session:
            team = session.scalar(calls.where(Support.finished_at.is_(None), Support.released_at.is_(None)).limit(1))
        return next(iter(self.staff[team]), None)

    def approver_says(self, digit):
        if who := self._approver():
            self.says(who, digit)

    def _approver(self, ticket=None):
        """A person asked for approval, of this ticket or at all."""
        asked = select(Person.openid).join(Approver).join(Approval).where(Approval.decided_at.is_(None))
        asked = asked.where(Approval.ticket_id == ticket.id) if ticket else asked
        with self.program.reading() as session:
            return session.scalar(asked.order_by(Approval.id.desc(), Person.id).limit(1))

    def live(self, span, *, worker=True):
        """Timers ring at their own time, or all at once when the worker is back."""
        until = self.clock.now + span
        while worker:
            with self.program.reading() as session:
                waiting = select(Timer.due_at).where(Timer.due_at <= until, Timer.kind != "fetch_media")
                following = session.scalar(waiting.order_by(Timer.due_at).limit(1))
            if following is None:
                break
            self.clock.now = max(self.clock.now, following)
            self.chat.timers_ring()
        self.clock.now = until
        if worker:
            self.chat.timers_ring()

    def happened(self):
        """Every move, and what else came of them, by name."""
        with self.program.reading() as session:
            yield from session.scalars(select(TicketEvent.move))
            for wish, granted in session.execute(select(Approval.wish, Approval.granted)):
                yield f"{wish} { {True: 'granted', False: 'refused', None: 'open or void'}[granted] }"
            for ticket in session.scalars(select(Ticket)):
                yield from (each for each in (ticket.source, ticket.closing and f"closed {ticket.closing}") if each)
                yield from ["own ticket"] * (ticket.split_from is not None)
            joined = select(Follower.vote).join(Ticket).where(Follower.person_id != Ticket.reporter_id)
            for vote in session.scalars(joined):
                yield "joined"
                if vote is not None:
                    yield "denied by a neighbour" if vote == NOT_SOLVED else "confirmed by a neighbour"
            yield from session.scalars(select(Push.event).where(Push.event == "objected"))

    def check(self):
        with self.program.reading() as session:
            tickets = session.scalars(select(Ticket)).all()
            events, timers = defaultdict(list), defaultdict(set)
            for event in session.scalars(select(TicketEvent).order_by(TicketEvent.id)):
                events[event.ticket_id].append(event)
            for ticket, kind in session.execute(select(Timer.ticket_id, Timer.kind).where(Timer.due_at.is_not(None))):
                timers[ticket].add(kind)
            questions = set(session.scalars(select(Question.ticket_id).where(Question.closed_at.is_(None))))
            pushes = session.scalars(select(Push)).all()
            waiting = select(Timer.subject_id, Timer.due_at).where(Timer.due_at.is_not(None))
            silences = {(person, at) for person, at in session.execute(waiting)}
            self._open_questions(session.scalars(select(Asked)).all(), silences)
            for ticket in tickets:
                self._history(ticket, events[ticket.id])
                self._in_hands(ticket, timers[ticket.id], ticket.id in questions)
                self._ending(ticket, events[ticket.id])
                self._merged(ticket, {each.id: each for each in tickets})
                self._explained(ticket, events[ticket.id], {push.key for push in pushes})
            self._nights({ticket.id: ticket for ticket in tickets}, pushes)

    def _history(self, ticket, events):
        """Every change has its line, in order, and the table of moves allows each."""
        status = Status.INCOMPLETE.value if events and events[0].before == Status.INCOMPLETE else Status.PENDING.value
        for event in events:
            move = MOVES[event.move]
            assert event.before == status, (ticket.number, event.move)
            assert event.after == (move.target.value if move.target else status)
            assert event.note.strip() or not move.needs_reason, (ticket.number, event.move)
            status = event.after
        assert ticket.status == status, ticket.number
        counted = [event.move for event in events]
        assert counted.count("suspend") <= 1
        assert counted.count("return_") <= 2
        first = self.first_teams.setdefault(ticket.id, ticket.first_team) or ticket.first_team
        assert ticket.first_team == first, "首接 was lost"
        self.first_teams[ticket.id] = first

    def _open_questions(self, questions, timers):
        """Somebody who was asked about a report and falls silent has reported all the same."""
        for asked in questions:
            if asked.state.startswith("filing.") and asked.state not in {"filing.words", "filing.ticket_place"}:
                assert (asked.person_id, asked.expires_at) in timers, (asked.state, asked.slots)

    def _in_hands(self, ticket, timers, asked):
        """Somebody can act, and something will look at it by itself."""
        status = Status(ticket.status)
        if status not in ACTIVE:
            return
        where = f"{ticket.number} {status}: timers {timers}, team {ticket.team}"
        if status in {Status.INCOMPLETE, Status.PENDING, Status.RECEIVED}:
            assert ticket.team is None, where
        else:
            assert ticket.team in self.world.teams, where
        if ticket.stopped_at:
            assert status is Status.SUSPENDED or (asked and "answer_waits" in timers), where
        if status is Status.SUSPENDED:
            assert ticket.stopped_at, where
        if not ticket.stopped_at or status is Status.SUSPENDED:
            assert timers & _WATCHED_BY[status], where
        if status in {Status.DISPATCHED, Status.WORKING}:
            assert ticket.accept_by, where
            assert ticket.handle_by, where

    def _ending(self, ticket, events):
        """The four kinds of closing stay apart; none is given twice without the ticket being open in between."""
        status = Status(ticket.status)
        assert (ticket.ended_at is not None) == (status in ENDED), ticket.number
        assert {helper.ended_at for helper in ticket.support} <= {ticket.ended_at}, ticket.number
        assert bool(ticket.closing) == (status in {Status.CLOSED, Status.DECLINED}), (ticket.number, ticket.closing)
        if status is Status.CLOSED:
            by = next(event.by_role for event in reversed(events) if event.move == "close")
            assert by in _CLOSERS.get(ticket.closing, {"grid_staff", "supervisor", "admin"}), (by, ticket.closing)
        if status is Status.DECLINED:
            assert ticket.closing == "not_ours"
        endings = [event for event in events if event.after in ENDED and event.before not in ENDED]
        openings = [event for event in events if event.before in ENDED and event.after not in ENDED]
        assert len(endings) - len(openings) == (status in ENDED)

    def _merged(self, ticket, tickets):
        """What was merged leads somewhere."""
        assert (ticket.merged_into is not None) == (ticket.status == Status.MERGED), ticket.number
        seen = {ticket.id}
        into = tickets.get(ticket.merged_into)
        while into is not None:
            assert into.id not in seen, "merged in a circle"
            seen.add(into.id)
            into = tickets.get(into.merged_into)

    def _explained(self, ticket, events, keys):
        """The reporter hears of every turn that they didn't make themselves."""
        for event in events:
            what = [_TOLD[event.move]] if event.move in _TOLD else []
            if event.move == "close" and event.by_role != "resident":
                what = ["lapse"] if event.by_role == "system" else ["close", "not_ours"]
            if what:
                told = {key for one in what for key in keys if key.startswith(f"{ticket.id}:{one}:{event.id}:")}
                assert told or event.by_person == ticket.reporter_id, (ticket.number, event.move)

    def _nights(self, tickets, pushes):
        """Nobody of the staff is paged at night for anything but a danger, or what runs round the clock."""
        for push in pushes:
            local = push.due_at.astimezone(CHINA).time() if push.due_at else None
            ticket = tickets[push.ticket_id]
            urgent = any(
                Span.parse(limit).round_the_clock for limit in (ticket.accept_limit, ticket.handle_limit) if limit
            )
            if local and push.template == "staff" and not (ticket.red_flag or urgent):
                assert time(7, 30) <= local < time(21, 30) or push.event.startswith("whistle"), (push.event, local)
