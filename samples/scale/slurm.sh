#!/bin/sh
# One shard of the scan of an engagement, as a task of a Slurm array:
#
#   sbatch --array=0-15 slurm.sh /shared/acme 2026-06-30
#
# A task that is lost with its node is queued again, and gives the same file.
#SBATCH --job-name=bindery-shard
#SBATCH --requeue
#SBATCH --ntasks=1
set -eu
engagement=$1
day=$2
parts=${3:-$engagement/parts}
mkdir -p "$parts"
exec bindery -C "$engagement" assess --shard "$SLURM_ARRAY_TASK_ID/$SLURM_ARRAY_TASK_COUNT" --as-of "$day" \
    --out "$parts/part-$SLURM_ARRAY_TASK_ID" --jobs "${SLURM_CPUS_PER_TASK:-1}" --quiet
