"""Questions in plain words: 「上周哪个小区停车投诉最多」 → a query, with the words that it doesn't heed."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from handlers import call_figures
from handlers.figures import day_start, week_start
from handlers.periods import Period, number_of, periods_in
from handlers.town import Town
from models.grid import TeamKind
from models.ticket import Source
from nlp.features import plain

_ASKS = re.compile(
    r"多少|几[件个起条]|哪[个几一两二三四五六七八九十些家里儿类种天]|最多|最少|最高|最低|统计|怎么样|如何|数量|情况|率|占比|分别"
    r"|各[个类小社街单网物部种]|每[天日]|按.{1,4}[分看]|排|前\s*(?:\d|[一二两三四五六七八九十])|\?|？"
)
_HOW_MANY = re.compile(r"多少|几[件个起条]|统计|数量|占比|率|最(?!近)|[同环相]比")
_PLAINLY = re.compile(r"多少件|几件|率|最[多少高低]")
_DENIED = re.compile(r"[没未不非](?:有)?(?:按[期时]|及时|超[时期]|逾期|满意|响应|紧急|签收|评价|催办?|重办|退单)")
_NUMBER = r"(?:\d{1,3}|[一二两三四五六七八九十]{1,3})"
_EACH = (
    rf"(?:各个?|哪一?个|哪些|哪几个|每个|按|最[多少高低好差]的|(?:前|倒数第?|[哪的])?{_NUMBER}[名个家位]?的?)(?:承办)?"
)
_RANKED = r"(?=排名|排行|排序|分布|[分看])"


def _groups(words: str) -> str:
    return rf"{_EACH}(?:{words})|(?:{words}){_RANKED}"


_GROUPS: tuple[tuple[str, str], ...] = (
    (_groups("物业公司|物业") + "|哪一?家物业(?:公司)?", "team"),
    (_groups("部门"), "team"),
    (_groups("单位|公司|队伍") + "|哪一?家(?:单位|公司)?", "team"),
    (_groups("社区(?!工作)"), "community"),
    (_groups("街道"), "street"),
    (_groups("网格(?![员长])"), "grid"),
    (_groups("小区") + "|哪里|哪儿|什么地方", "place"),
    (r"各类别|各类|哪一?类|哪些类|各种|每类|按类别?|什么问题|哪一?种|各个类别|类别" + _RANKED, "category"),
    (_groups("来源|渠道"), "source"),
    (r"每天|每日|逐日|按天|按日|哪一?天", "day"),
)
_KINDS = ((r"物业", TeamKind.PROPERTY), (r"部门", TeamKind.DEPARTMENT))
_MEASURES: tuple[tuple[str, str], ...] = tuple(
    (rf"(?<![没未不非])(?:{words})", name)
    for words, name in (
        (r"(?:按时)?报到率|按时报到|报到.{0,3}及时", "report_rate"),
        (r"(?:报到|吹哨).{0,4}(?:迟到?|晚|超时|慢)|迟到", "report_late"),
        (r"满意率|满意度", "satisfaction_rate"),
        (r"解决率", "solved_rate"),
        (r"按期(?:办结)?率?|(?:办结)?及时率", "on_time_rate"),
        (r"响应率", "response_rate"),
        (r"(?:三|3)[日天](?:内)?办结率", "three_day_rate"),
        (r"重办率|返工率", "reopened_rate"),
        (r"退单(?!率)", "returned"),
        (r"红色警情|警情", "red"),
        (r"重办(?!率)过?|返工(?!率)", "reopened"),
        (r"超时(?!率)|逾期(?!率)|超期(?!率)", "late"),
        (r"在办(?!结)|没有?办完|未办[结完]|[没未]解决|[没未]结案|还有(?=多少|几)|还剩", "open"),
        (r"(?:已经?)?(?:居民确认)?解决[了的](?!率)|已解决", "solved"),
        (r"(?:已经?)?(?:办结|办完|结案)(?!率)", "closed"),
        (r"催办(?!率)", "urged"),
        (r"紧急(?!率)|危险", "urgent"),
    )
)
MEASURE_NAMES = {
    "count": "诉求",
    "satisfaction_rate": "满意率",
    "solved_rate": "解决率",
    "on_time_rate": "按期办结率",
    "response_rate": "响应率",
    "three_day_rate": "三日办结率",
    "reopened_rate": "重办率",
    "returned": "退单",
    "red": "红色警情",
    "reopened": "重办",
    "late": "超时",
    "open": "在办",
    "solved": "居民确认解决",
    "closed": "已结案",
    "urged": "被催办",
    "urgent": "紧急",
    **call_figures.MEASURES,
}
_STANDING = frozenset({"open", "late"})
"""Asked without a time, they are of this moment, however long ago a ticket was filed"""
_SOURCES = {
    "12345": Source.HOTLINE, "热线": Source.HOTLINE, "巡查": Source.PATROL, "公众号": Source.CHAT, "导入": Source.IMPORT
}  # fmt: skip
_LIMIT = re.compile(
    r"(?:前|倒数第?|后|[哪的](?=.{1,3}[个家名]))\s*(\d{1,3}|[一二两三四五六七八九十]{1,3})(?!\d|\s*个?[天日周月年季])"
)
_ORDER = re.compile(r"最[多少高低]|[多少高低][到至][多少高低]|从|倒数")
_BEST = re.compile(r"最[好差]")
_FILLER = re.compile(
    "反映|反馈|投诉|举报|诉求|工单|问题|事情|事项|件数|数量|总数|总共|一共|合计|全部|所有|多少|情况|怎么样|怎样|如何|分别|统计|汇总"
    "|排名|排行榜?|排序|分布|列出|列一下|显示|告诉|想?知道|看一下|看看|查一下|查查|查询|请问|帮忙|帮我|给我|一下|以来|期间|以内|之内"
    "|居民|群众|业主|市民|收到|接到|受理|产生|发生|出现|方面|类别|相关|有关|关于|到底|新增|目前|现在|当前|截至|截止|至今|来自|来源"
    "|渠道|承办|辖区|范围|我们|全[市区县]|全街道|哪些|哪个|什么|每个|各个|有没有|报来|报修|上报的|处理"
    "|[的了吗呢啊吧是有在里内中共请我帮查看想要报件个条起家名位次项各按分排最多少高低几哪前后从到至和与及跟对向被都还又新今来自于上说这那本数总类]"
    r"|[\s,，。.、;；:：?？!！“”\"'()（）]"
)
_OTHER_FIGURE = re.compile(
    r"率|比|均|多久|多长|时长|快|慢|最?[好差]|趋势|变化|走势|增[加长多]|减[少]|翻|涨|降|[没未不非][按超满紧响办签催评逾]"
    rf"|多少[人户钱]|[人户]$|[每按][周月年季]|{_NUMBER}个?[天日周月年季]|小时|上午|下午|晚上|夜里|国庆|春节|元旦|五一"
)
_BLANK = "　"
_BLANKS = re.compile(f"{_BLANK}+")
_BEGINNING_OF_NAME = 2
_MOST = 10
_MOST_DAYS = 62
EVER = "至今"
_BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Query:
    """A question as we understood it. Shown back with the answer, so that a misreading is seen."""

    period: Period
    measure: str = "count"
    group: str = ""
    grid: str = ""
    category: str = ""
    item: str = ""
    source: str = ""
    order: str = "desc"
    limit: int = _MOST
    place: str = ""
    team: str = ""
    kind: str = ""
    """Only teams of this kind: 「各物业」"""
    unread: tuple[str, ...] = ()
    """Words of the question that the figure doesn't heed"""

    def as_json(self) -> dict[str, Any]:
        """DESIGN 4: period, filters, group, measure, order, limit; and what was not read, if anything."""
        period = {
            "name": self.period.name,
            "since": self.period.since.isoformat(),
            "until": self.period.until.isoformat(),
        }
        given = ("grid", "place", "team", "kind", "category", "item", "source")
        filters = {name: getattr(self, name) for name in given if getattr(self, name)}
        rest = {name: getattr(self, name) for name in ("group", "measure", "order", "limit")}
        return {"period": period, "filters": filters, **rest, **({"unread": self.unread} if self.unread else {})}

    @property
    def is_of_now(self) -> bool:
        """Of this moment, not of what was filed in a stretch of time."""
        return self.period.name == EVER

    @property
    def strange(self) -> tuple[str, ...]:
        """Unread words that ask for another figure than this one: it must not be given as the answer."""
        return tuple(words for words in self.unread if _OTHER_FIGURE.search(words))


