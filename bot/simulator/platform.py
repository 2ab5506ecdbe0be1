"""The fake WeChat platform, in memory: its people, its account, and the messages between them.

One process holds one platform: several web workers would each have their own. All methods may be called from any
thread.
"""

import itertools
import secrets
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace

from bot.simulator.account import Account
from bot.simulator.chat_bodies import Body, Message, Notice, Words
from bot.simulator.courier import Outcome, carry
from bot.simulator.errors import Json
from bot.simulator.events import (
    Click,
    Event,
    Follow,
    Scan,
    SubscriptionAnswer,
    SubscriptionChanged,
    SubscriptionSent,
    TemplateFinished,
    Unfollow,
)
from bot.simulator.faults import Faults
from bot.simulator.followers import Followers
from bot.simulator.inbound import Stamp, delivery, xml_of_event, xml_of_message
from bot.simulator.journal import Exchange, Followed, Journal, Line, MenuChanged, Side, Verdict
from bot.simulator.media import MediaStore
from bot.simulator.memory import Memory
from bot.simulator.message_quota import Allowances, Trigger
from bot.simulator.template import Templates
from bot.simulator.tokens import Tokens

OUTAGE = "该公众号提供的服务出现故障，请稍后再试"
_OF_NOTICES = (SubscriptionAnswer, SubscriptionChanged, SubscriptionSent)
_UNANSWERABLE = (Unfollow, TemplateFinished, *_OF_NOTICES)  # an answer to these is never shown


class NotFollowingError(Exception):
    """Only followers can write to the account."""


