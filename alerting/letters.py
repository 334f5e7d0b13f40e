"""A message that Telegram did not take, as a letter. Pure."""

import re
from html import unescape
from typing import NamedTuple

from processors.russian.dates import length
from schemas.types import Millis

LONGEST_SUBJECT = 120
"""Characters: what a list of letters shows of it."""

_LINK = re.compile(r'<a href="([^"]*)">(.*?)</a>', re.DOTALL)
_TAG = re.compile(r"</?[a-z][^>]*>")


class Letter(NamedTuple):
    """A letter, once as plain text and once as HTML."""

    subject: str
    text: str
    html: str


def render_letter(message: str, waited: Millis, *, buttons: bool, refused: bool = False) -> Letter:
    """`message` is Telegram's HTML, undelivered for `waited` ms; `buttons`: it has some, which a letter cannot have;
    `refused`: Telegram will never take it.
    """
    plain = unescape(_TAG.sub("", _LINK.sub(r"\2 (\1)", message))).strip()
    subject = next((line.strip() for line in plain.splitlines() if line.strip()), "")
    if len(subject) > LONGEST_SUBJECT:
        subject = subject[: LONGEST_SUBJECT - 1].rstrip() + "…"
    why = "Telegram не принял это сообщение, поэтому оно пришло почтой."
    if not refused:
        why = f"Telegram не доставил это сообщение за {length(waited)}, поэтому оно пришло почтой. "
        why += "Когда связь вернётся, оно придёт и туда" + (", с кнопками." if buttons else ".")
    body = message.strip().replace("\n", "<br>\n")
    return Letter(f"Leadpulse: {subject}", f"{plain}\n\n--\n{why}\n", f"<p>{body}</p>\n<p><i>{why}</i></p>\n")
