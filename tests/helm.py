"""Helm as the set-up built it, and what our chart makes of values."""

import os
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from tests.wheel import ROOT

CHART = ROOT / "helm" / "leadpulse"
VALUES = ROOT / "helm" / "values"
SETS = ("small", "production", "scaled")
KUBERNETES = "1.33"
CACHE = Path(os.environ.get("LEADPULSE_CACHE", ROOT / ".cache"))

Object = dict[str, Any]


@cache
def program() -> Path | None:
    """The newest Helm in the cache; none where the set-up found no Go to build it."""
    return max(CACHE.glob("helm/*/helm"), default=None)


def helm(*words: str | Path) -> subprocess.CompletedProcess[str]:
    """It reads files only."""
    return subprocess.run([str(program()), *map(str, words)], capture_output=True, text=True)


def rendered(values: Path, *more: str) -> subprocess.CompletedProcess[str]:
    """`helm template` of the chart."""
    return helm("template", "leadpulse", CHART, "-f", values, "--kube-version", KUBERNETES, *more)


@cache
def objects(name: str) -> tuple[Object, ...]:
    """What the cluster would get with a set of values."""
    said = rendered(VALUES / f"{name}.yaml")
    assert said.returncode == 0, said.stderr
    return tuple(one for one in yaml.safe_load_all(said.stdout) if one)


def of_kind(name: str, kind: str) -> dict[str, Object]:
    """Those of a kind, by name."""
    return {one["metadata"]["name"]: one for one in objects(name) if one["kind"] == kind}


def pods(name: str, kind: str) -> dict[str, Object]:
    """Pod's specification by the last part of its owner's name."""
    found = {key.removeprefix("leadpulse-"): one for key, one in of_kind(name, kind).items()}
    return {key: one["spec"]["template"]["spec"] for key, one in found.items()}


def environ(pod: Object) -> dict[str, str]:
    """Variables of its container."""
    return {one["name"]: one["value"] for one in pod["containers"][0]["env"]}
