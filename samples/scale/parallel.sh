#!/bin/sh
# Shards on one machine, by GNU parallel:  parallel.sh acme 2026-06-30 16
set -eu
engagement=$1
day=$2
count=${3:-4}
parts=$engagement/parts
mkdir -p "$parts"
seq 0 $((count - 1)) | parallel --halt now,fail=1 \
    bindery -C "$engagement" assess --shard "{}/$count" --as-of "$day" --out "$parts/part-{}" --jobs 1 --quiet
exec bindery -C "$engagement" merge --as-of "$day" "$parts"/part-*
