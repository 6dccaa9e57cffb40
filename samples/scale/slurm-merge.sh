#!/bin/sh
# Judges from what the array found:
#
#   sbatch --dependency=afterok:JOB slurm-merge.sh /shared/acme 2026-06-30
#SBATCH --job-name=bindery-merge
#SBATCH --ntasks=1
set -eu
engagement=$1
day=$2
parts=${3:-$engagement/parts}
exec bindery -C "$engagement" merge --as-of "$day" --quiet "$parts"/part-*
