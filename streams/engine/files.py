"""A file that is whole or as it was, whenever the power goes; for its owner only."""

import os
from pathlib import Path


def write_whole(path: Path, body: bytes) -> None:
    """On the disk when it returns; folders above it are made. Raises OSError."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(path.name + ".new")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        out.write(body)
        out.flush()
        os.fsync(out.fileno())
    draft.replace(path)