class _Words:
    """The question, from which every reader takes what it has read."""

    def __init__(self, text: str) -> None:
        self.text, self.unread = text, list[str]()

    def take(self, start: int, end: int) -> str:
        words = self.text[start:end]
        self.text = f"{self.text[:start]}{_BLANK * (end - start)}{self.text[end:]}"
        return words

    def first(self, table: Iterable[tuple[str, str]]) -> tuple[str, str]:
        """(what is meant, in which words). One thing at a time: of several the others stay unread."""
        meant = said = ""
        for pattern, name in table:
            while found := re.search(pattern, self.text):
                words = self.take(*found.span())
                if not meant:
                    meant, said = name, words
                elif name != meant:
                    self.unread.append(words)
        return meant, said

    def all(self, pattern: re.Pattern[str]) -> list[re.Match[str]]:
        found = list(pattern.finditer(self.text))
        for each in found:
            self.take(*each.span())
        return found


def parse(town: Town, text: str, now: datetime) -> Query | None:
    """A question about figures, or None: then it is something else."""
    text = plain(text)
    if not _ASKS.search(text):
        return None
    counts = any(re.search(pattern, text) for pattern, _ in (*_MEASURES, *_GROUPS, (r"多少件|几件", "")))
    if not (counts or periods_in(text, now)):
        return None
    words = _Words(text)
    place, grid, team = _where(town, words)
    words.unread += [match[0] for match in words.all(_DENIED)]
    measure, _ = words.first(_MEASURES)
    period = _when(words, now)
    group, said = words.first(_GROUPS)
    source, _ = words.first((word, source.value) for word, source in _SOURCES.items())
    category, item = _what(town, words)
    if not (measure or group or category or source or re.search(r"诉求|工单|报|件|投诉|问题|率", text)):
        return None
    limit, order = _limit(words, said), _order(words, text, measure)
    team, grid, category, item = _by_a_part(town, words, (team, grid, category, item))
    unread = (*words.unread, *_chunks(words.text))
    long = sum(map(len, unread)) * 2 > len(text) and not _PLAINLY.search(text)
    if long or (unread and not (group or _HOW_MANY.search(text))):
        return None  # a report, rather, with a word of time in it
    if measure in call_figures.MEASURES and not group:
        group = "team"  # 「报到迟到最多的单位」: it is teams that are called
    if group == "day":
        order = order if re.search(r"最[多少高低]", text) else "time"
        limit = limit or _MOST_DAYS
    period = period or (_ever(now) if measure in _STANDING else _this_week(now))
    kind = next((kind.value for word, kind in _KINDS if group == "team" and re.search(word, said)), "")
    return Query(
        period,
        measure or "count",
        group,
        grid,
        category,
        item,
        source,
        order,
        limit or _MOST,
        place,
        team,
        kind,
        unread,
    )


