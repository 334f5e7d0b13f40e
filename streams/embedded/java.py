"""The Java of this machine and how the broker's programs are run with it."""

import asyncio
import os
import re
import shutil
from pathlib import Path

from schemas.errors import ConfigError
from streams.embedded.environ import environment

MIN_JAVA = 17
"""Brokers of Kafka 4 need Java 17 (Kafka documentation, "Java Version")."""

INSTALL = "apt-get install openjdk-17-jre-headless maven"

LOG4J = Path(__file__).parent / "kafka" / "log4j2.yaml"

JVM = (
    "-Xms64m",
    "-XX:+UseSerialGC",  # two cores and a small heap: no collector threads, 60 MB less than G1
    "-XX:TieredStopAtLevel=1",  # starts in 3/4 of the time and a third less idle CPU than with C2
    "-XX:+ExitOnOutOfMemoryError",  # half a broker is worse than none: whoever started it starts it again
    "-Djdk.nio.maxCachedBufferSize=262144",  # or each network thread keeps a direct buffer of its largest record
    "-Xlog:disable",  # a class archive of another JVM is passed over in silence, it only saves time
    "-Xlog:all=error:stderr",
)


async def java() -> Path:
    """The `java` of `$JAVA_HOME` or of the path. Raises `ConfigError` when there is none from Java 17 on."""
    home = os.environ.get("JAVA_HOME")
    found = shutil.which("java", path=str(Path(home) / "bin") if home else None)
    if found is None:
        where = f" в {home}/bin (JAVA_HOME)" if home else ""
        raise ConfigError(f"нет Java{where}; для Kafka нужна Java {MIN_JAVA} или новее: {INSTALL}")
    _, said = await run(found, "-version")
    major = re.search(r'version "(\d+)', said)
    if major is None or int(major[1]) < MIN_JAVA:
        raise ConfigError(f"{found} не годится: для Kafka нужна Java {MIN_JAVA} или новее: {INSTALL}")
    return Path(found)


async def command(jars: Path, heap_mb: int) -> list[str]:
    """Everything of the command line but the Java class and its arguments. Raises as `java` does."""
    runtime = await java()
    archive = class_archive(jars, runtime)
    return [
        str(runtime),
        f"-Xmx{heap_mb}m",
        *JVM,
        *([f"-XX:SharedArchiveFile={archive}"] if archive.exists() else []),
        f"-Dlog4j2.configurationFile={LOG4J}",
        "-cp",
        _class_path(jars),
    ]


def _class_path(jars: Path) -> str:
    return ":".join(map(str, sorted(jars.glob("*.jar"))))  # one order, or the class archive does not fit


def class_archive(jars: Path, runtime: Path) -> Path:
    """Where the archive of loaded classes of this Java binary is; another Java would pass it over."""
    stat = runtime.resolve().stat()
    return jars / f"classes-{stat.st_size:x}-{stat.st_mtime_ns:x}.jsa"


async def run(program: str, *arguments: str, cwd: Path | None = None, umask: int = -1) -> tuple[int, str]:
    """Exit code and output of a program that ends by itself; it is killed when the caller is cancelled.

    It sees only the harmless part of our environment; `umask` is ours when negative.
    """
    process = await asyncio.create_subprocess_exec(
        program,
        *arguments,
        cwd=cwd,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env=environment(),
        umask=umask,
    )
    try:
        said, _ = await process.communicate()
    except BaseException:
        process.kill()
        await process.wait()
        raise
    return process.returncode or 0, said.decode(errors="replace")
