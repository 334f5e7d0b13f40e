#!/bin/sh
# Makes a fresh Debian or Ubuntu ready: system packages (as root), .venv from the locks, Kafka's jars in the cache.
# Done once; afterwards it only looks, in well under a second. Broken off anywhere, the next call goes on.
#   tools/setup.sh [dev]        everything that tests and the demo need
#   tools/setup.sh bench        that, and the frameworks that `make bench` measures beside us
#   tools/setup.sh production   what a server needs, nothing else
set -eu
cd "$(dirname "$0")/.."

# A second working tree may use the first one's .venv through a link. Making it anew would empty it for both.
if [ -L .venv ] && [ -x .venv/bin/python ]; then
    exit 0
elif [ -L .venv ]; then
    echo "setup: .venv is a link to $(readlink .venv), and there is no Python: run make setup there" >&2
    exit 1
fi

PURPOSE=${1:-dev}
case $PURPOSE in
production) LOCKS=requirements/lock.txt ;;
dev) LOCKS='requirements/lock.txt requirements/dev.txt' ;;
bench) LOCKS='requirements/lock.txt requirements/dev.txt requirements/bench.txt' ;;
*) echo 'usage: tools/setup.sh [dev|bench|production]' >&2 && exit 2 ;;
esac
STAMP=.venv/setup.$PURPOSE.stamp
BEGUN=.venv/setup.begun
CACHE=${LEADPULSE_CACHE:-.cache}
MIN_JAVA=17 # Kafka 4

say() { printf 'setup: %s\n' "$*"; }

# One at a time: `make test` and `make demo` may start together. The lock goes with the last process that holds it.
mkdir -p "$CACHE"
exec 9>"$CACHE/setup.lock"
flock 9

# --- system packages -------------------------------------------------------------------------------------------------

has() { command -v "$1" >/dev/null 2>&1; }

# A Python from 3.11 on that can make a venv with pip in it (Debian splits ensurepip off). The distribution's own first:
# servers and the image run on it, and it is built with a profile, as one that was built by hand seldom is.
find_python() {
    for candidate in /usr/bin/python3 python3 python3.13 python3.12 python3.11; do
        if "$candidate" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$candidate"
            return
        fi
    done
    return 1
}

# Whether .venv works and was made here: the programs of a copied one point to the old place.
venv_is_ours() {
    grep -qsF "$PWD/.venv/bin/python" .venv/bin/pip && .venv/bin/python -m pip --version >/dev/null 2>&1
}

# Debian's and Ubuntu's own python3 where it is new enough or not there yet; else the versioned one beside it.
python_package() {
    if has /usr/bin/python3 && ! /usr/bin/python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
        echo python3.11-venv
    else
        echo python3-venv
    fi
}

java_is_new() {
    major=$("${JAVA_HOME:+$JAVA_HOME/bin/}java" -version 2>&1 | sed -n 's/.*version "\([0-9]*\).*/\1/p')
    [ "${major:-0}" -ge "$MIN_JAVA" ]
}

# Newer releases have no 17 any more, but a newer default; without package lists nothing is known.
java_package() {
    if apt-cache show default-jre-headless >/dev/null 2>&1 && ! apt-cache show openjdk-17-jre-headless >/dev/null 2>&1; then
        echo default-jre-headless
    else
        echo openjdk-17-jre-headless
    fi
}

missing() {
    venv_is_ours || find_python >/dev/null || python_package
    java_is_new || java_package
    has mvn || echo maven
    [ "$PURPOSE" != production ] || return 0 # the rest is for tests and the demo
    has espeak-ng || echo espeak-ng libespeak-ng1
    has prosody || echo prosody
    has lua5.4 || echo lua5.4
    has busybox || echo busybox
    has systemd-analyze || echo systemd
    has caddy || echo caddy
    has debootstrap || echo debootstrap
    has promtool || echo prometheus
    has chromium || ! apt-cache show chromium >/dev/null 2>&1 || echo chromium # Ubuntu has none: those tests are left out
}

# Prosody, Caddy and Prometheus are for tests, which start their own on loopback: Debian must not start any that listens
# everywhere.
POLICY=/usr/sbin/policy-rc.d
POLICY_MARK='# leadpulse: only while its set-up runs'

