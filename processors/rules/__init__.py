"""Thresholds and weights of the signals, the score and the alerts: one file (`rules.toml`) with units and sources.

A part of the file is a struct here; `load` reads another file over the built-in one, so it need hold only what differs.
"""

from functools import cache
from importlib.resources import files
from math import isfinite

import msgspec

from processors.rules.alerts import AlertRules
from processors.rules.faults import told
from processors.rules.score import ScoreRules
from processors.rules.stock import BrokenRules, BulkPickRules
from processors.rules.volume import DeclineRules, SilenceRules, SparseRules, SpikeRules
from processors.rules.words import WordRules
from schemas.errors import ConfigError

__all__ = ["Rules", "builtin", "load"]


class Rules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All of `rules.toml`."""

    spike: SpikeRules
    sparse: SparseRules
    silence: SilenceRules
    decline: DeclineRules
    bulk_pick: BulkPickRules
    broken: BrokenRules
    words: WordRules
    score: ScoreRules
    alerts: AlertRules


@cache
def builtin() -> Rules:
    """The file that comes with the program."""
    return load("")


def load(text: str) -> Rules:
    """The built-in rules with those of `text` (TOML) over them. Raises `ConfigError` naming what is wrong."""
    own = (files("processors.rules") / "rules.toml").read_text(encoding="utf-8")
    try:
        merged = _over(msgspec.toml.decode(own), msgspec.toml.decode(text))
        return msgspec.convert(merged, Rules)
    except msgspec.ValidationError as error:
        raise ConfigError(f"правила: {told(str(error))}") from error
    except msgspec.DecodeError as error:
        raise ConfigError(f"правила: это не TOML: {error}") from error


def _over(base: dict[str, object], other: dict[str, object]) -> dict[str, object]:
    """`other` laid over `base`, table by table."""
    merged = dict(base)
    for name, value in other.items():
        if isinstance(value, float) and not isfinite(value):
            raise msgspec.ValidationError(f"{name}: нужно конечное число")
        under = merged.get(name)
        merged[name] = _over(under, value) if isinstance(under, dict) and isinstance(value, dict) else value
    return merged
