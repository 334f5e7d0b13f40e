"""Thresholds that a person tries on events that have been."""

from pathlib import Path

import click

from processors.rules import Rules
from processors.rules.order import disorder
from streams.settings.thresholds import rules_of


def tried(file: Path | None) -> Rules:
    """The rules of the file over the built-in ones; what stands in a strange order is said on stderr. Raises
    `ConfigError`."""
    rules = rules_of(file)
    for words in disorder(rules):
        click.echo(words.capitalize() + ".", err=True)
    return rules
