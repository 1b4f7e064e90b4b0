# Theoria: make run · make test (TOPIC=som, FUZZ=1) · make bench · make soak · make check · make format · make screenshots
#          make look (TOPIC=som, FULL=1)
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PORT ?= 8501
export PYTHONHASHSEED := 0

.PHONY: run test bench soak check format screenshots look python browser proxy
.DEFAULT_GOAL := run

run: $(VENV)/run.done  ## open the playground
	@echo "Theoria: http://localhost:$(PORT)   (Ctrl+C ends it)"
	@$(BIN)/streamlit run app.py --server.port $(PORT)

test: $(VENV)/dev.done browser proxy $(if $(TOPIC),,check)  ## everything that must hold; TOPIC=som: of one topic; FUZZ=1: with a thousand examples each
	PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -n 2 --dist worksteal --durations=15 $(if $(TOPIC),--topic $(TOPIC))

check: $(VENV)/dev.done  ## style, types, who imports whom
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

format: $(VENV)/dev.done
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/dev.done browser  ## ours against the peers, and the page; writes benchmarks/RESULTS.md
	$(BIN)/python -m benchmarks

soak: $(VENV)/dev.done  ## ten minutes of visitors who come and go: does the server grow?
	$(BIN)/python -m benchmarks.classroom soak

screenshots: $(VENV)/dev.done browser  ## the pictures of the home page and the README, from real films
	$(BIN)/python -m tests.browser.pictures $(TOPIC)

look: $(VENV)/dev.done browser  ## what visitors see of every kind of run, in build/look: make look TOPIC=em FULL=1
	$(BIN)/python -m tests.browser.look $(TOPIC) $(if $(FULL),--full)

python:
	@command -v $(PYTHON) >/dev/null || { echo "Theoria needs Python 3.11 or newer; '$(PYTHON)' is not there. Install it, or say: make PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Theoria needs Python 3.11 or newer; '$(PYTHON)' is $$($(PYTHON) -V). Say: make PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "This Python has no venv. On Debian: apt install python3-venv"; exit 1; }

$(VENV)/run.done: requirements.txt | python
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing (once; some minutes) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt || { echo "Installing failed: see above. Is the package index reachable?"; exit 1; }
	@touch $@

$(VENV)/dev.done: requirements-dev.txt $(VENV)/run.done
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt || { echo "Installing failed: see above. Is the package index reachable?"; exit 1; }
	@touch $@

browser: $(VENV)/dev.done
	@$(BIN)/python -m tests.browser.chromium

proxy: $(VENV)/dev.done
	@$(BIN)/python -m tests.runtime.nginx_here
