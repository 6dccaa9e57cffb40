#!/bin/sh
# torture/slurm.sh - shards as a real Slurm array, one node lost in the middle: the merge still gives the bytes of one run.
#
# Debian's slurm-wlm on this machine: munged, slurmctld and four slurmd on ports of loopback, nothing of systemd, no
# cgroups.  Runs as root in a folder of its own (build/torture), for slurmd starts tasks as another user; what is started
# here is ended here.  Needs `make deps-torture`; without slurmctld it says so and ends 0.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
bindery=$(realpath "${BINDERY:-$root/build/release/bindery}")
nodes=4
shards=16
work=$root/build/torture
for tool in slurmctld slurmd sbatch munged; do
    if ! command -v "$tool" >/dev/null 2>&1; then
        echo "torture: skipped: '$tool' is not there; make deps-torture installs it"
        exit 0
    fi
done
if [ "$(id -u)" -ne 0 ]; then
    echo "torture: skipped: the daemons of Slurm are started by root"
    exit 0
fi
rm -rf "$work"
mkdir -p "$work/state" "$work/bin" "$work/munge" "$work/spool"
chmod 755 "$work/munge"
cd "$work"
ln -s "$bindery" bin/bindery
PATH=$work/bin:$PATH
export PATH LC_ALL=C SLURM_CONF="$work/slurm.conf"
host=$(hostname -s)

started=
end_all() {
    for pid in $started; do
        kill "$pid" 2>/dev/null || true
    done
}
trap end_all EXIT
trap 'exit 130' INT TERM

# ---- munge and Slurm on loopback
head -c 1024 /dev/urandom >munge/key
chmod 400 munge/key
munged --foreground --force --key-file="$work/munge/key" --socket="$work/munge/socket" --pid-file="$work/munge/pid" \
    --log-file="$work/munge/log" --seed-file="$work/munge/seed" >munge.out 2>&1 &
started="$started $!"
cat >slurm.conf <<CONF
ClusterName=torture
SlurmctldHost=$host(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$work/munge/socket
CryptoType=crypto/munge
MpiDefault=none
ProctrackType=proctrack/pgid
TaskPlugin=task/none
SwitchType=switch/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerType=sched/backfill
SchedulerParameters=batch_sched_delay=0,sched_interval=2,sched_min_interval=100000
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
JobCompType=jobcomp/none
SlurmctldPort=17000
SlurmctldPidFile=$work/slurmctld.pid
SlurmdPidFile=$work/slurmd.%n.pid
SlurmdSpoolDir=$work/spool/%n
StateSaveLocation=$work/state
SlurmctldLogFile=$work/slurmctld.log
SlurmdLogFile=$work/slurmd.%n.log
SlurmdTimeout=10
SlurmctldTimeout=10
InactiveLimit=0
KillWait=2
MinJobAge=600
ReturnToService=1
JobRequeue=1
NodeName=n[1-$nodes] NodeHostName=$host NodeAddr=127.0.0.1 Port=[17001-1700$nodes] CPUs=1 State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP OverSubscribe=NO
CONF
for node in $(seq "$nodes"); do
    mkdir -p "spool/n$node"
done
sleep 1
slurmctld -D -c >slurmctld.out 2>&1 &
started="$started $!"
for node in $(seq "$nodes"); do
    slurmd -D -N "n$node" >"slurmd.$node.out" 2>&1 &
    eval "node_$node=$!"
    started="$started $!"
done
waited=0
until [ "$(sinfo -h -N -o '%t' 2>/dev/null | grep -c idle)" -ge "$nodes" ]; do
    waited=$((waited + 1))
    if [ "$waited" -gt 60 ]; then
        echo "torture: the nodes did not come up" >&2
        sinfo -N >&2 || true
        tail -n 5 slurmctld.out slurmctld.log >&2 || true
        exit 1
    fi
    sleep 1
done

# ---- the evidence, and what one run makes of it
cp -R "$root/samples/contoso" acme
chmod -R u+w acme
bindery -C acme ingest -q >/dev/null 2>&1
bindery -C acme assess -q --as-of 2026-06-30 >/dev/null 2>&1
cp acme/out/2026-H1/assessment.json acme/out/2026-H1/findings.ndjson .
rm -r acme/out

# ---- the array; a node is killed while it has a task, and comes back no more
cat >slow.sh <<SLOW
#!/bin/sh
#SBATCH --requeue
echo "\$SLURM_ARRAY_TASK_ID \$SLURMD_NODENAME \$\$ \$PPID" >>$work/tasks
sleep 3
exec sh $root/samples/scale/slurm.sh "\$@"
SLOW
array=$(sbatch --parsable --array="0-$((shards - 1))" --output="$work/task-%a.out" --export=ALL slow.sh "$work/acme" \
    2026-06-30 "$work/parts")
waited=0
until grep -q ' n2 ' tasks 2>/dev/null; do
    waited=$((waited + 1))
    [ "$waited" -le 200 ] || { echo "torture: nothing ran on the second node" >&2; exit 1; }
    sleep 0.1
done
grep ' n2 ' tasks | tail -n 1 >lost
read -r lost _ task step <lost
kill -9 "$node_2"          # the node's daemon,
kill -9 "$step" "$task"    # what watches the task, and the task itself
echo "torture: node n2 was killed while it had shard $lost"
waited=0
while [ "$(squeue -h -j "$array" 2>/dev/null | wc -l)" -gt 0 ]; do
    waited=$((waited + 1))
    if [ "$waited" -gt 300 ]; then
        echo "torture: the array did not end" >&2
        squeue -j "$array" >&2
        exit 1
    fi
    sleep 1
done
again=$(grep -c "^$lost " tasks)
merged=$(sbatch --parsable --wait --output="$work/merge.out" --export=ALL "$root/samples/scale/slurm-merge.sh" \
    "$work/acme" 2026-06-30 "$work/parts") || { cat merge.out >&2; exit 1; }
if [ "$again" -lt 2 ] || grep "^$lost " tasks | tail -n 1 | grep -q ' n2 '; then
    echo "torture: shard $lost was not done again on another node" >&2
    cat tasks >&2
    exit 1
fi
cmp assessment.json acme/out/2026-H1/assessment.json
cmp findings.ndjson acme/out/2026-H1/findings.ndjson
echo "torture: $shards shards on $nodes nodes, shard $lost started $again times, merged by job $merged: the same bytes"
