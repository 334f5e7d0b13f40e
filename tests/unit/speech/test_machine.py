"""How much memory and how many cores we may take: the machine's own figures, and the limits of containers around us."""

import os
from pathlib import Path

import psutil
import pytest

from streams.speech.machine import cores, free_mb

MB = 1 << 20


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """We run in the group /pod/box, in a hybrid hierarchy."""
    file = tmp_path / "own"
    file.write_text("4:memory:/elsewhere\n0::/pod/box\n")
    return file


def group(folder: Path, **files: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name.replace("_", ".", 1)).write_text(text + "\n")


def test_no_limit_is_the_machine(tmp_path: Path, own: Path) -> None:
    """Without cgroups, and with groups that have no limit: what the machine has (give or take what others do now)."""
    here = psutil.virtual_memory().available >> 20
    assert abs(free_mb(tmp_path / "nothing", tmp_path / "nothing") - here) < 2000
    group(tmp_path / "pod/box", memory_max="max", memory_current="1", cpu_max="max 100000")
    assert abs(free_mb(tmp_path, own) - here) < 2000
    assert cores(tmp_path, own) == len(os.sched_getaffinity(0))


def test_the_tightest_group_counts(tmp_path: Path, own: Path) -> None:
    """A limit of the pod binds its containers; files in the cache that nobody uses are not in the way."""
    group(tmp_path / "pod/box", memory_max="max", memory_current="0")
    stat = f"anon 5\ninactive_file {20 * MB}\nactive_file 7"
    group(tmp_path / "pod", memory_max=f"{100 * MB}", memory_current=f"{70 * MB}", memory_stat=stat)
    assert free_mb(tmp_path, own) == 50


def test_a_group_over_its_limit_has_nothing(tmp_path: Path, own: Path) -> None:
    """Never less than nothing, and a statistic without the line is no fault."""
    group(tmp_path / "pod/box", memory_max="100", memory_current="200", memory_stat="anon 5")
    assert free_mb(tmp_path, own) == 0


@pytest.mark.parametrize(("quota", "expected"), [("50000 100000", 1), ("100000 100000", 1)])
def test_a_share_of_the_processor(tmp_path: Path, own: Path, quota: str, expected: int) -> None:
    """A quota of CPU time counts in whole cores, at least one."""
    group(tmp_path / "pod", cpu_max=quota)
    assert cores(tmp_path, own) == expected


def test_a_large_quota_adds_no_cores(tmp_path: Path, own: Path) -> None:
    """A quota over what we are bound to changes nothing."""
    group(tmp_path / "pod", cpu_max="9900000 100000")
    assert cores(tmp_path, own) == len(os.sched_getaffinity(0))
