# Bindery. `make help` lists the targets. Generated files stay in build/, one folder per variant.

VERSION := 0.1.0
ifeq ($(origin CC),default)
CC := gcc
endif
# Which build becomes build/bindery: release, asan, ubsan, clang, tsan.
VARIANT ?= release
JOBS ?= $(shell nproc 2>/dev/null || echo 2)
PREFIX ?= /usr/local
# V=1 shows every command.
Q := $(if $(V),,@)
# An interpreter that sees Debian's Python packages.
export PYTHON ?= /usr/bin/python3

ifeq ($(filter -j%,$(MAKEFLAGS)),)
MAKEFLAGS += -j$(JOBS)
endif
.DELETE_ON_ERROR:
.SUFFIXES:

# ---- packages -------------------------------------------------------------------------------------

DEPS := gcc libc6-dev libcjson-dev libcurl4-openssl-dev libdeflate-dev libfreetype-dev libfribidi-dev libhpdf-dev libp11-kit-dev libssl-dev libutf8proc-dev \
  libxml2-dev pkg-config zlib1g-dev   fonts-dejavu-core fonts-droid-fallback fonts-nanum fonts-open-sans tzdata
CHECK_DEPS := clang jq libxml2-utils mupdf-tools openssl poppler-utils python3 python3-jsonschema python3-openpyxl \
  python3-venv qpdf softhsm2 unzip zip
TORTURE_DEPS := slurm-wlm munge procps time
# Its fuzzer comes with the run-time library, which the compiler only recommends.
FUZZ_DEPS := libclang-rt-dev
# Whoever has another node than Debian's keeps it.
CONFORMANCE_DEPS := default-jdk-headless maven $(if $(shell command -v npm),,nodejs npm)
BENCH_DEPS := jq openssl python3-reportlab time unzip zip

# Goals that install what they need; the others compile with what is there.
FIRST := $(if $(filter demo check conformance bench golden,$(MAKECMDGOALS)),deps)
FIRST_TESTS := $(if $(filter check conformance golden,$(MAKECMDGOALS)),deps-tests)

# ---- flags ----------------------------------------------------------------------------------------

WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wstrict-prototypes \
  -Wmissing-prototypes -Wold-style-definition -Wvla -Wformat=2 -Wundef -Wcast-qual -Wcast-align \
  -Wwrite-strings -Wpointer-arith -Wswitch-enum -Wimplicit-fallthrough
HARDENING := -fPIE -fstack-protector-strong -fstack-clash-protection -fno-common \
  -fno-strict-aliasing -fno-delete-null-pointer-checks
BASE := -std=c11 -D_XOPEN_SOURCE=700 -Iinclude -pthread -g -ffile-prefix-map=$(CURDIR)=.
# Under clang glibc's FORTIFY turns sprintf into a macro, which banned.h then cannot poison.
FORTIFY := $(if $(findstring clang,$(CC)),,-D_FORTIFY_SOURCE=2)

VARIANTS := release asan ubsan clang tsan
OPT_release := -O2 $(FORTIFY)
OPT_asan := -O1 -fsanitize=address,undefined -fno-omit-frame-pointer -fno-sanitize-recover=undefined
OPT_ubsan := -O1 -fsanitize=undefined -fno-sanitize-recover=undefined
OPT_clang := -O2
OPT_tsan := -O1 -fsanitize=thread
CC_clang := clang
# A warning stops the builds that exist for checking; whoever only builds is not stopped by a newer compiler.
WERROR_release := $(if $(CI),-Werror)
WERROR_asan := -Werror
WERROR_clang := -Werror

LDFLAGS_ALL := -pie -pthread -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack -Wl,--as-needed
LIBS := -lhpdf -lcjson -lfreetype -lfribidi -lcrypto -ldeflate -lutf8proc -lz -lm

# $(call cc,VARIANT), $(call cflags,VARIANT)
cc = $(or $(CC_$(1)),$(CC))
cflags = $(BASE) $(WARNINGS) $(HARDENING) $(OPT_$(1)) $(WERROR_$(1)) $(CFLAGS)

# ---- files ----------------------------------------------------------------------------------------

