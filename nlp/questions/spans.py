"""Single stretches of time as people write them: 今天, 上上周, 近一个月, 三季度, 11.3, 上月中旬, 国庆长假 …"""

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from nlp.questions.days import BEGINNING, CHINA, DAY, MONTHS, day_start, months_on, quarter_start, week_start
from nlp.questions.holidays import HOLIDAYS, holiday, lunar_day
from nlp.questions.numbers import number_of

_Match = re.Match[str]
_Span = tuple[datetime, datetime]


def spans_in(text: str, now: datetime) -> Iterator[tuple[datetime, datetime, str, int, int]]:
    """(since, until, how it is called, start, end) of every form that fits, also those that are a part of another."""
    for form, read in _FORMS:
        for match in form.finditer(text):
            if span := read(match, now):
                tail = _TAIL.match(text, match.end())
                name = match[0] + ("天" if form is _BEFORE_ITS_HOURS else "")
                name += "期间" if tail and tail[0].startswith("期间") else ""
                yield *span, name, match.start(), tail.end() if tail else match.end()


def _day(match: _Match, now: datetime) -> _Span:
    since = day_start(now) - _DAYS_BACK[match[1]] * DAY
    return since, since + DAY


def _week(match: _Match, now: datetime) -> _Span:
    since = week_start(now) - timedelta(weeks=_BACK[match[1]])
    return since, since + timedelta(weeks=1)


def _weekday(match: _Match, now: datetime) -> _Span | None:
    """「上周三」, 「上周三到周五」, 「周末」; without a week, the last one that has begun."""
    monday = week_start(now) - timedelta(weeks=_BACK[match[1] or "本"])
    first, last = (_WEEKDAYS.index(day) for day in (match[2], match[3] or match[2]))
    first, last = (5, 6) if first >= _WEEKEND else (min(first, 6), min(last, 6))  # 天 is 日
    if last < first:
        return None
    since = monday + first * DAY
    back = timedelta(weeks=1) if match[1] in {None, "刚过去的"} and since > now else timedelta()
    return since - back, monday + (last + 1) * DAY - back


def _month(match: _Match, now: datetime) -> _Span | None:
    """「上个月」, 「本月15日」."""
    since = months_on(day_start(now), -_BACK[match[1]])
    return _of_month(since, match[2], match[3])


def _part_of_month(match: _Match, now: datetime) -> _Span | None:
    """「上月中旬」, 「10月下半月」, 「十月头十天」."""
    of_that, year, month, part, first_days = match.groups()
    if month:
        span = _month_named(year, month, now)
    else:
        since = months_on(day_start(now), -_BACK[of_that or "本"])
        span = since, months_on(since, 1)
    if span is None:
        return None
    since, until = span
    first, end = (0, number_of(first_days)) if first_days else _PARTS_OF_MONTH[part]
    return since + first * DAY, since + end * DAY if end else until


def _quarter(match: _Match, now: datetime) -> _Span:
    if match[1]:
        since = months_on(quarter_start(now), -3 * _BACK[match[1]])
    else:
        since = _year(day_start(now), match[2]).replace(month=number_of(match[3]) * 3 - 2)
        since = since if match[2] or since <= now else months_on(since, -12)
    return since, months_on(since, 3)


def _first_of_year(match: _Match, now: datetime) -> _Span:
    """「今年前三季度」, 「去年前五个月」."""
    since = _year(day_start(now), match[1])
    return since, months_on(since, number_of(match[2]) * (3 if "季" in match[3] else 1))


def _half_year(match: _Match, now: datetime) -> _Span:
    since = months_on(_year(day_start(now), match[1]), 0 if match[2] == "上" else 6)
    since = since if match[1] or since <= now else months_on(since, -12)
    return since, months_on(since, 6)


def _whole_year(match: _Match, now: datetime) -> _Span:
    since = _year(day_start(now), match[1])
    return since, months_on(since, MONTHS)


def _dated(match: _Match, now: datetime) -> _Span | None:
    """「10月」, 「去年十月三日」, 「10月1日至7日」; 「12月」 said in January is last year's."""
    year, month, day, last = match.groups()
    return _month_named(year, month, now, day, last)