def _when(words: _Words, now: datetime) -> Period | None:
    """The first period; another one is not heeded."""
    found = periods_in(words.text, now)
    said = [words.take(each.start, each.end) for each in found]
    words.unread += said[1:]
    return found[0].period if found else None


def _where(town: Town, words: _Words) -> tuple[str, str, str]:
    """The place, the grid of any level and the team that are named in full."""
    taken = []
    for start, end, what, key in sorted(_named(town, words.text), key=lambda each: (each[0] - each[1], each[0])):
        if _BLANK not in words.text[start:end]:  # the longest name first
            taken.append((start, what, key, words.take(start, end)))
    chosen = {"place": "", "grid": "", "team": ""}
    for _, what, key, said in sorted(taken):
        kept = chosen[what]
        if not kept or (what == "grid" and _lies_in(town, key, kept)):
            chosen[what] = key
        elif kept != key and not (what == "grid" and _lies_in(town, kept, key)):
            words.unread.append(said)
    return chosen["place"], chosen["grid"], chosen["team"]


def _named(town: Town, text: str) -> Iterator[tuple[int, int, str, str]]:
    world = town.world
    for hit in world.gazetteer.find(text):
        said = text[hit.start : hit.end]
        if not hit.guessed and any(
            each.canonical == hit.canonical and said in plain(each.name) for each in world.names
        ):
            yield hit.start, hit.end, "place", hit.canonical
    for what, nodes in (("grid", world.grids), ("team", world.teams)):
        for node in nodes.values():
            if (start := text.find(plain(node.name))) >= 0:
                yield start, start + len(node.name), what, node.code


