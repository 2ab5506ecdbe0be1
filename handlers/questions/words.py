"""The words of a supervisor's question: what asks, what is counted, by what, and what says nothing of its own."""

import re
from collections.abc import Sequence

from models.grid import TeamKind
from models.ticket import Source

Table = Sequence[tuple[re.Pattern[str], str]]
"""What is meant, by the words that it is said in; the first that fits counts"""
_BLANK = "　"
_BLANKS = re.compile(f"{_BLANK}+")


class Words:
    """The question, from which every reader takes what it has read."""

    def __init__(self, text: str) -> None:
        self.said = self.text = text
        self.unread = list[str]()

    def take(self, start: int, end: int) -> str:
        words = self.text[start:end]
        self.text = f"{self.text[:start]}{_BLANK * (end - start)}{self.text[end:]}"
        return words

    def is_free(self, start: int, end: int) -> bool:
        """Whether nobody has read anything of it yet."""
        return _BLANK not in self.text[start:end]

    def first(self, table: Table) -> tuple[str, str]:
        """(what is meant, in which words). One thing at a time: of several the others stay unread."""
        meant = said = ""
        for pattern, name in table:
            while found := pattern.search(self.text):
                words = self.take(*found.span())
                if not meant:
                    meant, said = name, words
                elif name != meant:
                    self.unread.append(words)
        return meant, said

    def all(self, pattern: re.Pattern[str]) -> list[str]:
        return [self.take(*each.span()) for each in list(pattern.finditer(self.text))]

    def chunks(self) -> tuple[str, ...]:
        """What is left once all that says nothing of its own is taken away."""
        return tuple(filter(None, _BLANKS.split(_FILLER.sub(_BLANK, self.text))))


NUMBER = r"(?:\d{1,3}|[一二两三四五六七八九十]{1,3})"
_EACH = (
    r"(?:各个?|哪一?个|哪些|哪几个|每个|(?<![部充])分(?:别按)?|按|最[多少高低好差]的"
    rf"|(?:(?:前|倒数第?|[哪的]){NUMBER}[名个家位]?|{NUMBER}[名个家位])的?)(?:承办)?"
)
_BEHIND = rf"(?={_BLANK}*的?(?:排名|排行|排序|分布|[分看]|都?[有是]哪[些几个]))"
"""The measure may stand between: 「物业满意率排名」"""
_COUNTERS = "件个起条单宗桩建间见"
"""With what is written for 「件」 by ear"""


def _table(*rows: tuple[str, str]) -> Table:
    return [(re.compile(words), name) for words, name in rows]


def _groups(words: str) -> str:
    return rf"{_EACH}(?:{words})|(?:{words}){_BEHIND}"


def _either(*tables: Table) -> str:
    return "|".join(pattern.pattern for table in tables for pattern, _ in table)


