"""Carries a delivery to the webhook: five seconds a try, three tries, the very same request each time."""

import time
from dataclasses import dataclass

import requests

from bot.simulator.account import Account
from bot.simulator.chat_bodies import Body
from bot.simulator.inbound import Delivery
from bot.simulator.journal import Verdict
from bot.simulator.passive_reply import Answer, OutageError, read_answer

TRIES = 3
_HEADERS = {"Content-Type": "text/xml", "User-Agent": "Mozilla/4.0", "Pragma": "no-cache", "Accept": "*/*"}


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of a delivery; `reason` says why the platform can't show the answer."""

    verdict: Verdict
    body: Body | None
    reason: str
    tries: int
    seconds: float
    answered_bytes: int = 0


class NoAnswerError(Exception):
    """Nothing usable came within the limit, so the platform tries again."""


def carry(delivery: Delivery, account: Account, openid: str, limit: float) -> Outcome:
    began = time.monotonic()
    reason = ""
    for attempt in range(1, TRIES + 1):
        try:
            answer = _post(delivery, limit)
        except NoAnswerError as error:
            reason = str(error)
            continue
        if answer.status == 200:
            return _outcome(answer, account, openid, attempt, began)
        reason = f"HTTP {answer.status}，应为 200"
    return Outcome(Verdict.OUTAGE, None, reason, TRIES, time.monotonic() - began)


def _post(delivery: Delivery, limit: float) -> Answer:
    began = time.monotonic()
    try:
        with requests.Session() as session:
            session.trust_env = False  # a proxy of the machine must not see what goes to its own port
            response = session.post(
                delivery.url,
                params=delivery.query,
                data=delivery.body,
                headers=_HEADERS,
                timeout=limit,
                allow_redirects=False,
            )
    except requests.Timeout as error:
        raise NoAnswerError(f"{limit:g} 秒内没有回应") from error
    except requests.RequestException as error:
        raise NoAnswerError("连接不上或中途断开") from error
    if time.monotonic() - began > limit:  # requests' limit is for each read, the platform's for the whole
        raise NoAnswerError(f"{limit:g} 秒内没有回应")
    return Answer(response.status_code, response.content)


def _outcome(answer: Answer, account: Account, openid: str, tries: int, began: float) -> Outcome:
    seconds, size = time.monotonic() - began, len(answer.body)
    try:
        body = read_answer(answer, account, openid)
    except OutageError as error:
        return Outcome(Verdict.OUTAGE, None, str(error), tries, seconds, size)
    verdict = Verdict.REPLIED if body else Verdict.SILENT
    return Outcome(verdict, body, "", tries, seconds, size)
