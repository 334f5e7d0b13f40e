"""A time as people give it on a command line: so long ago."""

import re
import time

import click

UNITS = {"м": 60, "ч": 3600, "д": 86_400, "m": 60, "h": 3600, "d": 86_400}


def since(_ctx: click.Context, _parameter: click.Parameter, value: str | None) -> int:
    """ms UTC, so long ago; 0 where nothing is given."""
    if value is None:
        return 0
    told = re.fullmatch(r"(\d{1,4})\s*([мчдmhd])", value.strip())
    if told is None:
        raise click.BadParameter("нужно число с буквой: 30м, 2ч или 7д")
    return round((time.time() - int(told[1]) * UNITS[told[2]]) * 1000)
