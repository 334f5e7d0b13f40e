"""Words of others (clients, models) made safe for where they go: one line each, cut at sentences, escaped. Pure."""

import html
import re


def line(text: str) -> str:
    """On one line, without control and direction characters."""
    return "".join(c for c in " ".join(text.split()) if c.isprintable())


def cut(text: str, longest: int) -> str:
    """One line, at most `longest` characters: whole sentences if they fill a third of it, else words and "…"."""
    whole = line(text)
    if len(whole) <= longest:
        return whole
    ends = [found.end() for found in re.finditer(r"[.!?…](?= )", whole[: longest + 1])]
    if ends and ends[-1] >= longest // 3:
        return whole[: ends[-1]]
    head = whole[: longest - 1]
    return (head.rpartition(" ")[0] or head).rstrip(" ,;:—-") + "…"


def markdown(text: str) -> str:
    """As CommonMark shows it literally. There is no newline in it, so only its beginning could start a block."""
    escaped = re.sub(r"([\\`*_\[\]<~]|&(?=[#\w]+;))", r"\\\1", line(text))
    escaped = re.sub(r"^(\d{1,9})([.)])(?=\s|\Z)", r"\1\\\2", escaped)
    return re.sub(r"^([#>+=-])", r"\\\1", escaped)


def bb(text: str) -> str:
    """Without BB codes and tags: brackets become round, as Bitrix24 documents no way to escape one.

    Without characters outside the basic plane too: a database in MySQL's 3-byte utf8 cuts a text at the first of them,
    and our mark with it.
    """
    basic = "".join(c for c in line(text) if ord(c) <= 0xFFFF)
    return re.sub(r"<(?=[A-Za-z/!?])", "‹", basic.translate({ord("["): "(", ord("]"): ")"}))


def telegram(text: str) -> str:
    """For Telegram's HTML."""
    return html.escape(line(text), quote=False)


def plain(text: str) -> str:
    """A message in Telegram's HTML as Telegram shows it."""
    return html.unescape(re.sub(r"<[^<>]*>", "", text))
