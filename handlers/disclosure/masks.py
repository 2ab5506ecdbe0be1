"""Mask names, numbers and homes in free text, for readers who may not see them.

Masking a word too many does little harm, while a missed name may. Every pattern reads each character a bounded number
of times, so that a text of 64 KB can't block a web process.
"""

import re
from collections.abc import Collection
from enum import StrEnum
from pathlib import Path

from nlp.reading.identities import mask


class Hides(StrEnum):
    """Kinds of data that can be masked separately."""

    NAMES = "names"
    """Also licence plates and accounts"""
    NUMBERS = "numbers"
    HOMES = "homes"


EVERYTHING = frozenset(Hides)
_STAR = "*"
_LONGEST = 4_000
"""Characters; WeChat's own limit is half of it"""
_SINGLE, *_DOUBLE = (Path(__file__).parent.parent / "data" / "surnames.txt").read_text("utf-8").split()
_SURNAME = f"(?:{'|'.join(_DOUBLE)}|[{_SINGLE}])"
_HAN = r"[\u4e00-\u9fff]"
_NAME = rf"{_SURNAME}{_HAN}{{1,2}}"
_STOP = r"[，。！？、,.!?;；:：\s“”\"（）()*\d]"

# 「502」「五零二」「3-2-502」「三楼东户」: in a small compound these identify a family like a name.
_COUNT = r"[\dA-Za-z一二三四五六七八九十百零〇]"
_HOUSE = re.compile(
    rf"(?<!{_COUNT}){_COUNT}++(?=\s*(?:号楼|栋|幢|座|号院|单元|号|室|户|层|楼|门|排))"
    r"|(?<!\d)(?!(?:19|20)\d\d-)\d++(?:[-—－~]\d++)++[A-Za-z]*+"
    r"|(?<=[楼层])[东西南北中](?:边|侧|头)?(?:户)?(?![面门侧])|[东西南北中](?:边|侧)?户"
    r"|(?<![一二三四五六七八九零〇十百千万两])[一二三四五六七八九]{1,2}[零〇一二三四五六七八九][一二三四五六七八九](?![一二三四五六七八九零〇十百千万])"
    r"|(?<![\d.:：*])(?!1[12][0-9](?!\d))[1-9]\d{2,3}[A-Za-z]?(?![\d.:：]|\*\*|\s*(?:元|块|米|天|年|月|多|路|度|瓦|平|万|千|次|人|条|个|分|点|斤|升))"
)
_PLATE = re.compile(r"[\u4e00-\u9fff][A-HJ-NP-Z][·.\- ]?[A-HJ-NP-Z0-9]{5,6}(?![A-Za-z0-9])", re.IGNORECASE)
_ACCOUNT = re.compile(
    r"((?:微信|[Vv微威]信|[VvWw][Xx]|[Qq][Qq]|扣扣|抖音|快手|微博|支付宝|账号|卡号)[^，。,!！?？\dA-Za-z@]{0,6})"
    r"[A-Za-z0-9@][A-Za-z0-9@_.\-]{4,}+"
)
_ADDRESS = re.compile(r"(?<![\w.])[\w.]{1,64}+@[\w.]{1,64}|@[\w]{2,20}")
_LONG_NUMBER = re.compile(
    r"(?<!\d)(?!2\d(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])\d{5}(?!\d))\d{9,}+|(?<![A-Za-z])[A-Z]\d{7,}+"
)
"""Numbers too long for a price or a date; ticket numbers are kept"""

