"""Front-end files that we ship or test with, from npm: `make vendor` fetches, checks and copies them.

`streams/web/static/vendor/vendor.lock` says which: package, version, npm's own digest of the archive, and of each file
its place in it, our name and SHA-256. A new version is a change of that file first; nothing is taken that it does not
name, and the archive's digest is compared before a byte of it is read.
"""

import base64
import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[1]
LOCK: Final = ROOT / "streams" / "web" / "static" / "vendor" / "vendor.lock"


def main() -> int:
    """Fetch all. Raises `ValueError` for what is not what the lock says."""
    with tempfile.TemporaryDirectory() as folder:
        for package in packages():
            archive = _packed(package, Path(folder))
            with tarfile.open(archive) as tar:
                for file in package["files"]:
                    _copy(tar, file)
    return 0


def packages() -> list[dict[str, Any]]:
    """What the lock names."""
    listed: list[dict[str, Any]] = json.loads(LOCK.read_text())
    return listed


def sha256(path: Path) -> str:
    """Of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _packed(package: dict[str, Any], folder: Path) -> Path:
    name = f"{package['package']}@{package['version']}"
    said = subprocess.run(
        ["npm", "pack", name, "--json", "--pack-destination", folder], check=True, capture_output=True, text=True
    )
    archive = folder / str(json.loads(said.stdout)[0]["filename"])
    found = "sha512-" + base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if found != package["npm"]:
        raise ValueError(f"{name}: the archive is another one than vendor.lock says")
    return archive


def _copy(tar: tarfile.TarFile, file: dict[str, str]) -> None:
    content = tar.extractfile(f"package/{file['from']}")
    if content is None:
        raise ValueError(f"{file['from']} is not in the archive")
    target = ROOT / file["to"]
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content.read())
    if sha256(target) != file["sha256"]:
        raise ValueError(f"{file['to']}: another file than vendor.lock says")


if __name__ == "__main__":
    sys.exit(main())
