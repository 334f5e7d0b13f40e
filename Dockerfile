# Leadpulse as an image (docs/install.md, deploy/compose.yaml).
#   docker build -t leadpulse .                          one worker: `docker run leadpulse worker pipeline`
#   docker build -t leadpulse-mcp --build-arg MCP=1 .    with what `leadpulse mcp` needs
#   docker build -t leadpulse-up --target embedded .     the whole on one machine: Java and Kafka are in it
#
# It runs as user 10001 with a read-only root: only /var/lib/leadpulse (a volume) and /tmp are written to.
#
# Licences: the wheels of PyAV bring FFmpeg built with its GPL parts (libx264, libx265). To use the image asks nothing of
# you; who passes it on to others passes these on under the GPL, with their sources (docs/install.md).

# For a build that can be repeated byte for byte name a digest: --build-arg DEBIAN=debian@sha256:…
ARG DEBIAN=debian:12.13-slim

FROM ${DEBIAN} AS python
# No versions of packages: Debian keeps only the newest of a release, with its security fixes.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates python3 tzdata \
    && rm -rf /var/lib/apt/lists/*

FROM python AS build
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends python3-venv \
    && rm -rf /var/lib/apt/lists/*
COPY requirements/lock.txt /src/requirements/lock.txt
COPY requirements/mcp.txt /src/requirements/mcp.txt
# --build-arg MCP=1: with the packages of `leadpulse mcp`
ARG MCP=""
# --no-deps: the lock is whole, and leaves out on purpose what is never used. Nothing is compiled: all are wheels but srt,
# which is one file of Python.
RUN python3 -m venv /opt/leadpulse/venv \
    && /opt/leadpulse/venv/bin/python -m pip install --no-cache-dir --no-deps --only-binary :all: --no-binary srt \
        --require-hashes -r /src/requirements/lock.txt \
    && if [ -n "${MCP:-}" ]; then /opt/leadpulse/venv/bin/python -m pip install --no-cache-dir --no-deps \
        --only-binary :all: --require-hashes -r /src/requirements/mcp.txt; fi
COPY . /src
# The package is built with the setuptools of the lock; pip itself does not go into the image.
RUN /opt/leadpulse/venv/bin/python -m pip install --no-cache-dir --no-deps --no-build-isolation /src \
    && /opt/leadpulse/venv/bin/python -m pip uninstall --yes pip

FROM build AS kafka
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends maven openjdk-17-jre-headless \
    && rm -rf /var/lib/apt/lists/*
ENV LEADPULSE_CACHE=/opt/leadpulse/cache
RUN /opt/leadpulse/venv/bin/python -m streams.embedded

FROM python AS runtime
RUN useradd --system --uid 10001 --user-group --home-dir /var/lib/leadpulse --shell /usr/sbin/nologin leadpulse \
    && install -d -m 0700 -o leadpulse -g leadpulse /var/lib/leadpulse /srv/recordings /srv/model
COPY --from=build /opt/leadpulse/venv /opt/leadpulse/venv
ENV PATH=/opt/leadpulse/venv/bin:$PATH \
    LANG=C.UTF-8 \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
WORKDIR /var/lib/leadpulse
VOLUME /var/lib/leadpulse
ENTRYPOINT ["leadpulse"]

FROM runtime AS embedded
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends openjdk-17-jre-headless \
    && rm -rf /var/lib/apt/lists/*
COPY --from=kafka /opt/leadpulse/cache /opt/leadpulse/cache
ENV LEADPULSE_CACHE=/opt/leadpulse/cache
USER 10001:10001
CMD ["up"]

FROM runtime AS leadpulse
USER 10001:10001
CMD ["check"]