_NO_NAME = (
    "马上|马路|周[一二三四五六日末边围]|任何|于是|何时|高[空压层楼温处]|白[天色]|黄[色线灯]|金属|江边|夏天|毛病|常[年常]|方便|石头|龙头|"
    "雷雨|万一|文明|易燃|段时|路[灯面上边口]|门[口前]|车[位库棚牌辆里上]|管[道子家理]|安[全装排]|时[间候]|应[该当]|关[了着]|房[子东租]|"
    "和[平谐]|明[天显年]|向[上下前]|全[家部是都]|单[元位号]|包[裹装]|和[物保我他她]|连[着续]|边上|农民|司机|解[决释]|党员|冷[水气]|路过|"
    "成[天了]|经理|阳[台光]|温度|纪[念录]|商[店场户]|游[戏泳]|项目|景区|古城|乐器|干净|应急|查[看一]|包括|施工|计[划算]"
)
# After 「我叫」「户主」「我妈」 any word is a name; after 「我是15号楼的」 only one that looks like a name.
_TOLD = re.compile(
    r"((?:我|俺|孩子|本人|爱人|他|她)(?:名字)?叫|我名|姓名|名字|联系人|户主|户名|房东|产权人|收件人|家长|家属|报警人|反映人|投诉人|申请人)"
    r"([是叫为:：\s]{0,2})(?![他她你人物保警来去上修不他没谁啥])([^，。！？、,.!?;；:：\s\d*]{1,4})"
)
_KIN = re.compile(
    r"((?:我|俺|咱|他|她)?(?:妈|爸|娘|爹|爷|奶|姥|老伴|爱人|老公|老婆|丈夫|媳妇|儿子|女儿|闺女|孩子|业主|本人|住户|楼长|主人|师傅|叫))"
    rf"(?!{_NO_NAME}){_NAME}(?={_STOP}|$|的|家|和|气|被|说)"
)
_AM = re.compile(
    rf"((?:我|俺)(?:就)?是?[^我俺，。！？,!?;；\s]{{0,14}}?)(?!{_NO_NAME})(?:{_NAME}|[老小阿]{_SURNAME}|{_SURNAME}某?)"
    rf"(?=家的|家|{_STOP}|$)"
)
_SURNAMED = re.compile(rf"((?<!百家)姓)(?!名|氏|啥|什么)(?:{'|'.join(_DOUBLE)}|{_HAN})")
TITLE = r"(?:先生|女士|小姐|太太|阿姨|叔叔?|大爷|大妈|大姐|大哥|大娘|奶奶|爷爷|师傅|老师|嫂|婶)"
_TITLED = re.compile(rf"{_SURNAME}(?={TITLE})")
_FAMILIAR = re.compile(rf"[老小阿]{_SURNAME}(?=家|接|{_STOP}|$)")
_ALONE = re.compile(
    rf"(?:^|(?<=[，。！？；、,;!?\s：:*号楼栋座室户层元的叫和\d])|(?<=联系)|(?<=业主)|(?<=本人))(?!{_NO_NAME}){_NAME}"
    rf"(?={_STOP}|$|电话|手机|联系|投诉|举报|反映|报修|和|合|家)"
)
_AT_HOME = re.compile(rf"(?<=[到去给帮为替找上里])(?!{_NO_NAME}){_NAME}(?=家)")


def masked(text: str, hidden: Collection[Hides]) -> str:
    """The text with these kinds masked, cut after _LONGEST characters."""
    text = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
    if Hides.NUMBERS in hidden:
        text = mask(text)
    if Hides.NAMES in hidden:
        text = _LONG_NUMBER.sub(_STAR, _ADDRESS.sub(_STAR, _ACCOUNT.sub(r"\1*", _PLATE.sub(_STAR, text))))
        text = _SURNAMED.sub(r"\1*", _TOLD.sub(r"\1\2*", _KIN.sub(r"\1*", text)))
        text = _FAMILIAR.sub(_STAR, _TITLED.sub(_STAR, _AM.sub(r"\1*", text)))  # 「王女士」 before names alone
        text = _AT_HOME.sub(_STAR, _ALONE.sub(_STAR, text))
    return _HOUSE.sub(_STAR, text) if Hides.HOMES in hidden else text


def shielded(text: str) -> str:
    """The text with all kinds masked."""
    return masked(text, EVERYTHING)
