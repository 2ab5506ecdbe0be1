"""Which office's telephone number a text asks for."""

import re

from nlp.faq.lexicon import lexicon

_ASKS = re.compile(r"电话|号码|联系方式|怎么联系|联系谁|怎么找|叫什么|是谁|哪一位")
_CALLED = re.compile(r"[打拨接](?!通)\S{0,3}电话|电话\S{0,4}[不没]")
_WANTED = re.compile(r"[谁几哪怎]|多少")
_LONGEST = 24
"""Characters; a longer text is a report"""


def contact_asked(text: str) -> str:
    """`duty` if named, else the last named of `community`, `property`, `grid`, `street`; "" if it asks for none."""
    said = lexicon().standard(text)
    if len(said) > _LONGEST or not _ASKS.search(said):
        return ""
    known = lexicon().contacts
    found = [known.name_of[match[0]] for match in known.pattern.finditer(said)]
    return "duty" if "duty" in found else (found[-1] if found else "")


def tells_of_calls(text: str) -> bool:
    """「半夜打我妈电话」「打电话从来不接」: a complaint about calls, which asks for no number."""
    return _CALLED.search(text) is not None and not _WANTED.search(text)
