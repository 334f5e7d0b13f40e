"""A model's words as plain text: no links, no markup, nothing invisible, no longer than a reader can use."""

import re
import unicodedata

_TLD = (
    "ru|com|org|net|me|рф|su|io|by|kz|info|biz|app|dev|co|cloud|online|site|shop|xyz|top|ai|cc|ly|gg|tk|link|click|cn|eu|uk|"
    "de|tech|pro|store|page|zip"
)
_HOST = rf"(?:[\w-]+\.)+(?:{_TLD})(?![\w-])"
_MARKDOWN_LINK = re.compile(r"!?\[([^\[\]\n]{0,300})\]\s?\([^)\n]{0,2000}\)?")
_LINK = re.compile(
    rf"(?i)\b[a-z][a-z0-9+.-]{{1,15}}:/{{1,2}}\S+|\b(?:javascript|data|mailto|tg|file|vbscript):\S+|\bwww\.\S+|"
    rf"(?<![\w.@-]){_HOST}(?::\d+)?[/?#]\S*|\b\d{{1,3}}(?:\.\d{{1,3}}){{3}}(?::\d+)?/\S*"
)
_BARE_HOST = re.compile(rf"(?i)(?<![\w.@-])((?:[\w-]+\.)*[\w-]+)\.(?:{_TLD})(?![\w-])")
_TAG = re.compile(r"</?[^\W\d_!?][^<>\n]{0,300}>?|<[!?/][^<>\n]{0,300}>?")
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffc\U000e0000-\U000e0fff]"
)
_BLOB = re.compile(r"[A-Za-z0-9+/=_-]{40,}")
_MARKS = re.compile(r"[`*_~|#]{2,}|`")

_CUTS = re.compile(
    "|".join(pattern.pattern.removeprefix("(?i)") for pattern in (_MARKDOWN_LINK, _LINK, _TAG, _INVISIBLE, _BLOB)),
    re.IGNORECASE,
)
"""What a verbatim quote is cut at, since nothing within it may be changed."""
_EDGES = " \t\n,;:.!?…—–-()[]«»\"'"


def harmless(text: str, limit: int) -> str:
    """One line of plain text of at most `limit` characters, cut at a word.

    Links and mark-up go; of a bare host only the name stays (ozon.ru: ozon), since messengers make links of hosts.
    """
    text = _INVISIBLE.sub("", unicodedata.normalize("NFC", text[: 4 * limit + 500]))
    previous = ""
    while previous != text:  # taking one thing out may put another together: <<b>script>
        previous = text
        text = _MARKDOWN_LINK.sub(r"\1", text)
        text = _TAG.sub(" ", _LINK.sub(" ", text))
        text = _BARE_HOST.sub(r"\1", text)
        text = _MARKS.sub("", _BLOB.sub(" ", text))
    return shortened(" ".join(text.split()), limit)


def uncut(words: str) -> str:
    """The longest stretch of a quote without a link, mark-up or anything invisible, as it stands."""
    return max((part.strip(_EDGES) for part in _CUTS.split(words) if part), key=len, default="")


def shortened(text: str, limit: int) -> str:
    """At most `limit` characters, whole words."""
    if len(text) <= limit:
        return text
    return text[: limit + 1].rsplit(None, 1)[0][:limit].rstrip(" ,;:—-")
