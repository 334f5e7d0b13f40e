.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help setup demo test proof lint bench docs lock vendor audit clean

BIN := .venv/bin

# Where the environment forbids it nobody keeps what he compiled: each process of `make test` would spend 15 s more on
# the tests and each child of theirs half a second on our modules.
export PYTHONDONTWRITEBYTECODE :=

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-7s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

setup: ## system packages (as root), .venv from the locks, Kafka's jars; does nothing when all is there
	@tools/setup.sh

demo: setup ## the whole line on sound made on the spot, with a time line; KEEP=1 leaves it running
	@$(BIN)/python -m demo

# Five processes on two cores: a test on real components mostly waits for them.
test: setup ## every test, in five processes: unit, golden, properties, semantics, integration on real components
	@$(BIN)/pytest -q -n 5 --dist loadfile --no-loadscope-reorder

proof: setup ## full counts of kills, rows and inputs, and properties on new examples, in an hour or more; table: var/proof/report.md
	@$(BIN)/python -m pytest -q -m 'proof or hypothesis' --hypothesis-profile=new --timeout=3600 -p tests.proof.report

lint: setup ## ruff, mypy --strict, import-linter, docs/settings.md
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --quiet --check . || { echo 'not formatted: .venv/bin/ruff format .'; exit 1; }
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m streams.settings.manual --check

bench: ## the whole line at 100, 500 and 1000 events/s, CPU per event beside raw aiokafka and Quix; results in var/bench
	@tools/setup.sh bench
	@$(BIN)/python -m bench

docs: setup ## docs/img: dashboards and pages of an invented company, the topics, what the last demo sent to Telegram
	@$(BIN)/python -m grafana.pictures docs/img
	@$(BIN)/python -m tools.topics_picture
	@$(BIN)/python -m demo.pictures
	@$(BIN)/python -m demo.page_pictures docs/img

lock: ## requirements/*.txt from pyproject.toml, with hashes; UPGRADE=1 takes the newest of all
	@UPGRADE=$(UPGRADE) tools/lock.sh

vendor: ## front-end files from npm, as streams/web/static/vendor/vendor.lock names them
	@python3 -m tools.vendor

audit: ## known vulnerabilities of what a server runs (pip-audit); fails only when one was found
	@python3 tools/audit.py "$$(tools/tools.sh)/pip-audit"

clean: ## remove what setup, tests, demo, bench and proof made; data of `leadpulse up` in var stay
	rm -rf .venv .cache build *.egg-info jibri-hooks/*.egg-info var/demo var/bench var/proof
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -prune -exec rm -rf {} +
