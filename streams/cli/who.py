"""Who gives a command, as it stands beside what he did."""

import getpass
import os


def who() -> str:
    """The user of this machine."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container's user without a name
        return f"uid {os.getuid()}"
