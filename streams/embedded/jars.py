"""Where the broker's jars are, and how they get there: Maven reads `kafka/pom.xml`, so no registry is named here."""

import contextlib
import logging
import os
import pwd
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import psutil

from schemas.errors import ConfigError, Transient
from streams.embedded.java import INSTALL, java, run

log = logging.getLogger(__name__)

POM = Path(__file__).parent / "kafka" / "pom.xml"
REPOSITORY = Path(__file__).parents[2]


def version() -> str:
    """The Kafka version that `kafka/pom.xml` asks for."""
    found = ElementTree.parse(POM).findtext(".//{*}kafka.version")
    if not found:
        raise ConfigError(f"{POM} names no kafka.version")
    return found


def folder() -> Path:
    """Where the jars of this version belong: below `$LEADPULSE_CACHE`, or `.cache` of a clone, or the user's cache.

    An installed package lies among others, where whoever runs it may not write.
    """
    cache = os.environ.get("LEADPULSE_CACHE") or (REPOSITORY / ".cache" if _is_clone() else _users_cache())
    return Path(cache).absolute() / "kafka" / version()


async def fetch() -> Path:
    """The folder of the jars, filled first if need be. Takes seconds to minutes, once.

    Raises `ConfigError` when java or mvn is missing and `Transient` when Maven fails (mostly the network). A fetch that
    is broken off leaves nothing behind; of two at the same time one wins and the other uses its jars.
    """
    target = folder()
    if target.is_dir():
        return target
    await java()
    mvn = shutil.which("mvn")
    if mvn is None:
        raise ConfigError(f"нет Maven, чтобы получить Kafka: {INSTALL}")
    log.info("fetching Kafka", extra={"version": version(), "folder": str(target)})
    with scratch(target.parent, ".fetch") as temporary:
        jars = temporary / "jars"
        goal = ["dependency:copy-dependencies", f"-DoutputDirectory={jars}", "-DincludeScope=runtime"]
        if not _writable_home():
            goal.append(f"-Dmaven.repo.local={temporary / 'repository'}")
        code, said = await run(mvn, "-q", "-B", "-ntp", "-Dstyle.color=never", "-f", str(POM), *goal)
        if code:
            raise Transient(f"Maven не смог получить Kafka: {_reason(said)}")
        try:
            jars.rename(target)
        except OSError:
            if not target.is_dir():
                raise
    return target


@contextlib.contextmanager
def scratch(parent: Path, prefix: str) -> Iterator[Path]:
    """A folder in `parent` for as long as the block runs. Those that killed processes left there are removed too."""
    parent.mkdir(parents=True, exist_ok=True)
    for left in parent.glob(f"{prefix}-*-*"):
        if not psutil.pid_exists(int(left.name.split("-")[1])):
            shutil.rmtree(left, ignore_errors=True)
    name = f"{prefix}-{os.getpid()}-"
    with tempfile.TemporaryDirectory(dir=parent, prefix=name, ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def _is_clone() -> bool:
    return (REPOSITORY / "pyproject.toml").exists()


def _users_cache() -> Path:
    """XDG Base Directory Specification: a path there that is not absolute does not count."""
    given = Path(os.environ.get("XDG_CACHE_HOME", ""))
    return (given if given.is_absolute() else Path.home() / ".cache") / "leadpulse"


def _writable_home() -> bool:
    """Whether Maven can keep what it fetches where it always does; Java takes the home of the user, not `$HOME`."""
    home = Path(pwd.getpwuid(os.getuid()).pw_dir)
    places = (home / ".m2" / "repository", home / ".m2", home)
    return os.access(next((place for place in places if place.exists()), home), os.W_OK)


def _reason(said: str) -> str:
    """The first line that says something, without Maven's colours and its advice on Maven."""
    plain = re.sub(r"\x1b\[[\d;]*m", "", said)
    lines = [line.removeprefix("[ERROR]").strip() for line in plain.splitlines()]
    return next((line for line in lines if line), "без объяснения")
