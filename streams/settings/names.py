"""Where settings stand."""

from typing import Final

FILE: Final = "leadpulse.toml"
"""In the working folder."""
PREFIX: Final = "LEADPULSE_"
"""Of the variables: `LEADPULSE_SECTION__KEY`."""
