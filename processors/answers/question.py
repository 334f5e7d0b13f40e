"""A question as it is taken: one line of text about one client; a question about another is refused by rule. Pure."""

import re
import unicodedata

from processors.russian.words import plain
from schemas.errors import Refused
from schemas.types import LeadId

LONGEST = 500
"""Characters."""
_LEAST = 2
_SPACES = re.compile(r"\s+")
_LEAD = re.compile(r"(?:\bклиент\w{0,3}|\bлид\w{0,3}|\blead)[\s№#:«\"-]{0,4}(\d{1,12})\b")
"""«клиент 12345», «лида № 12345», `lead-12345`: how people name a client by his number."""


def asked(question: str, lead: LeadId) -> str:
    """The question in one line. Raises `Refused` with words for the person who asked."""
    if not lead:
        raise Refused("вопрос задают о клиенте, а его номер не указан")
    text = _SPACES.sub(" ", unicodedata.normalize("NFC", question)).strip()
    if not text.isprintable() or len(text) < _LEAST:
        raise Refused("вопрос пуст или содержит непечатные знаки")
    if len(text) > LONGEST:
        raise Refused(f"вопрос длиннее {LONGEST} знаков: спросите короче")
    others = {number for number in _LEAD.findall(plain(text)) if number.lstrip("0") != lead.lstrip("0")}
    if others:
        raise Refused(
            f"вопрос о другом клиенте ({', '.join(sorted(others))}), а открыт {lead}: спросите в карточке того клиента"
        )
    return text
