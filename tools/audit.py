"""`make audit`: known vulnerabilities of what a server runs (requirements/lock.txt), by pip-audit.

Exit code 1 only when one was found. When no source of advisories can be reached, it says so in one line and gives 0:
a machine without internet is no reason to stop a build, and the line is there to be read.
"""

import json
import subprocess
import sys
from typing import Any

SERVICES = ("pypi", "osv")
"""Sources of advisories, asked in this order until one answers."""

LOCK = "requirements/lock.txt"


def ask(program: str, service: str) -> list[dict[str, Any]] | None:
    """What pip-audit found out about each package of the lock; None when it came to no report."""
    options = ["--disable-pip", "--require-hashes", "--progress-spinner", "off", "-f", "json", "-r", LOCK]
    answer = subprocess.run([program, *options, "-s", service], capture_output=True, text=True, check=False)
    try:
        packages: list[dict[str, Any]] = json.loads(answer.stdout)["dependencies"]
    except (ValueError, KeyError):
        return None
    return packages


def verdict(packages: list[dict[str, Any]]) -> tuple[int, list[str]] | None:
    """Exit code and lines to say; None when the source knew not one package: a mirror without advisories does that."""
    known = [package for package in packages if "skip_reason" not in package]
    if not known:
        return None
    found = [
        f"{package['name']} {package['version']}: {weakness['id']}, mended in {weakness['fix_versions'] or 'none'}"
        for package in known
        for weakness in package["vulns"]
    ]
    unknown = [package["name"] for package in packages if "skip_reason" in package]
    if unknown:
        found.append(f"audit: nothing is known about {', '.join(unknown)}")
    vulnerable = sum(bool(package["vulns"]) for package in known)
    return int(vulnerable > 0), [*found, f"audit: {len(known)} packages asked for, {vulnerable} vulnerable"]


def main(program: str) -> int:
    """Ask the sources in turn; the exit code."""
    for service in SERVICES:
        packages = ask(program, service)
        answer = verdict(packages) if packages is not None else None
        if answer is not None:
            sys.stdout.write("\n".join(answer[1]) + "\n")
            return answer[0]
    sys.stdout.write(f"audit: no source of advisories can be reached ({', '.join(SERVICES)}); nothing was checked\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
