/* What must not be carried to an earlier day: what was joined with records that came after it. */
#include "make_whole.h"

#define COMPUTE "'id':'/subscriptions/" SCAN_SUB_A "/resourceGroups/rg/providers/Microsoft.Compute/"
#define DISK                                                                                       \
    "{'value':[{" COMPUTE "disks/d1','type':'Microsoft.Compute/disks','name':'d1','managedBy':"    \
    "'/subscriptions/" SCAN_SUB_A "/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/vm1'," \
    "'properties':{'diskState':'Attached','encryption':{'type':'EncryptionAtRestWithPlatformKey'}}}]}"
#define MACHINE                                                                                    \
    "{'value':[{" COMPUTE "virtualMachines/vm1','type':'Microsoft.Compute/virtualMachines','name':'vm1'," \
    "'properties':{'storageProfile':{'osDisk':{'osType':'Linux'}},'securityProfile':"              \
    "{'encryptionAtHost':true}}}]}"

static const char *json_of(const char *text) {
    char *copy = bd_alloc(test_arena(), strlen(text) + 1, 1);
    for (size_t i = 0; text[i] != '\0'; i++) {
        copy[i] = text[i] == '\'' ? '"' : text[i];
    }
    return copy;
}

/* January and February; a disk, listed on 30 January, that its machine encrypts, which was listed on `machine_at`. */
static whole *disk_and_machine(const char *machine_at) {
    whole *w = whole_open("{}");
    CHECK(bd_day_parse(BD_STR("2026-02-28"), &w->period.to));
    whole_add_at(w, "2026-01-30T06:00:00Z", json_of(DISK), "");
    whole_add_at(w, machine_at, json_of(MACHINE), "");
    return w;
}

static const char *verdict_on(const char *machine_at, const char *as_of) {
    whole *w = disk_and_machine(machine_at);
    w->as_of = scan_time(as_of);
    whole_judge(w);
    const char *verdict = whole_verdict(w, "disks-encrypted");
    scan_bench_close(&w->bench);
    return verdict;
}

#define MONTH_END "2026-02-01T00:00:00Z"

TEST(assess, a_verdict_that_a_later_record_decides_is_not_carried_to_the_month_end_before_it) {
    CHECK_EQ_STR(bd_str_of(verdict_on("2026-01-30T06:00:00Z", MONTH_END)), "pass");
    CHECK_EQ_STR(bd_str_of(verdict_on("2026-02-02T06:00:00Z", "2026-03-01T00:00:00Z")), "pass");
    CHECK_EQ_STR(bd_str_of(verdict_on("2026-02-02T06:00:00Z", MONTH_END)), "cannot-tell");
    whole *w = disk_and_machine("2026-02-02T06:00:00Z");
    w->earlier = scan_time(MONTH_END);
    whole_judge(w); /* carried or from the rows, the month end says the same */
    scan_bench_close(&w->bench);
}
