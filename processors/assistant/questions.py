"""Words that ask: a line of our people that begins with them orders nothing, nor what stands behind "скажи". Pure."""

import re
from typing import Final

_ASKING: Final = (
    r"сколько|где|когда|почему|зачем|кто|какой|какая|какие|каков\w*|чей|чья|есть ли|был\w? ли|правда ли|можно ли"
)
_OPENS: Final = re.compile(rf"(?:{_ASKING}|что|как)(?!\S)")
_BEHIND: Final = re.compile(
    rf"(?:{_ASKING}|мне|нам|как дела|что (?:с|у|по|там|нового|делать|случилось|происходит|стало))(?!\S)"
)


def asks(line: str) -> bool:
    """Whether a line (its words, small) that begins with no order is a question."""
    return _OPENS.match(line) is not None


def asks_behind(rest: str) -> bool:
    """Whether what stands behind an order to write or to say is asked of us. "что" and "как" may begin the message
    itself there («напиши, что акт отправим завтра»): they ask only with what usually follows."""
    return _BEHIND.match(rest) is not None
