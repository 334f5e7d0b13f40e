"""`python -m streams.cli`: the same as `leadpulse`, for a venv whose scripts are not on the path."""

from streams.cli import main

main(prog_name="leadpulse")
