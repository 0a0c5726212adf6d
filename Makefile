# The two commands are `make demo` and `make test`; each installs what it lacks and says so.

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help demo test build engine packages fmt fmt-check lint doc unit chaos bench clean-data

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: engine ## one night over a simulated France, on this machine alone
	cargo build --release --bin beffroi
	./target/release/beffroi demo

test: packages engine fmt-check lint doc unit ## everything that tests: format, lints, documentation, tests

build: ## the program, optimised, as target/release/beffroi
	cargo build --release --bin beffroi

engine: ## the ClickHouse engine library, into .vendor/chdb
	@deploy/setup/engine-library.sh

packages: ## what the tests need of the distribution's packages
	@deploy/setup/system-packages.sh

fmt: ## format the code
	cargo fmt --all

fmt-check:
	cargo fmt --all --check

lint: ## clippy on all targets, warnings denied
	cargo clippy --workspace --all-targets -- -D warnings

doc: ## the code's documentation, warnings denied, as target/doc
	RUSTDOCFLAGS="-D warnings" cargo doc --no-deps --workspace --document-private-items

# The end-to-end tests run the program, hence the first line; nextest does not run
# the documentation's examples, hence the second. What they write stays below target/.
unit: export TMPDIR := $(CURDIR)/target/tmp
unit: ## the tests alone
	@mkdir -p $(TMPDIR)
	cargo build --bin beffroi
	@if cargo nextest --version >/dev/null 2>&1; \
	then set -ex; cargo test --workspace --doc --quiet; cargo nextest run --workspace; \
	else set -x; cargo test --workspace; fi

# Each round is repeated by its seed: SEED=4711 make chaos ROUNDS=1. docs/reliability.md has the results.
SEED ?= 1
ROUNDS ?= 200
JOBS ?= 3
ONLY ?=
chaos: export TMPDIR := $(CURDIR)/target/tmp
chaos: packages engine ## nights under faults: SEED=1 ROUNDS=200 JOBS=3 ONLY=worker-killed
	@mkdir -p $(TMPDIR)
	cargo build --bin beffroi --bin chaos
	cargo run --quiet --bin chaos -- --seed $(SEED) --rounds $(ROUNDS) --jobs $(JOBS) $(if $(ONLY),--only $(ONLY))

bench: engine ## the benchmarks of benches/README.md
	cargo bench -p beffroi-benches

clean-data: ## forget what was crawled here: beffroi-data and beffroi-demo
	@for folder in beffroi-data beffroi-demo; do \
	  if [ -e $$folder ]; then echo "removing $$folder"; rm -rf $$folder; fi; done
