"""Single periods as people write them: 今天, 上上周, 近一个月, 三季度, 11.3, 上月中旬, 国庆长假 …"""

import re
from collections.abc import Callable, Iterator
from datetime import datetime

from nlp.questions.days import DAY
from nlp.questions.holidays import HOLIDAYS
from nlp.questions.span_readers import (
    WEEKS,
    Match,
    Span,
    around_holiday,
    beginning,
    dated,
    day,
    day_of_month,
    days_off,
    first_of_year,
    half_year,
    iso,
    lately,
    lunar,
    month,
    month_and_day,
    months_of_year,
    of_late,
    part_of_month,
    quarter,
    so_far,
    week,
    week_of,
    weekday,
    weeks_of_month,
    whole_year,
    workdays,
)


def spans_in(text: str, now: datetime) -> Iterator[tuple[datetime, datetime, str, int, int]]:
    """(since, until, name, start, end) of every form that matches, also those within longer ones."""
    for form, read in _FORMS:
        for match in form.finditer(text):
            if span := read(match, now):
                tail = _TAIL.match(text, match.end())
                if tail and read is days_off and _ONE_DAY.search(tail[0]) and span[1] - span[0] > DAY:
                    tail = None  # the data don't say which day 「清明那天」 is
                name = match[0] + ("天" if form is _BEFORE_ITS_HOURS else "")
                name += "期间" if tail and tail[0].startswith("期间") else ""
                yield *span, name, match.start(), tail.end() if tail else match.end()


_NUMBER = r"\d{1,3}|[一二两三四五六七八九十]{1,3}|俩"
_THAT = r"(上上个?|上一?个?|本|这一?个?)"
_WEEK = "(?:周|星期|礼拜)"
_YEAR = r"((?:20)\d{2}年|[今去前本上]年度?)"
_WEEKDAY = "([二四五六天末]|一(?![共直般些周]|起(?!算)|天一天)|三(?![日天])|日(?!均))"  # 「本周一共」: the week
_DAY = r"(\d{1,2}|[一二三四五六七八九十]{1,3})"
_NO_RATE = "(?![三3]日[之以]?内?办结率)"  # 「本月三日办结率」
_UP_TO = r"(?:[到至]|[-~—－–]+)"
_TAIL = re.compile(
    r"的?[这那]?(?:[一二两三四五六七八九十\d]天)(?![内没未一])|[当那]天|一整?天(?!一)|全[天年月周]|一?整个?[天年月周]|期间|的?时候|那会儿"
    r"|这段时间|[里内中](?!心|旬|午|头|容|没|未)|[以之]内|那[几些]天|这[几些]天|(?:这|那)一?段"
)
_ONE_DAY = re.compile("[当那]天")
_BEFORE_ITS_HOURS = re.compile("(今|昨|大?前)(?=[晚早晨])")
_FORMS: tuple[tuple[re.Pattern[str], Callable[[Match, datetime], Span | None]], ...] = (
    (re.compile(r"(今|昨|大?前|本(?=日))(?:[天日]|儿个?)"), day),
    (_BEFORE_ITS_HOURS, day),
    (re.compile(_THAT + _WEEK), week),
    (re.compile(rf"{_THAT}?{_WEEK}{_WEEKDAY}(?:{_UP_TO}?{_WEEK}?{_WEEKDAY})?"), weekday),
    (re.compile(rf"{_THAT}?{_WEEK}{_WEEKDAY}()"), weekday),
    (re.compile(rf"{_THAT}?双(?=休)(休)日?()"), weekday),
    (re.compile(rf"(刚过去的){_WEEK}(六)(?:和|、)?{_WEEK}([日天])"), weekday),
    (re.compile(rf"{_THAT}月(?:份?{_NO_RATE}{_DAY}(?:[日号]?{_UP_TO}{_DAY})?[日号])?"), month),
    (
        re.compile(
            rf"(?:{_THAT}月份?|{_YEAR}?{_DAY}月份?)?(?:的)?(?:([上中下]旬|[上下]半个?月)|(?<=月)[头前]({_NUMBER})[天日])"
        ),
        part_of_month,
    ),
    (re.compile(rf"{_THAT}季度|{_YEAR}?第?([一二三四1-4])季度"), quarter),
    (
        re.compile(
            rf"(?:{_THAT}月份?|{_YEAR}?{_DAY}月份?)的?(?:第({_NUMBER})个?|[头前]({_NUMBER})|(?:最后|末尾?)的?({_NUMBER}))({WEEKS}|[天日])"
        ),
        weeks_of_month,
    ),
    (
        re.compile(
            rf"{_YEAR}?({HOLIDAYS})(?:节|小?长?假期?|放假)*[之以]?([前后])的?({_NUMBER})(天|个?(?:周|星期|礼拜))"
        ),
        around_holiday,
    ),
    (
        re.compile(rf"{_YEAR}?{_DAY}月{_DAY}[日号]?(?:所在的?)?那一?(个?(?:周|星期|礼拜|月))(?![一二三四五六日天末])"),
        week_of,
    ),
    (re.compile(rf"{_THAT}{_WEEK}的?工作日"), workdays),
    (re.compile(rf"{_YEAR}?前(?![一1]个月)({_NUMBER})(个?季度|个月)"), first_of_year),
    (re.compile(rf"{_YEAR}?([上下])半年"), half_year),
    (re.compile(_YEAR), whole_year),
    (re.compile(rf"{_YEAR}?{_DAY}月(?:{_NO_RATE}{_DAY}[日号]?(?:{_UP_TO}{_DAY})?[日号]|份)?"), dated),
    (re.compile(rf"{_YEAR}?{_DAY}月(\d{{1,2}})(?![\d日号月件个单份成])()"), dated),
    (re.compile(rf"{_YEAR}?{_DAY}月?份?{_UP_TO}{_DAY}月(?!\d)份?"), months_of_year),
    (re.compile(rf"{_YEAR}?([一二三四五六七八九])([二三四五六七八九])月份?"), months_of_year),
    (re.compile(r"开?([年月周季])(?:初|(?<=开年))(?=[到至起以开算])"), beginning),
    (re.compile(rf"{_YEAR}?({HOLIDAYS})(?:节|小?长?假期?|放假|期间|那会儿|[这那]?(?:几天|段))*里?"), days_off),
    (
        re.compile(
            r"(?:正月|大年|春节)初(十?[一二三四五六七八九十])(?:[到至](?:正月|大年)?初?(十?[一二三四五六七八九十]))?"
        ),
        lunar,
    ),
    (re.compile(rf"(?:^|(?<=[\s,，。到至从在自和跟])){_DAY}号(?![楼院门线栋单杆井路弄岗摊馆晚])"), day_of_month),
    (re.compile(r"(20\d{2})[-/.](\d{1,2})[-/.](\d{1,2})[日号]?"), iso),
    (re.compile(r"(?<![\d./])(\d{1,2})[./](\d{1,2})(?![\d.%/]|\s*[件个单次成])[日号]?"), month_and_day),
    (
        re.compile(rf"(?:(?:最近|近|过去)的?这?|这(?!一))({_NUMBER}|半)\s*(天|日|个?(?:周|星期|礼拜|月|季度)|年)"),
        lately,
    ),
    (re.compile(rf"({_NUMBER}|半)\s*(天|个?(?:周|星期|礼拜|月|季度)|年)以?来(?![的电])"), lately),
    (re.compile("最近|近期|近来|这几天|这些天|近几天|这段时间|这阵子"), of_late),
    (re.compile("(?:截[至止到]*|到|至)(?:今天|今|现在|目前)(?:为止)?|迄今|上线以来"), so_far),
)
