"""What looks like a key, a token or a password in a text that everybody may read. Pure; a heuristic, and strict: a
name that is taken for a secret can be written otherwise, a secret that was shown cannot be taken back."""

import re
from itertools import pairwise
from typing import Final

_KNOWN: Final = re.compile(
    r"eyJ[A-Za-z0-9_-]{8,}\."  # JWT
    r"|\b\d{6,12}:[A-Za-z0-9_-]{20,}"  # Telegram's bots
    r"|\b(?:sk|pk|rk|ghp|gho|ghs|glpat|xox[abprs]|AKIA|AIza|AQVN|y0_|t1\.)[-_A-Za-z0-9.]{8,}"
    r"|-----BEGIN|\b(?:Bearer|Basic|Api-Key|OAuth)\s+\S{6,}",
)
_NAMED: Final = re.compile(
    r"(?i)(?:pass(?:word|wd)?|pwd|secret|token|api[-_]?key|apikey|access[-_]?key|auth|authorization|sig|signature"
    r"|credential|пароль|токен|ключ)\w*\s*[=:]\s*(?!\{[a-z_0-9]+\})\S+"
)
_SECRET_NAME: Final = re.compile(
    r"(?i)(?:pass|pwd|secret|token|api_?key|\Akey\Z|access_?key|auth|credential|signature)"
)
_RUN: Final = re.compile(r"[A-Za-z0-9_+=~-]{14,}")
_REFERENCES: Final = frozenset({"secret"})
"""Fields of a definition that hold the name of a secret."""
_WORDS: Final = frozenset({"name", "x-from", "kind", "how", "method", "effect"})
"""Fields whose values come from a list or have a form of their own."""


def looks_secret(text: str, field: str = "") -> bool:
    """Whether it does; `field` is the name under which it stands."""
    if _KNOWN.search(text) or _NAMED.search(text):
        return True
    if field in _WORDS:
        return False
    if _SECRET_NAME.search(field) and field not in _REFERENCES and text and not re.fullmatch(r"\{[a-z_0-9]+\}", text):
        return True
    return any(_is_random(run) for run in _RUN.findall(text))


def _is_random(run: str) -> bool:
    """Long, without words: letters and digits in turn, or upper and lower case."""
    digits, letters = sum(sign.isdigit() for sign in run), sum(sign.isalpha() for sign in run)
    if digits >= 4 and letters >= 4:
        return True
    turns = sum(one.islower() and other.isupper() for one, other in pairwise(run))
    return len(run) >= 20 and turns >= 4
