"""The steps of a Dockerfile without Docker: each stage is a folder, RUN is chroot in it. As root, for `make proof`.

Understands what our Dockerfile uses, and refuses the rest: ARG with its default, FROM, RUN, COPY, ENV, WORKDIR,
USER, VOLUME, ENTRYPOINT, CMD.
"""

import json
import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
"""What an image begins with."""

HOST_CERTIFICATES = "/run/host-certificates.pem"
HOST_TRUST = "/run/host-cacerts"
"""Where a step finds the machine's own, for a registry behind a proxy of the house: for pip, and for Java."""


@dataclass
class Stage:
    """A stage as it will be run."""

    root: Path
    environ: dict[str, str] = field(default_factory=dict)
    workdir: str = "/"
    user: str = "0:0"
    volumes: list[str] = field(default_factory=list)
    entrypoint: list[str] = field(default_factory=list)
    command: list[str] = field(default_factory=list)


def instructions(text: str) -> Iterator[tuple[str, str]]:
    """Name and argument of each, with its lines joined."""
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    for joined in re.sub(r"\\\n", " ", "\n".join(lines)).splitlines():
        name, _, argument = joined.strip().partition(" ")
        yield name.upper(), argument.strip()


class Build:
    """Makes the stages of a file in `folder`; `base` is the root that every `FROM ${…}` begins with."""

    def __init__(self, dockerfile: Path, base: Path, folder: Path) -> None:
        self._context, self._base, self._folder = dockerfile.parent, base, folder
        self.stages: dict[str, Stage] = {}
        self._parts: dict[str, list[tuple[str, str]]] = {}
        name = ""
        for instruction, argument in instructions(dockerfile.read_text()):
            if instruction == "FROM":
                name = argument.split(" AS ")[1]
                self._parts[name] = []
            if name:
                self._parts[name].append((instruction, argument))

    def make(self, name: str) -> Stage:
        """A stage, and those that it is made from; each is made once."""
        if name not in self.stages:
            (_, origin), *steps = self._parts[name]
            self.stages[name] = stage = self._begin(name, origin.split(" AS ")[0])
            for instruction, argument in steps:
                self._step(stage, instruction, argument)
        return self.stages[name]

    def _begin(self, name: str, origin: str) -> Stage:
        below = self.make(origin) if origin in self._parts else Stage(self._base)
        root = self._folder / name
        subprocess.run(["cp", "-a", below.root, root], check=True)
        return Stage(root, dict(below.environ), below.workdir, below.user, [*below.volumes], [*below.entrypoint])

    def _step(self, stage: Stage, instruction: str, argument: str) -> None:
        match instruction:
            case "RUN":
                _run(stage, argument)
            case "COPY":
                self._copy(stage, argument)
            case "ENV":
                path = {"PATH": PATH} | stage.environ
                words = (word.partition("=") for word in shlex.split(argument))
                stage.environ |= {name: value.replace("$PATH", path["PATH"]) for name, _, value in words}
            case "ARG":
                name, _, default = argument.partition("=")
                stage.environ.setdefault(name, default.strip('"'))
            case "WORKDIR":
                stage.workdir = argument
            case "USER":
                stage.user = argument
            case "VOLUME":
                stage.volumes.append(argument)
            case "ENTRYPOINT":
                stage.entrypoint = json.loads(argument)
            case "CMD":
                stage.command = json.loads(argument)
            case _:
                raise NotImplementedError(instruction)

    def _copy(self, stage: Stage, argument: str) -> None:
        words = argument.split()
        if words[0].startswith("--from="):
            source = Path(f"{self.make(words[0].removeprefix('--from=')).root}{words[1]}")
            target = Path(f"{stage.root}{words[2]}")
            target.parent.mkdir(parents=True, exist_ok=True)
            subprocess.run(["cp", "-a", source, target], check=True)
            return
        for path in context(self._context):
            inside = path.relative_to(self._context)
            if words[0] == ".":
                target = Path(f"{stage.root}{words[1]}") / inside
            elif str(inside) == words[0]:
                target = Path(f"{stage.root}{words[1]}")
            else:
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, target)


def context(folder: Path) -> Iterator[Path]:
    """The files that `.dockerignore`, a list of what is let through, gives to the build."""
    rules = [line for line in (folder / ".dockerignore").read_text().splitlines() if not line.startswith("#")]
    allowed = [rule[1:] for rule in rules if rule.startswith("!")]
    kept_out = [rule.removeprefix("**/") for rule in rules if rule.startswith("**/")]
    named = [folder / rule for rule in rules if rule[0] not in "*!"]
    for name in allowed:
        at = folder / name
        for path in [at] if at.is_file() else at.rglob("*"):
            parts = path.relative_to(folder).parts
            unwanted = any(fnmatch(part, rule) for part in parts for rule in kept_out)
            if path.is_file() and not unwanted and not any(path.is_relative_to(at) for at in named):
                yield path


def _run(stage: Stage, command: str) -> None:
    """A step: the network is the machine's, and so are the certificates that it is reached with."""
    certificates = os.environ.get("PIP_CERT", "/etc/ssl/certs/ca-certificates.crt")
    shutil.copy("/etc/resolv.conf", stage.root / "etc" / "resolv.conf")
    (stage.root / HOST_CERTIFICATES[1:]).write_bytes(Path(certificates).read_bytes())
    mounts = f"mount -t proc proc {stage.root}/proc; mount --bind /dev {stage.root}/dev"
    script = f"{mounts}; exec chroot {stage.root} /bin/sh -ec"
    environ = {"PATH": PATH, "HOME": "/root", "PIP_CERT": HOST_CERTIFICATES, "DEBIAN_FRONTEND": "noninteractive"}
    trust = Path("/etc/ssl/certs/java/cacerts")
    if trust.exists():
        shutil.copy(trust, stage.root / HOST_TRUST[1:])
        environ["JAVA_TOOL_OPTIONS"] = f"-Djavax.net.ssl.trustStore={HOST_TRUST}"
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-ec", f"{script} {shlex.quote(command)}"],
        env=environ | stage.environ,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise AssertionError(f"RUN {command}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}")


def run(stage: Stage, data: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """As `docker run --read-only --tmpfs /tmp -v data:VOLUME --cap-drop ALL`, with the stage's user."""
    root, [volume] = stage.root, stage.volumes
    owner = stage.user.split(":")
    os.chown(data, *map(int, owner))
    words = shlex.join([*stage.entrypoint, *(arguments or stage.command)])
    mounts = (
        f"mount --bind {root} {root}; mount -o remount,bind,ro {root}; mount -t proc proc {root}/proc; "
        f"mount -t tmpfs -o mode=1777 none {root}/tmp; mount --bind {data} {root}{volume}; "
        f"mount --bind /dev {root}/dev; cd {root}; "
    )
    user = f"setpriv --reuid={owner[0]} --regid={owner[1]} --clear-groups --no-new-privs --bounding-set=-all"
    # chroot first: it is root's to do; the rights go before the program begins
    inside = f"chroot . {user} sh -c {shlex.quote(f'cd {stage.workdir} && exec {words}')}"
    return subprocess.run(
        # no network: what others on this machine listen on is not its own
        ["unshare", "--mount", "--pid", "--net", "--fork", "sh", "-ec", mounts + inside],
        env={"HOME": volume, **stage.environ},
        capture_output=True,
        text=True,
    )