SOURCES := $(sort $(wildcard src/base/*/*.c src/gather/*/*.c src/judge/*/*.c src/tell/*/*.c src/hand/*/*.c \
  src/run/*/*.c src/run/*.c src/cli/*.c))
OBJECTS := $(SOURCES:src/%.c=%.o)
TESTS := $(sort $(wildcard tests/unit/*_test.c)) tests/unit/main.c tests/unit/runner.c
TEST_OBJECTS := $(TESTS:%.c=%.o)
BUILTIN := $(sort $(wildcard templates/catalog/*.json templates/schema/*.json templates/schema/*.rng templates/*.xml \
  fonts/fonts.json))
# Adapters include third-party headers that mention banned names themselves.
ADAPTERS := $(sort $(wildcard src/base/crypto/*.c)) src/base/text/faces.c src/base/http/curl.c src/gather/read/sax.c

# Room text alone sees FreeType's headers, one file of room read those of libxml2, which is not linked: that file loads it
# when it is needed. Asked late: pkg-config may be installed by this very run.
room_flags = $(if $(filter src/base/text/%,$(1)),$(shell pkg-config --cflags freetype2)) \
  $(if $(filter src/base/crypto/token.c,$(1)),$(shell pkg-config --cflags p11-kit-1)) \
  $(if $(filter src/gather/read/sax.c,$(1)),$(shell pkg-config --cflags libxml-2.0)) \
  $(if $(filter $(ADAPTERS),$(1)),,-include include/bindery/banned.h)

# What a scan makes of bytes hangs on these: their hash is part of the key of what it yielded, so that no version has to be
# raised by hand, and a program that scans in another way finds nothing of the one before.
DERIVE_ROOMS := access change derivations derive network operation people protection reviews roles
MAP_SOURCES := $(sort $(foreach room,base/util base/value base/spill base/zip gather/read $(DERIVE_ROOMS:%=gather/%) gather/evidence \
  gather/extent gather/scan gather/memo judge/catalog judge/rule judge/imported,$(wildcard src/$(room)/*.[ch])) \
  $(addprefix include/bindery/,util.h value.h spill.h zip.h read.h $(DERIVE_ROOMS:%=%.h) evidence.h extent.h scan.h memo.h catalog.h \
  rule.h imported.h))
map_sources = $(if $(filter src/gather/memo/key.c,$(1)),-DBINDERY_MAP_SOURCES='"$(shell cat $(MAP_SOURCES) | sha256sum | cut -c1-32)"')

# What an output hangs on besides its inputs and libraries: all sources but those that read arguments and print.  Stands in
# each package, so that `verify --reperform` knows whether the program that made it was this one.
OUTPUT_SOURCES := $(sort $(filter-out src/cli/%,$(SOURCES)) $(wildcard src/*/*/*.h src/run/*.h include/bindery/*.h))
output_sources = $(if $(filter src/run/session/versions.c,$(1)),-DBINDERY_SOURCES='"$(shell cat $(OUTPUT_SOURCES) | sha256sum | cut -c1-12)"')

.PHONY: all help deps deps-tests deps-conformance deps-bench deps-torture deps-fuzz torture demo check unit asan ubsan tsan clang cli-check conformance bench lint \
  deps-check headers golden golden-check catalog-lint fuzz-smoke install clean FORCE
.DEFAULT_GOAL := all

all: build/bindery ## build build/bindery

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | sort | \
	  awk -F'\t' '{printf "  %-14s %s\n", $$1, $$2}'

build/bindery: build/$(VARIANT)/bindery FORCE
	@cmp -s $< $@ || { cp -f $< $@.new && mv -f $@.new $@; }

define variant_rules
build/$(1)/bindery: $$(OBJECTS:%=build/$(1)/%) build/$(1)/main.o build/$(1)/builtin.o
	@echo "  link  $$@"
	$$(Q)$$(call cc,$(1)) $$(LDFLAGS_ALL) $$(OPT_$(1)) $$(LDFLAGS) -o $$@ $$^ $$(LIBS)

build/$(1)/unit: $$(OBJECTS:%=build/$(1)/%) build/$(1)/builtin.o $$(TEST_OBJECTS:%=build/$(1)/%)
	@echo "  link  $$@"
	$$(Q)$$(call cc,$(1)) $$(LDFLAGS_ALL) $$(OPT_$(1)) $$(LDFLAGS) -o $$@ $$^ $$(LIBS)

build/$(1)/scan-bench: $$(OBJECTS:%=build/$(1)/%) build/$(1)/builtin.o build/$(1)/tests/bench/scan.o
	@echo "  link  $$@"
	$$(Q)$$(call cc,$(1)) $$(LDFLAGS_ALL) $$(OPT_$(1)) $$(LDFLAGS) -o $$@ $$^ $$(LIBS)

build/$(1)/pages-bench: $$(OBJECTS:%=build/$(1)/%) build/$(1)/builtin.o build/$(1)/tests/bench/pages.o
	@echo "  link  $$@"
	$$(Q)$$(call cc,$(1)) $$(LDFLAGS_ALL) $$(OPT_$(1)) $$(LDFLAGS) -o $$@ $$^ $$(LIBS)

build/$(1)/%.o: src/%.c Makefile | $$(FIRST) $$(FIRST_TESTS)
	@mkdir -p $$(@D)
	$$(Q)$$(call cc,$(1)) $$(call cflags,$(1)) $$(call room_flags,$$<) $$(call map_sources,$$<) $$(call output_sources,$$<) -DBINDERY_VERSION='"$$(VERSION)"' \
	  -MMD -MP -c -o $$@ $$<

build/$(1)/tests/%.o: tests/%.c Makefile | $$(FIRST) $$(FIRST_TESTS)
	@mkdir -p $$(@D)
	$$(Q)$$(call cc,$(1)) $$(call cflags,$(1)) -Itests/unit -MMD -MP -c -o $$@ $$<

build/$(1)/gather/memo/key.o: $$(MAP_SOURCES)
build/$(1)/run/session/versions.o: $$(OUTPUT_SOURCES)

build/$(1)/builtin.o: build/builtin.s $$(BUILTIN)
	@mkdir -p $$(@D)
	$$(Q)$$(call cc,$(1)) -c -o $$@ $$<

-include $$(OBJECTS:%.o=build/$(1)/%.d) $$(TEST_OBJECTS:%.o=build/$(1)/%.d) build/$(1)/main.d
endef
$(foreach variant,$(VARIANTS),$(eval $(call variant_rules,$(variant))))

# Templates become part of the binary: one assembly file of .incbin, one table of names.
build/builtin.s: $(BUILTIN) Makefile templates templates/catalog templates/schema | $(FIRST)
	@mkdir -p $(@D)
	@{ printf '\t.section .rodata\n'; n=0; for f in $(BUILTIN); do \
	  printf '\t.balign 16\nbuiltin_%d:\n\t.incbin "%s"\nbuiltin_end_%d:\n\t.byte 0\n' $$n $$f $$n; n=$$((n+1)); done; \
	  n=0; for f in $(BUILTIN); do printf 'name_%d:\n\t.asciz "%s"\n' $$n $${f#templates/}; n=$$((n+1)); done; \
	  printf '\t.section .data.rel.ro,"aw"\n\t.balign 8\n\t.globl bd_builtins\nbd_builtins:\n'; \
	  n=0; for f in $(BUILTIN); do printf '\t.quad name_%d, builtin_%d, builtin_end_%d\n' $$n $$n $$n; n=$$((n+1)); done; \
	  printf '\t.section .rodata\n\t.balign 8\n\t.globl bd_builtin_count\nbd_builtin_count:\n\t.quad %d\n' $$n; \
	  printf '\t.section .note.GNU-stack,"",@progbits\n'; } > $@

# ---- the ways in ----------------------------------------------------------------------------------

deps: ## install the missing packages that building and running need
	@sh .ci/deps $(DEPS)

deps-tests: deps ## install what the tests need besides
	@sh .ci/deps $(CHECK_DEPS)

deps-conformance: deps-tests
	@sh .ci/deps $(CONFORMANCE_DEPS)

deps-bench: deps
	@sh .ci/deps $(BENCH_DEPS)

deps-torture: deps deps-tests ## install what torture needs
	@sh .ci/deps $(TORTURE_DEPS)

deps-fuzz: deps deps-tests ## install what fuzzing needs
	@sh .ci/deps $(FUZZ_DEPS)

demo: build/bindery ## turn samples/contoso into a signed binder and a package
	@sh samples/demo.sh build/bindery build/demo

install: build/release/bindery ## install under $(DESTDIR)$(PREFIX)
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/man/man1 $(DESTDIR)$(PREFIX)/share/doc/bindery
	install -m 755 build/release/bindery $(DESTDIR)$(PREFIX)/bin/bindery
	build/release/bindery help --man > build/bindery.1
	install -m 644 build/bindery.1 $(DESTDIR)$(PREFIX)/share/man/man1/bindery.1
	install -m 644 LICENSE README.md $(DESTDIR)$(PREFIX)/share/doc/bindery/
	install -m 644 fonts/README.md $(DESTDIR)$(PREFIX)/share/doc/bindery/fonts.md

clean: ## remove build/
	rm -rf build

# ---- the ways to check ----------------------------------------------------------------------------
# A suite leaves its count in build/results/NAME.txt and never stops the others; the sum decides.

SUITE := sh tests/suite.sh run
SUM := sh tests/suite.sh sum
CHECKS := lint deps-check headers catalog unit unit-asan unit-clang cli fault sample-asan golden
ASAN := ASAN_OPTIONS=detect_leaks=1:abort_on_error=0 UBSAN_OPTIONS=print_stacktrace=1

# The commands under sanitizers take minutes: `make asan` has them, `check` runs the sample alone.
check: $(CHECKS:%=build/results/%.txt) ## everything but foreign tools and timing
	@$(SUM) $(CHECKS)

unit: build/results/unit.txt ## unit tests of VARIANT release
	@$(SUM) unit
asan: $(patsubst %,build/results/%.txt,unit-asan sample-asan cli-asan) ## unit and command tests under address and undefined sanitizer
	@$(SUM) unit-asan sample-asan cli-asan
ubsan: build/results/unit-ubsan.txt ## unit tests under the undefined sanitizer alone
	@$(SUM) unit-ubsan
tsan: build/results/unit-tsan.txt ## unit tests under the thread sanitizer
	@$(SUM) unit-tsan
clang: build/results/unit-clang.txt ## unit tests built by clang
	@$(SUM) unit-clang
cli-check: build/results/cli.txt ## tests of the commands
	@$(SUM) cli
golden-check: build/results/golden.txt ## compare the sample's outputs with tests/golden
	@$(SUM) golden
lint: build/results/lint.txt ## habits that a machine can see
	@$(SUM) lint
deps-check: build/results/deps-check.txt ## the walls between the rooms, src/DEPS
	@$(SUM) deps-check
headers: build/results/headers.txt ## every header compiles alone
	@$(SUM) headers
catalog-lint: build/results/catalog.txt ## the built-in catalog against itself
	@$(SUM) catalog
conformance: build/results/conformance.txt ## check the demo's outputs with tools that are not ours
	@$(SUM) conformance

golden: build/release/bindery ## refresh tests/golden; read the difference before committing it
	@BINDERY=build/release/bindery sh tests/golden/run.sh --refresh

torture: build/release/bindery build/release/unit deps-torture ## every fault at every call, every bit of a package, shards on a Slurm array that loses a node: takes hours
	@BINDERY=build/release/bindery sh tests/torture/slurm.sh
	@python3 tests/fault/torture.py build/release/bindery
	@python3 tests/torture/large.py build/release/bindery
	@BINDERY_TORTURE=1 build/release/unit package
	@BINDERY=build/release/bindery BINDERY_FLIPS=20000 sh tests/cli/run.sh check_mutants.sh

fuzz-smoke: deps-fuzz ## a minute of fuzzing for each parser
	@sh tests/fuzz/run.sh 60

bench: build/release/bindery build/release/scan-bench build/release/pages-bench | deps-bench ## time and memory against a shell script of stock tools
	@BINDERY=build/release/bindery sh tests/bench/run.sh

build/results/lint.txt: FORCE | $(FIRST_TESTS)
	@$(SUITE) lint sh tests/lint/lint.sh
build/results/deps-check.txt: FORCE | $(FIRST_TESTS)
	@$(SUITE) deps-check sh tests/lint/deps-check.sh
build/results/headers.txt: FORCE | $(FIRST) $(FIRST_TESTS)
	@CC='$(CC)' CFLAGS='$(BASE) $(WARNINGS) -Werror' $(SUITE) headers sh tests/lint/headers.sh
build/results/catalog.txt: build/release/bindery FORCE
	@$(SUITE) catalog build/release/bindery catalog lint
build/results/unit.txt: build/release/unit FORCE
	@$(SUITE) unit build/release/unit
build/results/unit-asan.txt: build/asan/unit FORCE
	@$(ASAN) $(SUITE) unit-asan build/asan/unit
build/results/unit-ubsan.txt: build/ubsan/unit FORCE
	@$(ASAN) $(SUITE) unit-ubsan build/ubsan/unit
build/results/unit-tsan.txt: build/tsan/unit FORCE
	@$(SUITE) unit-tsan build/tsan/unit
build/results/unit-clang.txt: build/clang/unit build/clang/bindery FORCE
	@$(SUITE) unit-clang build/clang/unit
build/results/cli.txt: build/release/bindery FORCE
	@BINDERY=build/release/bindery $(SUITE) cli sh tests/cli/run.sh
build/results/fault.txt: build/release/bindery FORCE
	@$(SUITE) fault python3 tests/fault/torture.py build/release/bindery --every 40 --kills 10 --pairs 4
build/results/cli-asan.txt: build/asan/bindery FORCE
	@$(ASAN) BINDERY=build/asan/bindery $(SUITE) cli-asan sh tests/cli/run.sh
build/results/sample-asan.txt: build/asan/bindery FORCE
	@$(ASAN) $(SUITE) sample-asan sh samples/demo.sh build/asan/bindery build/sample-asan
build/results/golden.txt: build/release/bindery FORCE
	@BINDERY=build/release/bindery $(SUITE) golden sh tests/golden/run.sh
build/results/conformance.txt: demo build/release/pages-bench FORCE | $(FIRST_TESTS) deps-conformance
	@BINDERY=build/bindery $(SUITE) conformance sh tests/conformance/run.sh build/demo