class Platform:
    """`directory` names people who follow the account from the start, `patience` is the limit of one try in seconds."""

    def __init__(
        self,
        account: Account,
        *,
        templates: Mapping[str, Sequence[str]] | None = None,
        titles: Mapping[str, str] | None = None,
        directory: Callable[[], Iterable[str]] = tuple,
        now: Callable[[], float] = time.time,
        patience: float = 5.0,
        memory: Memory | None = None,
    ) -> None:
        self.account = account
        self.now = now
        self.patience = patience
        self.api_base = ""
        self.menu: Json | None = None
        self.lock = threading.RLock()
        self.memory = memory
        self.journal = Journal(memory.entries(), memory.write) if memory else Journal()
        self.faults = Faults()
        self.tokens = Tokens(now)
        self.followers = Followers(now, directory)
        self.allowances = Allowances()
        self.media = MediaStore(now, memory.media(), memory.write_medium) if memory else MediaStore(now)
        self.templates = Templates(templates or {}, titles or {})
        self.subscriptions: dict[tuple[str, str], int] = {}
        self._ids = itertools.count(secrets.randbelow(1 << 40) + (24 << 52))
        self._couriers = ThreadPoolExecutor(max_workers=8, thread_name_prefix="courier")
        self._remember()

    def point_at(self, webhook_url: str) -> None:
        """The account's owner enters the webhook's address in the console."""
        self.account = replace(self.account, webhook_url=webhook_url)

    def next_id(self) -> int:
        return next(self._ids)

    # -- what people do -----------------------------------------------------------------------------------------

    def say(self, openid: str, text: str) -> Outcome:
        return self.deliver(openid, Words(text))

    def follow(self, openid: str) -> None:
        """Follows without an event: for tests that begin with a follower."""
        with self.lock:
            self.followers.meet(openid, following=True)

    def deliver(self, openid: str, what: Message | Event) -> Outcome:
        """A person's message or act, through the webhook and back into the chat."""
        return self._carry(openid, what, self._admitted(openid, what))

    def deliver_soon(self, openid: str, what: Message | Event) -> Future[Outcome]:
        """The same without waiting for the answer. Raises at once if the person may not."""
        return self._couriers.submit(self._carry, openid, what, self._admitted(openid, what))

    def accept_subscription(self, openid: str, template_id: str) -> None:
        """One acceptance allows one notice."""
        with self.lock:
            key = (openid, self.templates.get(template_id).id)
            self.subscriptions[key] = self.subscriptions.get(key, 0) + 1
        self.deliver_soon(openid, SubscriptionAnswer(template_id))

    def take_back_subscription(self, openid: str, template_id: str) -> None:
        """In the account's settings: no notice of it is allowed any more."""
        with self.lock:
            self.subscriptions.pop((openid, template_id), None)
        self.deliver_soon(openid, SubscriptionChanged(template_id))

    # -- what the account does ------------------------------------------------------------------------------------

    def show(self, openid: str, body: Body) -> None:
        self.journal.add(Line(openid, Side.ACCOUNT, body, self.now()))

    def set_menu(self, menu: Json | None) -> None:
        self.menu = menu
        self.journal.add(MenuChanged(self.now()))

    # -- what one can look at -------------------------------------------------------------------------------------

    def chat(self, openid: str) -> list[Line]:
        return [entry for entry in self.journal.entries() if isinstance(entry, Line) and entry.openid == openid]

    def received(self, openid: str) -> list[Body]:
        """What the account has sent to a person, passive answers and pushes alike."""
        return [line.body for line in self.chat(openid) if line.side is Side.ACCOUNT]

    def close(self) -> None:
        """Waits for what is under way."""
        self._couriers.shutdown(wait=True)

    def start_over(self) -> None:
        """Resets the platform to its first state."""
        with self.lock:
            if self.memory:
                self.memory.forget()
            self.followers.start_over()
            self.allowances, self.subscriptions = Allowances(), {}
            self.faults.clear()
            self.journal.start_over()

    # -- inside ---------------------------------------------------------------------------------------------------

    def _remember(self) -> None:
        """Restores the followers and the account's quotas."""
        for entry in self.journal.entries():
            if isinstance(entry, Followed):
                self.followers.meet(entry.openid, following=entry.following)
            elif isinstance(entry, Line) and entry.side is Side.PERSON:
                self.allowances.open(entry.openid, Trigger.MESSAGE, entry.at)

    def _admitted(self, openid: str, what: Message | Event) -> Stamp:
        at = self.now()
        with self.lock:
            self._keep_followers(openid, what, at)
            if not isinstance(what, Event):
                self.allowances.open(openid, Trigger.MESSAGE, at)
                self.journal.add(Line(openid, Side.PERSON, what, at))
            elif isinstance(what, Click | Follow | Scan):
                self.allowances.open(openid, Trigger.TAP, at)
            return Stamp(openid, int(at), self.next_id())

    def _keep_followers(self, openid: str, what: Message | Event, at: float) -> None:
        if isinstance(what, Follow):
            self.followers.meet(openid, following=True)
            self.journal.add(Followed(openid, following=True, at=at))
        elif not self.followers.is_following(openid):
            raise NotFollowingError(openid)
        elif isinstance(what, Unfollow):
            self.followers.leave(openid)
            self.allowances.close(openid)
            self.journal.add(Followed(openid, following=False, at=at))

    def _carry(self, openid: str, what: Message | Event, stamp: Stamp) -> Outcome:
        request = delivery(self.account, self._xml(what, stamp), stamp)
        outcome = carry(request, self.account, openid, self.patience)
        self.journal.add(self._exchange(openid, what, len(request.body), outcome))
        if isinstance(what, _UNANSWERABLE):
            return outcome
        if outcome.body:
            self.show(openid, outcome.body)
        elif outcome.verdict is Verdict.OUTAGE:
            self.journal.add(Line(openid, Side.PLATFORM, Notice(OUTAGE), self.now()))
        return outcome

    def _xml(self, what: Message | Event, stamp: Stamp) -> str:
        if isinstance(what, Event):
            return xml_of_event(what, self.account, stamp)
        media_id = getattr(what, "media_id", "")
        return xml_of_message(what, self.account, stamp, f"{self.api_base}/pictures/{media_id}")

    def _exchange(self, openid: str, what: Message | Event, sent_bytes: int, outcome: Outcome) -> Exchange:
        return Exchange(
            openid=openid,
            kind=what.name if isinstance(what, Event) else type(what).__name__.lower(),
            tries=outcome.tries,
            milliseconds=round(outcome.seconds * 1000),
            sent_bytes=sent_bytes,
            answered_bytes=outcome.answered_bytes,
            verdict=outcome.verdict,
            reason=outcome.reason,
            at=self.now(),
        )
