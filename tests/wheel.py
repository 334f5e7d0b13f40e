"""The wheel of this working tree, for tests: built from a copy, so that nothing of the build stays in the tree."""

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGES = ("alerting", "processors", "schemas", "streams")
SOURCES = (*PACKAGES, "deploy", "grafana", "jibri-hooks", "pyproject.toml", "README.md")
_MADE = shutil.ignore_patterns("__pycache__", "*.egg-info", "build")


def build(folder: Path, *, project: str = ".") -> Path:
    """Build the wheel of `project`, a folder of the tree, in `folder`; returns its path."""
    tree = folder / "tree"
    for name in SOURCES:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, tree / name, ignore=_MADE, dirs_exist_ok=True)
        else:
            tree.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, tree / name)
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "-w", str(folder)]
    subprocess.run([*command, str(tree / project)], check=True, cwd=folder)
    [wheel] = folder.glob("*.whl")
    return wheel


def sources(*folders: str) -> set[str]:
    """Every file of these folders that belongs to the repository, or will, by its path in the tree."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", *folders]
    listed = subprocess.run(command, check=True, cwd=ROOT, capture_output=True, text=True).stdout
    return {name for name in listed.split("\0") if name and (ROOT / name).is_file()}