keep_services_down() {
    if [ ! -e "$POLICY" ] || grep -qsF "$POLICY_MARK" "$POLICY"; then # the second is left of a killed set-up
        trap 'rm -f "$POLICY"' EXIT
        trap 'exit 130' INT TERM
        printf '#!/bin/sh\n%s\nexit 101\n' "$POLICY_MARK" >"$POLICY"
        chmod 755 "$POLICY"
    fi
}

install_packages() {
    output=$(mktemp)
    new_services=$(for name in prosody caddy prometheus; do has "$name" || echo "$name"; done)
    keep_services_down
    dpkg --configure -a >"$output" 2>&1 || true # an installation that was broken off; if it cannot be mended, apt tells
    for round in 1 2; do # the first may bring a python3 that is too old, which is only known then
        [ -n "$(missing)" ] || break
        apt-get update -q >"$output" 2>&1 || true # old lists may do; the installation tells
        packages=$(missing | tr '\n' ' ')
        say "installing ${packages% }"
        # shellcheck disable=SC2086 # one word a package
        if ! DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends \
            -o DPkg::Lock::Timeout=-1 $packages >"$output" 2>&1; then
            cat "$output" >&2
            exit 1
        fi
    done
    if [ -n "$new_services" ] && [ -d /run/systemd/system ]; then
        # shellcheck disable=SC2086 # one word a service
        systemctl disable --quiet $new_services 2>/dev/null || true
    fi
    rm -f "$output"
}

packages=$(missing | tr '\n' ' ')
if [ -n "$packages" ]; then
    if [ "$(id -u)" -ne 0 ] || ! has apt-get; then
        echo "sudo apt-get update && sudo apt-get install -y --no-install-recommends ${packages% }"
        exit 1
    fi
    install_packages
    packages=$(missing | tr '\n' ' ')
    [ -z "$packages" ] || { say "installed, and yet not found: $packages" >&2; exit 1; }
fi

# --- one at a time from here: `make test` and `make demo` may start together -----------------------------------------

mkdir -p "$CACHE"
exec 9>"$CACHE/setup.lock"
flock 9

# --- .venv -----------------------------------------------------------------------------------------------------------

# shellcheck disable=SC2086 # one word a lock
wanted=$( { pwd; cat $LOCKS pyproject.toml jibri-hooks/pyproject.toml; } | sha256sum)

if [ ! -f "$STAMP" ] || [ "$(cat "$STAMP")" != "$wanted" ] || [ -e "$BEGUN" ]; then
    rm -f "$STAMP"
    if [ -e "$BEGUN" ] || ! venv_is_ours; then # what pip had half done when it was killed looks whole to the next pip
        python=$(find_python)
        say "making .venv with $("$python" --version)"
        "$python" -m venv --clear .venv
    fi
    : >"$BEGUN"
    say "installing Python packages from $LOCKS"
    # --no-deps: the locks are whole, and leave out on purpose what is named and never used (pyproject.toml, tool.uv)
    # -W ignore: the pip of Debian 12 warns of the one package that is no wheel
    # shellcheck disable=SC2046,SC2086 # one word a lock
    .venv/bin/python -W ignore -m pip install --quiet --no-deps --require-hashes $(printf -- '-r %s ' $LOCKS)
    .venv/bin/python -m pip install --quiet --no-deps --no-build-isolation -e . -e ./jibri-hooks
    printf '%s\n' "$wanted" >"$STAMP"
    rm -f "$BEGUN"
fi

# --- Kafka -----------------------------------------------------------------------------------------------------------

version=$(sed -n 's:.*<kafka.version>\(.*\)</kafka.version>.*:\1:p' streams/embedded/kafka/pom.xml)
set -- "$CACHE/kafka/$version"/*.jsa
if [ ! -e "$1" ]; then
    say "fetching Kafka $version and preparing it for a fast start"
    .venv/bin/python -m streams.embedded
fi

# --- Helm, for the tests of the chart --------------------------------------------------------------------------------

HELM=3.19.0
helm=$CACHE/helm/$HELM
if [ "$PURPOSE" != production ] && [ ! -x "$helm/helm" ]; then
    if has go; then
        say "building Helm $HELM"
        mkdir -p "$helm"
        GOBIN=$(cd "$helm" && pwd) go install "helm.sh/helm/v3/cmd/helm@v$HELM" 2>"$helm/log" ||
            say "Helm could not be built ($helm/log): the tests of the chart are left out"
    else
        say "no Go, so no Helm: the tests of the chart are left out"
    fi
fi
