# Everyday targets over CMake (see CMakePresets.json). Each one installs with apt-get what it needs and
# what is missing; NO_INSTALL=1 only says what that is.
SECONDS ?= 60
PREFIX ?= /usr/local
DATA ?= ../shared/data
JOBS ?= $(shell nproc 2>/dev/null || echo 1)
STUDY ?= studies/hbm3e-12h.yaml

release := build/release
build = cmake --build $(release) -j $(JOBS)

.PHONY: all setup configure tests-configured run test validate calibrate bench fit-engines lint format fuzz install clean help
.NOTPARALLEL:

all: configure
	@$(build) --target program

help:
	@echo "make            build $(release)/fab2fleet"
	@echo "make run        build it and answer $(STUDY)"
	@echo "make test       build and run all tests"
	@echo "make validate   compare with measurements: validation/*.csv and DATA=$(DATA)"
	@echo "make calibrate  fit the constants of GPUs to DATA=$(DATA), into catalog/class/"
	@echo "make bench      how long the simulator itself takes"
	@echo "make fit-engines  refit host times of engines to DATA=$(DATA)"
	@echo "make lint       layout, layers, banned functions, lengths"
	@echo "make format     lay the sources out"
	@echo "make fuzz       each fuzz target for SECONDS=$(SECONDS)"
	@echo "make install    to DESTDIR= PREFIX=$(PREFIX)"
	@echo "make clean      remove build/"

build:
	@mkdir -p $@

setup:
	@scripts/setup.sh build

configure: setup | build
	@cmake --preset release >$(release).log 2>&1 || { cat $(release).log; exit 1; }

tests-configured: | build
	@scripts/setup.sh build test
	@cmake --preset release -DFAB2FLEET_TESTS=ON >$(release).log 2>&1 || { cat $(release).log; exit 1; }

run: all
	@$(release)/fab2fleet run $(STUDY)

test: tests-configured
	@$(build)
	@ctest --preset release -j $(JOBS)

kernels = $(wildcard $(foreach table,gemm attention_prefill attention_decode layer collective,$(DATA)/measured/$(table).csv))

validate: all
	@$(release)/fab2fleet validate $(wildcard validation/*.csv) $(wildcard $(DATA)/measured/*.csv) \
		$(wildcard $(DATA)/traces/*_log_*.csv) $(wildcard $(DATA)/dram/reference_runs.csv)
	@$(if $(kernels),$(release)/fab2fleet calibrate $(kernels) --leave-out --summary)

calibrate: all
	@$(release)/fab2fleet calibrate $(kernels) --leave-out --write catalog/class/tensor-gpu.yaml

bench: tests-configured
	@$(build) --target bench bench_memory
	@$(release)/bench/bench
	@$(release)/bench/bench_memory

# Host times of the engines in catalog/engine/, from the measurements in DATA; minutes.
fit-engines: tests-configured
	@$(build) --target fit_engine
	@$(release)/bench/fit_engine $(DATA)/measured

lint: all
	@scripts/setup.sh lint
	@scripts/lint.sh

format:
	@scripts/setup.sh lint
	@clang-format-14 -i $$(git ls-files --cached --others --exclude-standard '*.c' '*.h')

fuzz:
	@scripts/setup.sh build fuzz
	@scripts/fuzz.sh $(SECONDS)

install: all
	@DESTDIR=$(DESTDIR) cmake --install $(release) --prefix $(PREFIX)

clean:
	@rm -rf build
