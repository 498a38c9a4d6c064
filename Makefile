# Two commands: `make run` installs and opens the app; `make test` installs what tests need and runs the whole gate.
# On request: ADDRESS=0.0.0.0, PORT=8600, GPU=1 (TensorFlow with its CUDA libraries), PYTHON=python3.12.
# A machine of a cluster is `make node ADDRESS=ITS_OWN` on the first one, and HEAD=THE_FIRST beside it on the others.

ADDRESS ?= 127.0.0.1
PORT ?= 8501
VENV := .venv
BIN := $(VENV)/bin
REQUIREMENTS := requirements.txt $(if $(GPU),requirements-gpu.txt) $(if $(CLUSTER),requirements-cluster.txt)
FRONTENDS := assets/canvas assets/live
# A node.js for the frontend tests comes with requirements-dev.txt, so that nobody has to install one.
NODE := PATH="$(CURDIR)/$(BIN):$$PATH"
export TF_CPP_MIN_LOG_LEVEL ?= 3

.PHONY: run node test install install-dev browser postgresql lint types imports unit frontend browser-tests soak benchmarks faults cluster-test bundles lock clean

run: install
	@echo "Layerloom: http://$(ADDRESS):$(PORT)  (Ctrl+C stops it; running trainings go on)"
	@$(BIN)/streamlit run app.py --server.address $(ADDRESS) --server.port $(PORT)

# Ray's and TensorFlow's ports listen on all of a machine's addresses: let a firewall keep strangers off.
node: install $(VENV)/installed-requirements-cluster.txt
	@test -n "$$RAY_AUTH_TOKEN" || { echo "Set RAY_AUTH_TOKEN to a secret, the same on all machines: openssl rand -hex 32"; exit 2; }
	@RAY_AUTH_MODE=token RAY_worker_niceness=0 PYTHONPATH="$(CURDIR)" PATH="$(abspath $(BIN)):$$PATH" exec ray start --block --disable-usage-stats \
		--node-ip-address=$(ADDRESS) --object-store-memory=200000000 --include-log-monitor=false \
		$(if $(HEAD),--address=$(HEAD):6379,--head --port=6379 --dashboard-host=$(ADDRESS)) $(RAY)

test: install-dev browser postgresql lint types imports unit frontend browser-tests
	@echo "All checks passed."

# The stamps hold the time of the last installation; make compares them with the lists of requirements.
install: $(REQUIREMENTS:%=$(VENV)/installed-%)
install-dev: $(VENV)/installed-requirements-dev.txt

$(VENV)/installed-%: % | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement $<
	@touch $@

$(BIN)/python:
	sh .ci/venv $(VENV) $(PYTHON)

browser: install-dev
	@sh .ci/browser $(BIN)/python

postgresql:
	@sh .ci/postgresql

lint:
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types:
	$(BIN)/mypy

imports:
	$(BIN)/lint-imports

unit:
	$(BIN)/python -m pytest -n 2 --dist loadgroup -m "not browser"

frontend: install-dev
	@for folder in $(FRONTENDS); do $(NODE) sh .ci/frontend $$folder || exit 1; done

browser-tests:
	$(BIN)/python -m pytest -n 2 --dist loadfile -m browser

# Five hundred gestures drawn at random: the canvas and Python must agree, and the browser's memory stay flat.
soak: install-dev browser
	LAYERLOOM_SOAK=500 $(BIN)/python -m pytest -q --timeout 7200 tests/browser/test_soak.py

# Builds the committed bundles anew after a change of their source.
bundles: install-dev
	@for folder in $(FRONTENDS); do (cd $$folder && $(NODE) npm ci && $(NODE) npm run build) || exit 1; done

benchmarks: install-dev browser
	@for file in benchmarks/*.py; do $(BIN)/python $$file || exit 1; done

# Injects FAULTS faults (1,000) into real trainings, at random moments: kills, full disks, torn files, clocks set back.
faults: install-dev
	$(BIN)/python -m tests.faults

# Two machines in network namespaces of this one, and a run that goes on when one of them dies. Needs root.
cluster-test: install-dev $(VENV)/installed-requirements-cluster.txt
	LAYERLOOM_CLUSTER_TEST=1 $(BIN)/python -m pytest -v tests/runtime/test_two_nodes.py

# Pins everything anew from pyproject.toml; run it after changing a dependency there.
lock: install-dev
	$(BIN)/uv pip compile --quiet --universal --no-emit-index-url --no-header pyproject.toml -o requirements.txt
	$(BIN)/uv pip compile --quiet --universal --no-emit-index-url --no-header --extra gpu -c requirements.txt pyproject.toml -o requirements-gpu.txt
	$(BIN)/uv pip compile --quiet --universal --no-emit-index-url --no-header --extra cluster -c requirements.txt pyproject.toml -o requirements-cluster.txt
	$(BIN)/uv pip compile --quiet --universal --no-emit-index-url --no-header --extra dev -c requirements.txt pyproject.toml -o requirements-dev.txt

clean:
	rm -rf $(VENV) assets/*/node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis
