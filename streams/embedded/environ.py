"""What the programs that we start find in their environment: an allow list, so no secret of ours or of others."""

import os
from collections.abc import Mapping

NAMES = frozenset(
    {
        *("PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "TZ", "TMPDIR", "TERM"),
        *("LD_LIBRARY_PATH", "LEADPULSE_CACHE"),
        *("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "GRPC_DEFAULT_SSL_ROOTS_FILE_PATH"),
        *("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY"),
        *("http_proxy", "https_proxy", "no_proxy", "all_proxy"),
    }
)
"""The system's, certificates and proxies: what a program needs to run and to reach the outside."""

PREFIXES = ("LC_", "PYTHON", "JAVA_", "MAVEN_", "OMP_", "OPENBLAS_")
"""The language, Python's, Java's and Maven's own switches, and the threads of numerical libraries."""


def environment(whole: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The part of `whole` that a child may see. Settings (`LEADPULSE_…`) are handed over otherwise."""
    return {name: text for name, text in whole.items() if name in NAMES or name.startswith(PREFIXES)}
