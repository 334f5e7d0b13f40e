"""`processors/commands/builtin/manifest.json`: the digests of the commands of this release.

`python -m tools.command_manifest` writes it, after a definition was changed on purpose; a changed one needs a new
`version`, for what was proposed under the old one still waits.
"""

from pathlib import Path

import msgspec

from processors.commands.definitions import MANIFEST, manifest

PATH = Path(__file__).parents[1] / "processors" / "commands" / "builtin" / MANIFEST


def main() -> None:
    """Write it."""
    PATH.write_bytes(msgspec.json.format(msgspec.json.encode(manifest(), order="sorted"), indent=2) + b"\n")


if __name__ == "__main__":
    main()
