"""What is kept of people and for how long: the settings, and what one may read of another."""

import re
from collections.abc import Collection
from functools import cache
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from models.grid import TeamKind
from models.person import Person
from models.ticket import Ticket
from nlp.reading.identities import IdentityKind, mask

Count = Annotated[int, Field(gt=0)]

# 「3号楼2单元502室」「3-2-502」: in a small compound these name a family as surely as its name does.
# Each run of digits is read once, from its start: a text of 64 KB must not stop a web process.
_COUNT = r"[\dA-Za-z一二三四五六七八九十百]"
_HOUSE = re.compile(
    rf"(?<!{_COUNT}){_COUNT}++(?=\s*(?:号楼|栋|幢|座|号院|单元|号|室|户|层|楼|门))"
    r"|(?<!\d)(?!(?:19|20)\d\d-)\d++(?:[-—]\d++)++[A-Za-z]*+"
)
# 「晋J·58B21」「微信 wxl_1980」「QQ283746512」, and what is too long for a price: it names a person or their things.
_PLATE = re.compile(r"[\u4e00-\u9fff][A-HJ-NP-Z][·.\- ]?[A-HJ-NP-Z0-9]{5,6}(?![A-Za-z0-9])", re.IGNORECASE)
_ACCOUNT = re.compile(r"((?:微信号?|[Vv][Xx]|[Ww][Xx]|QQ号?|qq号?)[是为:：加\s]{0,3})[A-Za-z0-9][\w\-]{4,}+", re.ASCII)
_LONG_NUMBER = re.compile(r"(?<!\d)\d{7,}+")
# 「我是3号楼的王秀兰」「我叫王秀兰」「姓名：王秀兰」
_WHO_I_AM = re.compile(
    r"(我是|我叫|我姓|本人叫?|姓名[是:：]?|联系人[是:：]?|业主[:：]|户主[:：]?)[^，。！？,!?;；\s]{1,20}"
)
_SURNAME = (
    "[王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜"
    "范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文]"
)
# 「王女士」, and a name that stands by itself: 「502王秀兰，电话…」. Words of the street that begin like one stay.
_TITLED = re.compile(rf"{_SURNAME}(?=(?:先生|女士|小姐|阿姨|叔叔|大爷|大妈|大姐|大哥|奶奶|爷爷|师傅|老师))")
_NO_NAME = (
    "马上|马路|周[一二三四五六日末边围]|任何|于是|何时|高[空压层楼温处]|白[天色]|黄[色线灯]|金属|江边|夏天|毛病|常[年常]|方便|石头|龙头|"
    "雷雨|万一|文明|易燃|段时"
)
_ALONE = re.compile(
    rf"(?:^|(?<=[，。！？；、,;!?\s：:*号楼栋座室户层元的叫])|(?<=联系)|(?<=业主)|(?<=本人))(?!{_NO_NAME}){_SURNAME}"
    r"[\u4e00-\u9fff]{1,2}(?=$|[，。！？；、,;!?\s\d*]|电话|手机|联系|投诉|举报|反映|报修)"
)
_GAP = "[^，。！？,!?;；\\s]{0,10}"
"""What 「…」 stands for in `shield_words`: something, within the sentence"""
_VIOLENCE = "violence"


class Privacy(BaseModel):
    """Section `privacy`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    message_days: Count = 180
    """What people wrote and were told, outside of tickets, is wiped after this"""
    media_days: Count = 365
    """Photos and voices of a ticket are deleted so long after it ended"""
    people_days: Count = 730
    """Residents who haven't written for so long, and have nothing open, are forgotten"""
    guesses_per_hour: Count = 5
    """Wrong invitation codes that one person may try"""
    export_minutes: Count = 30
    """So long a link to an exported list works"""
    export_rows: Count = 20_000
    shield: dict[str, tuple[TeamKind, ...]] = {"property": (TeamKind.PROPERTY,)}
    """Complaints of these categories are about teams of these kinds: their people must not learn whose they are"""
    shield_words: dict[TeamKind, tuple[str, ...]] = {
        TeamKind.PROPERTY: (
            *(f"{verb}…{whom}" for verb in ("投诉", "举报", "控告") for whom in ("物业", "保安")),
            *(f"保安…{deed}" for deed in ("打人", "骂", "喝酒", "态度", "偷")),
            *("物业经理", "物业主任", "物业的人", "物业人员", "物业工作人员"),
        )
    }
    """Neither must those of whom a report of another category says so; 「…」 is up to ten characters"""


def for_staff(text: str) -> str:
    """A resident's words as staff read them in pushes and lists; the whole text is behind 看, which is written down."""
    return mask(text)


def for_residents(text: str) -> str:
    """Staff's words as residents and their neighbours read them: only an office's telephone may stand in them."""
    return mask(text, keep={IdentityKind.LANDLINE})


def is_delicate(privacy: Privacy, ticket: Ticket) -> bool:
    """It complains of a team: pushes and lists, which colleagues see over one's shoulder, tell no address."""
    return bool(complained_of(privacy, ticket))


def complained_of(privacy: Privacy, ticket: Ticket) -> Collection[str]:
    """The kinds of teams that a ticket complains of, by its category or by its words. Where there is danger the words
    don't count, for nobody may have to look for the flat; but for violence, which one of them may have done.
    """
    kinds = privacy.shield.get(ticket.category, ())
    if kinds or ticket.red_flag not in ("", _VIOLENCE):
        return kinds
    return [kind for kind, words in privacy.shield_words.items() if words and _mentions(words).search(ticket.text)]


def is_complained_of(privacy: Privacy, kind_of_team: str, person: Person, ticket: Ticket) -> bool:
    """It complains of such teams as this person's: even opening it must not tell who complained."""
    mine = person.id is not None and person.id == ticket.reporter_id
    return not mine and not person.is_overseer and kind_of_team in complained_of(privacy, ticket)


@cache
def _mentions(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(_GAP.join(map(re.escape, each.split("…"))) for each in words))


def shielded(text: str) -> str:
    """Without numbers of houses, flats, telephones, plates and accounts, and what somebody says of who they are.

    A word too many that is starred costs little here; a name that stays may cost its owner a quarrel.
    """
    numbered = _LONG_NUMBER.sub("*", _PLATE.sub("*", _ACCOUNT.sub(r"\1*", mask(text))))
    hidden = _HOUSE.sub("*", _WHO_I_AM.sub(r"\1*", numbered))
    return _ALONE.sub("*", _TITLED.sub("*", hidden))


def name_masked(name: str) -> str:
    """「王秀兰」 → 「王**」."""
    return name[:1] + "*" * (len(name) - 1)
