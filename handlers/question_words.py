"""The words of a supervisor's question: what asks, what is counted, by what, and what says nothing of its own."""

import re
from collections.abc import Iterable, Sequence

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
    rf"(?:各个?|哪一?个|哪些|哪几个|每个|按|最[多少高低好差]的|(?:前|倒数第?|[哪的])?{NUMBER}[名个家位]?的?)(?:承办)?"
)
_RANKED = r"(?=排名|排行|排序|分布|[分看])"


def _table(*rows: tuple[str, str]) -> Table:
    return [(re.compile(words), name) for words, name in rows]


def _groups(words: str) -> str:
    return rf"{_EACH}(?:{words})|(?:{words}){_RANKED}"


def _either(*tables: Iterable[tuple[re.Pattern[str], str]]) -> str:
    return "|".join(pattern.pattern for table in tables for pattern, _ in table)


GROUPS = _table(
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
KINDS = ((r"物业", TeamKind.PROPERTY), (r"部门", TeamKind.DEPARTMENT))
MEASURES = _table(
    *(
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
)
SOURCES = _table(
    ("12345", Source.HOTLINE.value),
    ("热线", Source.HOTLINE.value),
    ("巡查", Source.PATROL.value),
    ("公众号", Source.CHAT.value),
    ("导入", Source.IMPORT.value),
)
ASKS = re.compile(
    r"多少|几[件个起条]|哪[个几一二两三四五六七八九十些家里儿类种天]|最多|最少|最高|最低|统计|怎么样|如何|数量|情况|率|占比|分别"
    r"|各[个类小社街单网物部种]|每[天日]|按.{1,4}[分看]|排|前\s*(?:\d|[一二两三四五六七八九十])|\?|？"
)
COUNTED = re.compile(f"多少件|几件|{_either(MEASURES, GROUPS)}")
"""Says by itself that it is figures that are asked for; else it takes a time"""
TOLD = re.compile(r"诉求|工单|报|件|投诉|问题|率")
"""What is counted where nothing else is said to be"""
HOW_MANY = re.compile(r"多少|几[件个起条]|统计|数量|占比|率|最(?!近)|[同环相]比")
PLAINLY = re.compile(r"多少件|几件|率|最[多少高低]")
DENIED = re.compile(r"[没未不非](?:有)?(?:按[期时]|及时|超[时期]|逾期|满意|响应|紧急|签收|评价|催办?|重办|退单)")
LIMIT = re.compile(
    r"(?:前|倒数第?|后|[哪的](?=.{1,3}[个家名]))\s*(\d{1,3}|[一二两三四五六七八九十]{1,3})(?!\d|\s*个?[天日周月年季])"
)
ORDER = re.compile(r"最[多少高低]|[多少高低][到至][多少高低]|从|倒数")
BEST = re.compile(r"最[好差]")
OTHER_FIGURE = re.compile(
    r"率|比|均|多久|多长|时长|快|慢|最?[好差]|趋势|变化|走势|增[加长多]|减[少]|翻|涨|降|[没未不非][按超满紧响办签催评逾]"
    rf"|多少[人户钱]|[人户]$|[每按][周月年季]|{NUMBER}个?[天日周月年季]|小时|上午|下午|晚上|夜里|国庆|春节|元旦|五一"
)
"""Unread, it asks for another figure than the one that was understood"""
_FILLER = re.compile(
    "反映|反馈|投诉|举报|诉求|工单|问题|事情|事项|件数|数量|总数|总共|一共|合计|全部|所有|多少|情况|怎么样|怎样|如何|分别|统计|汇总"
    "|排名|排行榜?|排序|分布|列出|列一下|显示|告诉|想?知道|看一下|看看|查一下|查查|查询|请问|帮忙|帮我|给我|一下|以来|期间|以内|之内"
    "|居民|群众|业主|市民|收到|接到|受理|产生|发生|出现|方面|类别|相关|有关|关于|到底|新增|目前|现在|当前|截至|截止|至今|来自|来源"
    "|渠道|承办|辖区|范围|我们|全[市区县]|全街道|哪些|哪个|什么|每个|各个|有没有|报来|报修|上报的|处理"
    "|[的了吗呢啊吧是有在里内中共请我帮查看想要报件个条起家名位次项各按分排最多少高低几哪前后从到至和与及跟对向被都还又新今来自于上说这那本数总类]"
    r"|[\s,，。.、;；:：?？!！“”\"'()（）]"
)