def _month_named(
    year: str | None, month: str, now: datetime, day: str | None = None, last: str | None = None
) -> _Span | None:
    number = number_of(month)
    if not 1 <= number <= MONTHS:
        return None
    since = _year(day_start(now), year).replace(month=number)
    span = _of_month(since, day, last)
    if span and not year and span[0] > now.astimezone(CHINA):
        span = _of_month(months_on(since, -12), day, last)
    return span


def _months_of_year(match: _Match, now: datetime) -> _Span | None:
    """「1-10月」, 「七八月份」."""
    first, last = number_of(match[2]), number_of(match[3])
    if not 1 <= first < last <= MONTHS:
        return None
    since = _year(day_start(now), match[1]).replace(month=first)
    since = since if match[1] or since <= now else months_on(since, -12)
    return since, months_on(since, last - first + 1)


def _beginning(match: _Match, now: datetime) -> _Span:
    """「月初」, of which only 「月初到现在」 is certain."""
    since = {"年": _year(day_start(now), None), "季": quarter_start(now), "周": week_start(now)}
    first = since.get(match[1], months_on(day_start(now), 0))
    return first, first + DAY


def _holiday(match: _Match, now: datetime) -> _Span | None:
    year = _year(day_start(now), match[1]).year if match[1] else None
    return holiday(match[2], year, now)


def _lunar(match: _Match, now: datetime) -> _Span | None:
    return lunar_day(match[1], match[2], now)


def _iso(match: _Match, now: datetime) -> _Span | None:
    try:
        since = day_start(now).replace(year=int(match[1]), month=int(match[2]), day=int(match[3]))
    except ValueError:
        return None
    return since, since + DAY


def _month_and_day(match: _Match, now: datetime) -> _Span | None:
    """「11.3」, 「11/3」."""
    return _month_named(None, match[1], now, match[2])


def _lately(match: _Match, now: datetime) -> _Span | None:
    """「近7天」 ends with today."""
    until = day_start(now) + DAY
    length = _DAYS_IN[match[2].lstrip("个")]
    days = length // 2 if match[1] == "半" else number_of(match[1]) * length
    return (until - days * DAY, until) if days else None


def _of_late(_match: _Match, now: datetime) -> _Span:
    until = day_start(now) + DAY
    return until - 7 * DAY, until


def _so_far(_match: _Match, now: datetime) -> _Span:
    return BEGINNING, day_start(now) + DAY


def _of_month(since: datetime, day: str | None, last: str | None) -> _Span | None:
    if not day:
        return since, months_on(since, 1)
    try:
        first, end = since.replace(day=number_of(day)), since.replace(day=number_of(last or day))
    except ValueError:  # 2月30日
        return None
    return (first, end + DAY) if first <= end else None


def _year(today: datetime, said: str | None) -> datetime:
    start = today.replace(month=1, day=1)
    if not said:
        return start
    digits = said.rstrip("年度")
    return start.replace(year=int(digits) if digits.isdigit() else start.year - _YEARS_BACK[digits])