def _lies_in(town: Town, grid: str, above: str) -> bool:
    return any(node.code == above for node in town.world.chain(grid))


def _what(town: Town, words: _Words) -> tuple[str, str]:
    """The category and the sub-item that are named: by its name, a category also by its first two characters."""
    names = [(name, category, item) for item, (category, name) in town.catalogue.items.items()]
    for key, name in town.catalogue.categories.items():
        names += [(name, key, ""), *([(name[:_BEGINNING_OF_NAME], key, "")] if key != "other" else [])]
    found = []
    for name, key, its_item in sorted(names, key=lambda each: -len(each[0])):
        if (start := words.text.find(name)) >= 0:
            found.append((start, words.take(start, start + len(name)), key, its_item))
    category = item = ""
    for _, said, key, its_item in sorted(found):
        if category in {"", key} and (not item or its_item in {"", item}):
            category, item = key, item or its_item
        else:
            words.unread.append(said)
    return category, item


def _by_a_part(town: Town, words: _Words, known: tuple[str, str, str, str]) -> tuple[str, str, str, str]:
    """「城管」, 「路灯」: the only team, grid or sub-item whose name has these words, where none was named."""
    team, grid, category, item = known
    for chunk in _chunks(words.text):
        parts = [("team", node.code) for node in town.world.teams.values() if chunk in node.name and not team]
        parts += [("grid", node.code) for node in town.world.grids.values() if chunk in node.name and not grid]
        parts += [("item", key) for key, (_, name) in town.catalogue.items.items() if chunk in name and not category]
        if len(parts) != 1 or len(chunk) < _BEGINNING_OF_NAME:
            continue
        words.take(start := words.text.index(chunk), start + len(chunk))
        match parts[0]:
            case "team", team:
                pass
            case "grid", grid:
                pass
            case _, item:
                category = town.catalogue.items[item][0]
    return team, grid, category, item


def _order(words: _Words, text: str, measure: str) -> str:
    """Best and worst are said of rates alone."""
    words.all(_ORDER)
    best = [match[0] for match in _BEST.finditer(text)]
    words.all(_BEST)
    if best and not measure.endswith("_rate"):
        words.unread += best
    return "asc" if re.search("最少|最低|倒数", text) or "最差" in best else "desc"


def _limit(words: _Words, group: str) -> int:
    """「前三名」, 「倒数第2」, 「最多的5个小区」; 0 where none is said."""
    found = _LIMIT.search(words.text)
    if found:
        words.take(*found.span())
        return number_of(found[1])
    number = re.search(rf"{_NUMBER}(?=[名个家位的]|\D)", re.sub("[哪每]一", "", group))
    return number_of(number[0]) if number else 0


def _chunks(text: str) -> tuple[str, ...]:
    """What is left once all that says nothing of its own is taken away."""
    return tuple(filter(None, _BLANKS.split(_FILLER.sub(_BLANK, text))))


def _this_week(now: datetime) -> Period:
    since = week_start(now)
    return Period("本周", since, since + timedelta(weeks=1))


def _ever(now: datetime) -> Period:
    return Period(EVER, _BEGINNING, day_start(now) + timedelta(days=1))