GROUPS = _table(
    (_groups("物业公司|物业") + "|哪一?家物业(?:公司)?", "team"),
    (_groups("部门"), "team"),
    (_groups("单位|公司|队伍"), "team"),
    (_groups("社区(?!工作)"), "community"),
    (_groups("街道"), "street"),
    (_groups("网格(?![员长])"), "grid"),
    (_groups("小区|地方"), "place"),
    (r"各类别|各类|哪一?类|哪几类|哪些类|各种|每类|按类别?|分类|哪一?种|各个类别|类别" + _BEHIND, "category"),
    (_groups("来源|渠道"), "source"),
    (r"逐日|按天|按日|哪一?天|走势|趋势", "day"),
)
BEFORE_A_MEASURE = _table(
    (rf"(?:物业公司|物业|部门|单位)(?={_BLANK})", "team"),
    (rf"社区(?={_BLANK})", "community"),
    (rf"街道(?={_BLANK})", "street"),
    (rf"小区(?={_BLANK})", "place"),
)
"""「物业超时多少」: of whom, right before what was read"""
_WHO = r"谁家?(?!来|管|能|知道|去|给|负责|定|都|也|说|报|反映|投诉|催|打|有|要|看)"
RANKING = re.compile("排名|排行|排个?名|名次")
"""By what isn't said: by who did the work, as the command of that name does"""
ASKED_IN_PASSING = _table(
    (r"哪(?:一|几|些|两|三)?家(?:单位|公司)?", "team"),
    (_WHO, "team"),
    (r"哪里|哪儿|什么地方|哪块|集中在哪", "place"),
    (r"每天|每日", "day"),
    (r"(?:什么|啥|哪些|哪些?方面)的?(?:问题|事情?|诉求|投诉)|哪些?方面", "category"),
    (r"(?:反映|投诉|报|诉求|问题)[了的]?(?:最多的?)?(?:问题|事情?)?都?是?些?(?:什么|啥)", "category"),
)
"""Groups that are also said where nobody asks for figures: 「谁家的狗」, 「什么问题」. The rest must be read too"""
IN_PASSING = re.compile(_either(ASKED_IN_PASSING))
OF_TEAMS = frozenset(
    {
        "late", "returned", "reopened", "open", "closed", "solved", "satisfaction_rate", "solved_rate", "on_time_rate",
        "response_rate", "three_day_rate", "reopened_rate", "report_late", "report_rate",
    }
)  # fmt: skip
"""Figures that tell of who works. 「谁投诉最多」 asks for a resident"""
NO_NAME = re.compile("(?:小区|社区|街道|网格员?|物业|部门|单位|公司|中心|服务|管理|综合|大队|居委会|办事处)+")
"""Words that many names have, so that alone they name nobody"""
KINDS = ((r"物业", TeamKind.PROPERTY), (r"部门", TeamKind.DEPARTMENT))
MEASURES = _table(
    *(
        (rf"(?<![没未不非])(?:{words})", name)
        for words, name in (
            (r"(?:按时)?报到率|按时报到|报到.{0,3}及时", "report_rate"),
            (r"(?:报到|吹哨).{0,4}(?:迟到?|晚|超时|慢)|迟到", "report_late"),
            (r"满意率|满意度", "satisfaction_rate"),
            (r"解决率", "solved_rate"),
            (r"按[期时](?:办结)?率|按期(?:办结)?|(?:办结)?及时率", "on_time_rate"),
            (r"响应率", "response_rate"),
            (r"(?:三|3)[日天](?:内)?办结率", "three_day_rate"),
            (r"重办率|返工率", "reopened_rate"),
            (r"退单(?!率)", "returned"),
            (r"红色警情|警情", "red"),
            (r"重办(?!率)过?|返工(?!率)", "reopened"),
            (r"超时(?!率)|逾期(?!率)|超期(?!率)", "late"),
            (
                r"在办(?!结)|(?:没(?:(?<!有没)有)?|未)(?:办[完结好]|处理完?|解决|结案|完成?)|没有?办(?=的|$|[多几？?])",
                "open",
            ),
            (r"待办|待处理|积压|压着", "open"),
            (r"(?:已经?)?(?:居民确认)?解决(?:[了的]|(?=多少|几))(?!率)|已解决", "solved"),
            (r"(?:已经?)?(?:办[结完]|结案)(?!率)|(?<!催)[办结](?:了|掉|好)的?(?=多少|几)", "closed"),
            (r"(?:处理|完成)完?了?的?有?(?=多少|几)", "closed"),
            (r"催办(?!率)|被催|催[了过](?=[多几的])", "urged"),
            (r"紧急(?!率)|危险", "urgent"),
        )
    )
)
COUNT_BESIDE = re.compile(
    rf"(?<!没)[收来报接]到?[了过]?的?(?:多少|几)[{_COUNTERS}]?(?!.*超)|(?<!{_BLANK})件数(?=[和与跟、]|$)|总量"
)
"""Beside another measure: two figures at once, and only one would be given"""
STILL = _table((r"还有(?=多少|几)|还?剩下?(?=多少|几)", "open"))
"""Where no measure is named: 「还有多少」, but 「还有几件超时」"""
SOURCES = _table(
    ("12345", Source.HOTLINE.value),
    ("热线", Source.HOTLINE.value),
    ("巡查", Source.PATROL.value),
    ("公众号|微信", Source.CHAT.value),
    ("导入", Source.IMPORT.value),
)
_HOW = "怎么样|怎样|咋样|如何"
_STATE = "情况(?<!紧急情况)(?<!危险情况)|概况|状况|数据|数字|统计|汇总|小结"
_AT_THE_END = r"[呢吗？?。]*$"
_AMOUNT = "|".join(
    [f"{word}[数量]{_AT_THE_END}" for word in ("诉求", "工单", "投诉", "件", "单", "报", "新增", "的")]
    + [f"{word}[件数量]{_AT_THE_END}" for word in ("在办", "办结", "结案", "超时", "退单", "重办", "催办", "紧急")]
    + [f"{word}{_AT_THE_END}" for word in ("新增", "在办", "满意度")]
)
_NUMBERED = rf"多少[{_COUNTERS}]|几[{_COUNTERS}]"
# Each choice begins with a character of its own: so a search skips whatever begins none, and most messages hold none.
_HOW_MANY = rf"多少|几[{_COUNTERS}]|统计|数量|总[数量]|占比|率|百分之几|最(?!近)|同比|环比|相比|{_AMOUNT}"
_PLAINLY = (
    rf"{_HOW_MANY}|{_HOW}|{_STATE}|哪[个几一二两三四五六七八九十些家里儿块类种天方]|集中在哪|分别|各[个类小社街单网物部种]|每[天日]"
    rf"|按.{{1,4}}[分看]|分.{{1,4}}[分看]|排|分布|倒数|前\s*(?:\d|[一二两三四五六七八九十])|{_WHO}|比|走势|趋势"
)
_YES_OR_NO = r"有没有|有(?<!没有).{0,8}(?:吗|没$|没有$)|多不多|高不高|多[吗么]|高[吗么]"
ASKS = re.compile(rf"{_PLAINLY}|{_YES_OR_NO}|什么|啥|\?|？")
ASKS_PLAINLY = re.compile(_PLAINLY)
YES_OR_NO = re.compile(_YES_OR_NO)
"""Whether there is any, or much: it is answered by how many there are"""
HOW_MANY = re.compile(_HOW_MANY)
NUMBERED = re.compile(_NUMBERED)
COUNTED = re.compile(
    rf"多少|{_NUMBERED}|{_HOW}|{_STATE}|新增|投诉|诉求|工单|问题|率{_AT_THE_END}"
    f"|{_either(MEASURES, GROUPS, ASKED_IN_PASSING)}"
)
"""Says by itself that it may be figures that are asked for; else it takes a time"""
TICKETS = re.compile(rf"诉求|工单|投诉|举报|(?:多少|几)[件单]|率{_AT_THE_END}")
"""Counted, or a rate, whatever else is said"""
TOLD = re.compile(r"诉求|工单|报|件|投诉|问题|率|新增|来了|转来")
"""Counted of a place, a time or a kind"""
REPEATED = re.compile("(?:多少|[几好]几?)[次遍回]")
"""Counted, or complained of: 「都投诉多少次了」"""
CERTAINLY = re.compile(r"多少件|几件|率|最[多少高低]")
UNHEEDED = re.compile(
    r"[没未不非](?:(?<!有没)有)?(?:按[期时]|及时|超[时期]|逾期|满意|响应|紧急|签收|评价|催办?|重办|退单)"
    r"|(?:即将|快要?|马上要?|就要|将要?)(?:到期|超[时期]|逾期)了?|到期"
    r"|[上中下]午|早[上晨]|[早今昨]晚|晚上|夜里|[半深]夜|凌晨|每小时|时段|百分之[几多少]*"
    r"|(?:[低高大小多少]于|超过|不到|不足)\d*[%件]?|\d+%?以[上下]|\d+%"
)
"""The contrary of a measure, what will be one, a part of the day: read as a whole, so that no half of it is"""
OVERVIEWS = re.compile(
    "(?:请问?|麻烦|帮[我忙]|给我|[看查问]一?[看下]|了解一?下|说说|汇?报一下|报告|我们|咱们?|整体|总体|工作|办理|诉求|投诉|工单|反映"
    "|新增|[把的，,　 ])*"
    f"(?:有?(?:什么|啥))?(?:{_HOW}|{_STATE}|办得|干得|做得)+"
    f"(?:{_HOW}|{_STATE}|给我|[看报说讲发][一给]?[看下我]|[了呢啊呀吧的，。！？?,.!　 ])*"
)
"""All that is left beside an area, a time or a category where one asks how things are there"""
COMPARES = re.compile(
    r"[相对环]?(?<![同占])比(?:起来|较)?(?!例|率)|[多少高低升降]了?还是[多少高低升降]|(?:增[加长多]|减少|上升|下降|降低)(?![率幅])"
)
OWN = re.compile("(?:我们|咱们?|本)这?个?(社区|街道|网格|县|市|区(?!别))")
"""The asker's own area: 「我们社区」"""
FOLLOWS = re.compile(r"(?:那么?|还有)?(.{1,12}?)的?呢[?？。]*")
"""After an answer: the same of another time, area or kind: 「那上周呢」"""
JOINS = re.compile(rf"[\s{_BLANK}]*(?:和|与|跟|同|、)[\s{_BLANK}]*")
BASE = re.compile(rf"(?:比起?|和|与|跟|同|较)[\s{_BLANK}]*$")
"""Before a time with which this one is compared: 「比上周」, 「和上个月比」"""
LIMIT = re.compile(
    r"(?:(?<![目之以当])前|倒数第?|后|[哪的](?=.{1,3}[个家名]))\s*(\d{1,3}|[一二两三四五六七八九十]{1,3})(?!\d|\s*个?[天日周月年季])"
)
ORDER = re.compile(r"最[多少高低]|[多少高低][到至][多少高低]|从|倒数")
BEST = re.compile(r"最[好差]|倒数")
_FILLER = re.compile(
    f"(?:诉求|工单|投诉|[件单报])(?:数量|[数量])|(?:多少|几)[{_COUNTERS}]?|{_HOW}|{_STATE}"
    "|反映|反馈|投诉|举报|诉求|工单|问题|事情|事项|件数|数量|总[数量]|总共|一共|合计|全部|所有|分别"
    "|排名|排行榜?|排序|分布|列出|列一下|显示|告诉|想?知道|看一下|看看|查一下|查查|查询|请问|帮忙|帮我|给我|一下|[查看问算报列]下"
    "|以来|期间|以内|之内|居民|群众|业主|市民|大家|百姓|收[到了]|接[到了]|来了|转来|受理|产生|发生|出现|发现|方面|类别|相关|有关|关于"
    "|到底|新增|目前|现在|当前|截至|截止|至今|来自|来源|来着|渠道|承办|辖区|范围|我们|咱们|全[市区县]|全街道|哪些|哪个|什么|每个|各个"
    "|有没有|报来|报修|上报的|处理|办理|工作|综合|总体|整体|主要|集中|手[上里头]|麻烦"
    "|[多少高低]不[多少高低]|没有?(?=[？?]*$)|还有|还?剩下?|[办干做]得"
    "|[的了吗呢啊吧呀嘛哦哈啦是有在里内中共请您我帮查看想要报件个条起家名位次项各按分排最多少高低几哪啥前后从到至和与及跟对向给得被都还又新今来自于上说这那本数总类事]"
    r"|[\s,，。.、;；:：?？!！“”\"'()（）]"
)