_WEEKDAYS = "一二三四五六日天末休"
_WEEKEND = _WEEKDAYS.index("末")
_DAYS_BACK = {"今": 0, "本": 0, "昨": 1, "前": 2, "大前": 3}
_YEARS_BACK = {"今": 0, "本": 0, "去": 1, "上": 1, "前": 2}
_BACK = {"上上": 2, "上": 1, "本": 0, "这": 0, "这个": 0, "上个": 1, "上一": 1, "上一个": 1, "上上个": 2, "刚过去的": 0}
_DAYS_IN = {"天": 1, "日": 1, "周": 7, "星期": 7, "礼拜": 7, "月": 30, "季度": 91, "年": 365}
_PARTS_OF_MONTH = {"上旬": (0, 10), "中旬": (10, 20), "下旬": (20, 0), "上半月": (0, 15), "下半月": (15, 0)}
_NUMBER = r"\d{1,3}|[一二两三四五六七八九十]{1,3}"
_THAT = r"(上上个?|上一?个?|本|这个?)"
_WEEK = "(?:周|星期|礼拜)"
_YEAR = r"((?:20)\d{2}年|[今去前本上]年度?)"
_WEEKDAY = "([二四五六天末]|一(?![共直般些起周])|三(?![日天])|日(?!均))"  # 「本周一共」, 「本周三日办结率」: the week
_DAY = r"(\d{1,2}|[一二三四五六七八九十]{1,3})"
_NO_RATE = "(?![三3]日[之以]?内?办结率)"  # 「本月三日办结率」
_UP_TO = r"(?:[到至]|[-~—－–]+)"
_TAIL = re.compile(
    r"的?[这那]?(?:[一二两三四五六七八九十\d]天)(?![内没未])|[当那]天|一整?天|全[天年月周]|一?整个?[天年月周]|期间|的?时候|那会儿"
    r"|这段时间|[里内中](?!心|旬|午|头|容|没|未)|[以之]内|那[几些]天|这[几些]天|(?:这|那)一?段"
)
_BEFORE_ITS_HOURS = re.compile("(今|昨|大?前)(?=[晚早晨])")
_FORMS: tuple[tuple[re.Pattern[str], Callable[[_Match, datetime], _Span | None]], ...] = (
    (re.compile(r"(今|昨|大?前|本(?=日))(?:[天日]|儿个?)"), _day),
    (_BEFORE_ITS_HOURS, _day),
    (re.compile(_THAT + _WEEK), _week),
    (re.compile(rf"{_THAT}?{_WEEK}{_WEEKDAY}(?:{_UP_TO}?{_WEEK}?{_WEEKDAY})?"), _weekday),
    (re.compile(rf"{_THAT}?{_WEEK}{_WEEKDAY}()"), _weekday),
    (re.compile(rf"{_THAT}?双(?=休)(休)日?()"), _weekday),
    (re.compile(rf"(刚过去的){_WEEK}(六)(?:和|、)?{_WEEK}([日天])"), _weekday),
    (re.compile(rf"{_THAT}月(?:份?{_NO_RATE}{_DAY}(?:[日号]?{_UP_TO}{_DAY})?[日号])?"), _month),
    (
        re.compile(
            rf"(?:{_THAT}月份?|{_YEAR}?{_DAY}月份?)?(?:的)?(?:([上中下]旬|[上下]半个?月)|(?<=月)[头前]({_NUMBER})[天日])"
        ),
        _part_of_month,
    ),
    (re.compile(rf"{_THAT}季度|{_YEAR}?第?([一二三四1-4])季度"), _quarter),
    (re.compile(rf"{_YEAR}?前({_NUMBER})(个?季度|个月)"), _first_of_year),
    (re.compile(rf"{_YEAR}?([上下])半年"), _half_year),
    (re.compile(_YEAR), _whole_year),
    (re.compile(rf"{_YEAR}?{_DAY}月(?:{_NO_RATE}{_DAY}[日号]?(?:{_UP_TO}{_DAY})?[日号]|份)?"), _dated),
    (re.compile(rf"{_YEAR}?{_DAY}月(\d{{1,2}})(?![\d日号月件个单份成])()"), _dated),
    (re.compile(rf"{_YEAR}?{_DAY}月?份?{_UP_TO}{_DAY}月(?!\d)份?"), _months_of_year),
    (re.compile(rf"{_YEAR}?([一二三四五六七八九])([二三四五六七八九])月份?"), _months_of_year),
    (re.compile(r"([年月周季])初(?=[到至起以开])"), _beginning),
    (re.compile(rf"{_YEAR}?({HOLIDAYS})(?:节|小?长?假期?|放假|期间|那会儿|[这那]?(?:几天|段))*里?"), _holiday),
    (
        re.compile(
            r"(?:正月|大年|春节)初(十?[一二三四五六七八九十])(?:[到至](?:正月|大年)?初?(十?[一二三四五六七八九十]))?"
        ),
        _lunar,
    ),
    (re.compile(r"(20\d{2})[-/.](\d{1,2})[-/.](\d{1,2})[日号]?"), _iso),
    (re.compile(r"(?<![\d./])(\d{1,2})[./](\d{1,2})(?![\d.%/]|\s*[件个单次成])[日号]?"), _month_and_day),
    (re.compile(rf"(?:最近|近|过去|这(?!一))的?({_NUMBER}|半)\s*(天|日|个?(?:周|星期|礼拜|月|季度)|年)"), _lately),
    (re.compile(rf"({_NUMBER}|半)\s*(天|个?(?:周|星期|礼拜|月|季度)|年)以?来(?![的电])"), _lately),
    (re.compile("最近|近期|近来|这几天|这些天|近几天|这段时间|这阵子"), _of_late),
    (re.compile("(?:截[至止到]*|到|至)(?:今天|今|现在|目前)(?:为止)?|迄今|上线以来"), _so_far),
)
