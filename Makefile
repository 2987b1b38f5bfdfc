# The two commands of the README, and what developers use besides.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: serve test conformance lint bench bench-usb fuzz package install-udev clean
.DEFAULT_GOAL := serve

# On a fresh Debian the venv module is a package of its own.
$(BIN)/python:
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || sh tests/tools/install-debian.sh python3-venv
	@$(PYTHON) -m venv $(VENV)

# Stamps, so that nothing is installed twice; each names what it depends on.
$(VENV)/installed: $(BIN)/python pyproject.toml
	@echo "Installing hookflash into $(VENV)"
	@$(BIN)/python -m pip install --quiet --upgrade 'pip>=25.1'
	@$(BIN)/python -m pip install --quiet --editable .
	@touch $@

$(VENV)/installed-%: $(VENV)/installed pyproject.toml
	@echo "Installing what $* needs"
	@$(BIN)/python -m pip install --quiet --group $*
	@touch $@

serve: $(VENV)/installed
	@exec $(BIN)/hookflash serve --simulate --verbose

# Two at a time, for they mostly wait; the rest has a PC's worth of programs of its own.
APART := tests/drivers tests/server
PYTEST := env NO_PROXY=localhost,127.0.0.1 no_proxy=localhost,127.0.0.1 $(BIN)/python -m pytest

test: $(VENV)/installed-test
	@sh tests/tools/install-test-peers.sh $(VENV)
ifdef ARGS
	@$(PYTEST) $(ARGS)
else
	@status=0; \
	$(PYTEST) -n 2 $(APART) || status=$$?; \
	$(PYTEST) tests $(APART:%=--ignore=%) || status=$$?; \
	exit $$status
endif

# The conformance suite alone; its table in docs/conformance.md is written.
conformance: $(VENV)/installed-test
	@sh tests/tools/install-test-peers.sh $(VENV)
	@$(BIN)/python -m pytest tests/conformance --write-table $(ARGS)

lint: $(VENV)/installed-lint $(VENV)/installed-test
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy drivers server tests

bench: $(VENV)/installed-bench
	@$(BIN)/python tests/bench/run.py

# A virtual PC with USB, see docs/usb-bench.md. ARGS="-k unplug" for some of tests/usb.
bench-usb: $(VENV)/installed-test
	@env PYTHONPATH=drivers:server:tests $(BIN)/python -m usbbench $(ARGS)

# FUZZ_SECONDS=600 for longer, FUZZ_TARGETS="line" for some, REPLAY=FILE for a kept finding.
fuzz: $(VENV)/installed-fuzz
	@env PYTHONPATH=drivers:tests $(BIN)/python -m fuzz.run

# A wheel made from the sdist, installed into an empty environment, starts.
package: $(VENV)/installed-test
	@sh tests/tools/check-package.sh $(BIN)/python

# As root: sudo make install-udev [GROUP=dialout]. For packagers: DESTDIR=… UDEV_RULES_DIR=…
GROUP := dialout
install-udev: export DESTDIR := $(DESTDIR)
install-udev: export UDEV_RULES_DIR := $(UDEV_RULES_DIR)
install-udev:
	@sh udev/install.sh $(GROUP)

clean:
	rm -rf $(VENV) dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis
