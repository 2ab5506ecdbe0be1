"""Whose telephone number somebody asks for."""

import re

from nlp.faq.lexicon import lexicon

_ASKS = re.compile(r"电话|号码|联系方式|怎么联系|联系谁|怎么找|叫什么|是谁|哪一位")
_LONGEST = 24
"""Characters; more of them tell a matter"""


def contact_asked(text: str) -> str:
    """`community`, `property`, `grid`, `street`, `duty`, as the last one named; "" where nobody is asked for."""
    said = lexicon().standard(text)
    if len(said) > _LONGEST or not _ASKS.search(said):
        return ""
    known = lexicon().contacts
    found = [known.name_of[match[0]] for match in known.pattern.finditer(said)]
    return "duty" if "duty" in found else (found[-1] if found else "")
