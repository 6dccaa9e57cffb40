# Bindery. `make help` lists the targets. Generated files stay in build/.

VERSION := 0.1.0
CC ?= gcc
VARIANT ?= release
B := build/$(VARIANT)
JOBS ?= $(shell nproc 2>/dev/null || echo 2)
PREFIX ?= /usr/local
# V=1 shows every command
Q := $(if $(V),,@)

# ---- flags ----------------------------------------------------------------------------------------

WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wstrict-prototypes \
  -Wmissing-prototypes -Wold-style-definition -Wvla -Wformat=2 -Wundef -Wcast-qual -Wcast-align \
  -Wwrite-strings -Wpointer-arith -Wswitch-enum -Wimplicit-fallthrough
ifdef CI
WARNINGS += -Werror
endif
HARDENING := -fPIE -fstack-protector-strong -fstack-clash-protection -fno-common \
  -fno-strict-aliasing -fno-delete-null-pointer-checks
BASE := -std=c11 -D_XOPEN_SOURCE=700 -Iinclude -pthread -g -ffile-prefix-map=$(CURDIR)=. \
  $(shell pkg-config --cflags freetype2 2>/dev/null)
OPT_release := -O2 -D_FORTIFY_SOURCE=2
OPT_asan := -O1 -fsanitize=address,undefined -fno-omit-frame-pointer -fno-sanitize-recover=undefined
OPT_ubsan := -O1 -fsanitize=undefined -fno-sanitize-recover=undefined
OPT_clang := -O2
OPT_tsan := -O1 -fsanitize=thread
CFLAGS_ALL = $(BASE) $(WARNINGS) $(HARDENING) $(OPT_$(VARIANT)) $(CFLAGS)
LDFLAGS_ALL = -pie -pthread -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack -Wl,--as-needed $(OPT_$(VARIANT)) $(LDFLAGS)
LIBS := -lhpdf -lcjson -lfreetype -lcrypto -ldeflate -lz -lm

# ---- files ----------------------------------------------------------------------------------------

SOURCES := $(sort $(wildcard src/*/*/*.c src/run/*.c src/cli/*.c))
OBJECTS := $(SOURCES:src/%.c=$(B)/%.o)
# Adapters speak to third-party headers that mention banned names themselves.
ADAPTERS := $(sort $(wildcard src/base/crypto/*.c)) src/base/text/faces.c
TESTS := $(sort $(wildcard tests/unit/*_test.c))
TEST_OBJECTS := $(TESTS:tests/%.c=$(B)/tests/%.o) $(B)/tests/unit/main.o
BUILTIN := $(sort $(wildcard templates/catalog/*.json templates/schema/*.json fonts/fonts.json))

.PHONY: all help
all: build/bindery ## build build/bindery

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | sort | awk -F'\t' '{printf "  %-14s %s\n", $$1, $$2}'

build/bindery: $(B)/bindery
	@cp -f $< $@.new && mv -f $@.new $@

$(B)/bindery: $(OBJECTS) $(B)/main.o $(B)/builtin.o
	$(Q)$(CC) $(LDFLAGS_ALL) -o $@ $^ $(LIBS)

banned = $(if $(filter $<,$(ADAPTERS)),,-include include/bindery/banned.h)
$(B)/%.o: src/%.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS_ALL) $(banned) -DBINDERY_VERSION='"$(VERSION)"' -MMD -MP -c -o $@ $<

$(B)/tests/%.o: tests/%.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS_ALL) -Itests/unit -MMD -MP -c -o $@ $<

# Templates become part of the binary: one assembly file of .incbin, one table of names.
$(B)/builtin.s: $(BUILTIN) Makefile
	@mkdir -p $(@D)
	@{ printf '\t.section .rodata\n'; n=0; for f in $(BUILTIN); do \
	  printf '\t.balign 16\nbuiltin_%d:\n\t.incbin "%s"\nbuiltin_end_%d:\n\t.byte 0\n' $$n $$f $$n; n=$$((n+1)); done; \
	  n=0; for f in $(BUILTIN); do printf 'name_%d:\n\t.asciz "%s"\n' $$n $${f#templates/}; n=$$((n+1)); done; \
	  printf '\t.section .data.rel.ro,"aw"\n\t.balign 8\n\t.globl bd_builtins\nbd_builtins:\n'; \
	  n=0; for f in $(BUILTIN); do printf '\t.quad name_%d, builtin_%d, builtin_end_%d\n' $$n $$n $$n; n=$$((n+1)); done; \
	  printf '\t.section .rodata\n\t.balign 8\n\t.globl bd_builtin_count\nbd_builtin_count:\n\t.quad %d\n' $$n; \
	  printf '\t.section .note.GNU-stack,"",@progbits\n'; } > $@

$(B)/builtin.o: $(B)/builtin.s
	$(CC) -c -o $@ $<

-include $(OBJECTS:.o=.d) $(TEST_OBJECTS:.o=.d) $(B)/main.d
