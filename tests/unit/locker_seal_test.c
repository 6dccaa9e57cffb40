/* locker_seal_test.c - seals, checkpoints, `locker check` and `locker gc` over small lockers. */
#include "bindery/crypto.h"
#include "bindery/locker.h"
#include "test.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* 2026-07-01T12:34:56Z */
#define NOW ((bd_instant)1782909296 * BD_SECOND)

/* ---- steps ----------------------------------------------------------------------------------- */

static const char *locker_path(const char *name) {
    return test_path(bd_str_z(test_arena(), bd_str_format(test_arena(), "locker/%s", name)));
}

static bd_locker *open_locker(bd_locker_mode mode) {
    bd_err err = {0};
    bd_locker *locker = NULL;
    CHECK_OK(bd_locker_open(test_path("locker"), mode, test_arena(), &locker, &err), err);
    return locker;
}

static void put_text(bd_locker *locker, const char *name, const char *text) {
    bd_err err = {0};
    bd_put_result result;
    const char *full = test_path(name);
    test_write_file(full, bd_str_of(text));
    bd_entry entry = {.path = bd_str_of(name), .is_readable = true};
    bd_put put = {.entry = &entry, .collected_at = BD_INSTANT_NONE, .sidecar_path = BD_STR("")};
    int fd = open(full, O_RDONLY);
    CHECK_OK(bd_locker_put(locker, fd, &put, 1, &result, &err), err);
    bd_fd_close(&fd);
}

static void commit(bd_locker *locker) {
    bd_err err = {0};
    size_t count;
    CHECK_OK(bd_locker_commit(locker, NOW, &count, &err), err);
}

static void add_item(const char *name, const char *text) {
    bd_locker *locker = open_locker(BD_LOCKER_WRITE);
    put_text(locker, name, text);
    commit(locker);
    bd_locker_close(locker);
}

static bd_key *open_key(void) {
    bd_err err = {0};
    bd_key *key = NULL;
    bd_key_options options = {.key_path = test_path("k.pem"), .certificate_path = test_path("c.pem")};
    if (!bd_path_exists(test_path("k.pem"))) {
        CHECK_OK(bd_identity_make(test_path("k.pem"), test_path("c.pem"), BD_STR("Sealer"), NOW, &err),
                 err);
    }
    CHECK_OK(bd_key_open(&options, &key, &err), err);
    return key;
}

/* A seal as the program makes it, over a manifest of one word. */
static void seal_locker(uint32_t addendum) {
    bd_err err = {0};
    bd_certificate_facts facts;
    char hex[65];
    size_t count;
    bd_locker *locker = open_locker(BD_LOCKER_WRITE);
    bd_key *key = open_key();
    bd_merkle_hash *leaves = bd_journal_leaves(bd_locker_journal(locker), test_arena(), &count);
    bd_seal seal = {.period = BD_STR("2026-H1"), .addendum = addendum, .lines = count,
                    .organisation = BD_STR("CONTOSO"), .signer = BD_STR("CN=Sealer"),
                    .reason = BD_STR("late")};
    seal.name = addendum > 0 ? BD_STR("2026-H1+a1") : seal.period;
    CHECK_OK(bd_certificate_read(bd_key_certificate_pem(key, test_arena()), test_arena(), &facts, &err),
             err);
    bd_hex(facts.sha256, 32, hex);
    seal.fingerprint = bd_str_of(hex);
    bd_str manifest = BD_STR("{}\n"), signature;
    bd_merkle_head(leaves, count, seal.root);
    bd_sha256_of(manifest, seal.manifest_sha256);
    CHECK_OK(bd_cms_sign(key, seal.manifest_sha256, test_arena(), &signature, &err), err);
    bd_sha256_of(signature, seal.signature_sha256);
    bd_seal_file files[] = {{"manifest.json", manifest},
                            {"manifest.p7s", signature},
                            {"checkpoint.txt", bd_checkpoint_text(test_arena(), &seal)}};
    CHECK_OK(bd_locker_seal(locker, &seal, files, BD_COUNT(files), NOW, &err), err);
    bd_key_close(key);
    bd_locker_close(locker);
}

static bd_locker_report check_locker(void) {
    bd_err err = {0};
    bd_locker_report report;
    CHECK_OK(bd_locker_check(test_path("locker"), BD_STR(""), 2, test_arena(), &report, &err), err);
    return report;
}

static void make_sealed(void) {
    add_item("a.json", "one");
    add_item("b.json", "two");
    seal_locker(0);
    add_item("c.json", "three");
}

/* The first fault's word and file, "" without one. */
static const char *first_fault(const bd_locker_report *report) {
    return report->faults.count == 0
               ? ""
               : bd_str_format(test_arena(), "%s %.*s", report->faults.data[0].word,
                               BD_ARG(report->faults.data[0].file))
                     .data;
}

/* ---- seals ----------------------------------------------------------------------------------- */

TEST(seal, a_seal_covers_the_lines_before_it_and_an_addendum_those_after) {
    bd_err err = {0};
    bd_seals seals;
    size_t count;
    make_sealed();
    seal_locker(1);
    bd_locker *locker = open_locker(BD_LOCKER_READ);
    CHECK_OK(bd_locker_seals(locker, test_arena(), &seals, &err), err);
    bd_merkle_hash *leaves = bd_journal_leaves(bd_locker_journal(locker), test_arena(), &count);
    CHECK_EQ_INT(seals.count, 2);
    CHECK_EQ_INT(seals.data[0].lines, 2);
    CHECK_EQ_INT(seals.data[1].lines, 4);
    CHECK_EQ_STR(seals.data[1].name, "2026-H1+a1");
    CHECK_EQ_STR(seals.data[1].reason, "late");
    CHECK_OK(bd_seals_check(&seals, leaves, count, &err), err);
    leaves[1].bytes[0] ^= 1;
    CHECK_FAILS(bd_seals_check(&seals, leaves, count, &err), err, BD_ERR_INPUT,
                "the seal '2026-H1' at line 3 has the tree head");
    CHECK_FAILS(bd_seals_check(&seals, leaves, 1, &err), err, BD_ERR_INPUT, "the 2 lines before it");
    bd_locker_close(locker);
}

TEST(seal, a_line_that_claims_another_number_of_lines_is_no_seal) {
    bd_err err = {0};
    bd_seals seals;
    bd_locker *locker = open_locker(BD_LOCKER_WRITE);
    put_text(locker, "a.json", "one");
    commit(locker);
    bd_str keys[] = {BD_STR("addendum"), BD_STR("lines"), BD_STR("period")};
    const bd_value *values[] = {bd_value_integer(test_arena(), 0), bd_value_integer(test_arena(), 0),
                                bd_value_string(test_arena(), BD_STR("2026-H1"))};
    const bd_value *body = bd_value_object(test_arena(), 3, keys, values);
    CHECK_OK(bd_locker_append(locker, BD_STR("sealed"), body, NOW, &err), err);
    CHECK_FAILS(bd_locker_seals(locker, test_arena(), &seals, &err), err, BD_ERR_INPUT,
                "line 2 of the journal is no seal: 'lines' is not the number of lines before it");
    bd_seal seal = {.name = BD_STR("x"), .lines = 9};
    CHECK_FAILS(bd_locker_seal(locker, &seal, NULL, 0, NOW, &err), err, BD_ERR_BUG, "9 lines");
    seal = (bd_seal){.name = BD_STR("../x"), .lines = 2};
    CHECK_FAILS(bd_locker_seal(locker, &seal, NULL, 0, NOW, &err), err, BD_ERR_BUG, "does not fit");
    bd_locker_close(locker);
}

/* ---- checkpoints ----------------------------------------------------------------------------- */

#define HEX64 "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

TEST(seal, a_checkpoint_is_three_lines_and_nothing_else) {
    static const struct {
        const char *text, *fault;
    } bad[] = {
        {"", "the first line"},
        {"bindery-locker 2 X 1\n3\n" HEX64 "\n", "the first line"},
        {"bindery-locker 1 X 1\n", "the second line"},
        {"bindery-locker 1 X 1\n0\n" HEX64 "\n", "the second line"},
        {"bindery-locker 1 X 1\n-3\n" HEX64 "\n", "the second line"},
        {"bindery-locker 1 X 1\n99999999999999999999\n" HEX64 "\n", "the second line"},
        {"bindery-locker 1 X 1\n3\n" HEX64 "00\n", "the third and last line"},
        {"bindery-locker 1 X 1\n3\n" HEX64 "\nmore\n", "the third and last line"},
    };
    bd_seal seal;
    bd_err err = {0};
    for (size_t i = 0; i < BD_COUNT(bad); i++) {
        test_failure("%zu", i);
        CHECK_FAILS(bd_checkpoint_parse(bd_str_of(bad[i].text), test_arena(), &seal, &err), err,
                    BD_ERR_INPUT, bad[i].fault);
    }
    CHECK_OK(bd_checkpoint_parse(BD_STR("bindery-locker 1 X 2026-H1\r\n3\r\n" HEX64), test_arena(),
                                 &seal, &err), err);
    CHECK_EQ_INT(seal.lines, 3);
    CHECK_EQ_STR(seal.name, "X 2026-H1");
    CHECK_EQ_INT(seal.root[1], 0x11);
}

/* ---- check ----------------------------------------------------------------------------------- */

TEST(seal, a_sound_locker_has_no_faults) {
    make_sealed();
    bd_locker_report report = check_locker();
    test_failure("%s", first_fault(&report));
    CHECK_EQ_INT(report.fault_count, 0);
    CHECK_EQ_INT(report.lines, 4);
    CHECK_EQ_INT(report.items, 3);
    CHECK_EQ_INT(report.objects, 3);
    CHECK_EQ_INT(report.bytes, 11);
    CHECK_EQ_INT(report.seals, 1);
}

/* The last line of the journal is vouched for by nothing behind it: packages and checkpoints print its head. */
static size_t last_line(bd_str text) {
    size_t at = text.size - 1;
    while (at > 0 && text.data[at - 1] != '\n') {
        at--;
    }
    return at;
}

TEST(seal, no_flipped_bit_anywhere_in_the_locker_goes_unnoticed) {
    bd_entries entries = {0};
    bd_err err = {0};
    make_sealed();
    CHECK_OK(bd_folder_walk(test_path("locker"), 100, test_arena(), &entries, &err), err);
    CHECK_EQ_INT(entries.count, 10); /* FORMAT, lock, journal, index, 3 objects, 3 of the seal */
    for (size_t i = 0; i < entries.count; i++) {
        const char *name = bd_str_z(test_arena(), entries.data[i].path);
        const char *path = locker_path(name);
        bd_str text = test_read_file(path);
        size_t end = strcmp(name, "journal.ndjson") == 0 ? last_line(text) : text.size;
        CHECK_EQ_INT(chmod(path, 0600), 0);
        int fd = open(path, O_RDWR);
        for (size_t at = 0; at < end && strcmp(name, "lock") != 0; at++) {
            char flipped = (char)(text.data[at] ^ (1 << (at % 8)));
            CHECK_EQ_INT(pwrite(fd, &flipped, 1, (off_t)at), 1);
            bd_arena *arena = bd_arena_open("one check", (size_t)1 << 30);
            bd_locker_report report;
            test_failure("%s, byte %zu", name, at);
            bool is_refused = bd_failed(
                bd_locker_check(test_path("locker"), BD_STR(""), 1, arena, &report, &err));
            CHECK(is_refused ? strcmp(name, "FORMAT") == 0 : report.fault_count + report.stale_count > 0);
            bd_arena_close(arena);
            CHECK_EQ_INT(pwrite(fd, text.data + at, 1, (off_t)at), 1);
        }
        bd_fd_close(&fd);
    }
    CHECK_EQ_INT(check_locker().fault_count, 0);
}

TEST(seal, each_fault_is_named_with_its_file) {
    static const struct {
        const char *damage, *fault;
    } cases[] = {
        {"rm FORMAT", "format FORMAT"},
        {"rm journal.ndjson", "journal journal.ndjson"},
        {"sed -i 2d journal.ndjson", "journal journal.ndjson"},
        {"printf '{\"at' >>journal.ndjson", "torn journal.ndjson"},
        {"rm periods/2026-H1/manifest.p7s", "seal periods/2026-H1/manifest.p7s"},
        {"rm -r periods", "seal periods/2026-H1/checkpoint.txt"},
        {"echo x >derived/index", "index derived/index"},
        {"echo x >>runs.ndjson", "runs runs.ndjson"},
        {"printf '{\"a' >>runs.ndjson", "runs runs.ndjson"},
        {"mkdir tmp; echo x >tmp/3", "garbage tmp/3"},
        {"echo x >notes.txt", "stray notes.txt"},
        {"echo x >objects/sha256/x.gz", "stray objects/sha256/x.gz"},
        {"ln -s /etc/passwd link", "stray link"},
        {"mkdir -p periods/2025; echo x >periods/2025/manifest.json", "stray periods/2025/manifest.json"},
    };
    make_sealed();
    for (size_t i = 0; i < BD_COUNT(cases); i++) {
        CHECK_EQ_INT(run_command(NULL, "rm -rf kept && cp -a locker kept && cd locker && %s",
                                 cases[i].damage), 0);
        bd_locker_report report = check_locker();
        test_failure("%s", cases[i].damage);
        CHECK_EQ_STR(first_fault(&report), cases[i].fault);
        CHECK(report.faults.data[0].remedy[0] != '\0');
        CHECK_EQ_INT(run_command(NULL, "rm -rf locker && mv kept locker"), 0);
    }
    CHECK_EQ_INT(check_locker().fault_count, 0);
}

/* A cache full of broken entries is no cover for what happened to evidence. */
TEST(seal, damage_is_named_among_any_number_of_broken_cache_entries) {
    make_sealed();
    CHECK_EQ_INT(run_command(NULL, "cd locker && mkdir -p derived/0 && for i in $(seq 1 1500); do "
                                   "echo x >derived/0/$(printf '%%063d' $i); done; object=$(find objects -type f | "
                                   "sort | tail -n 1); chmod u+w $object; printf x >>$object"), 0);
    bd_locker_report report = check_locker();
    CHECK_EQ_INT(report.stale_count, 1500);
    CHECK_EQ_INT(report.fault_count, 1);
    CHECK_EQ_INT(report.damage_count, 1);
    size_t named = 0;
    for (size_t i = 0; i < report.faults.count; i++) {
        named += report.faults.data[i].is_damage;
    }
    CHECK_EQ_INT(named, 1);
    CHECK_EQ_INT(report.faults.count, 101);
}

TEST(seal, a_signature_of_another_certificate_is_a_fault_even_where_the_journal_has_its_hash) {
    bd_err err = {0};
    bd_locker_report report;
    make_sealed();
    CHECK_EQ_INT(run_command(NULL, "openssl req -x509 -newkey rsa:2048 -nodes -keyout o.key -out o.pem "
                                   "-days 9 -subj /CN=Other 2>/dev/null"), 0);
    CHECK_OK(bd_locker_check(test_path("locker"), test_read_file(test_path("o.pem")), 1, test_arena(),
                             &report, &err), err);
    CHECK_EQ_INT(report.fault_count, 1);
    CHECK_EQ_INT(report.damage_count, 0);
    CHECK(bd_str_find(report.faults.data[0].sentence, BD_STR("its signer is not trusted")) == 0);
    CHECK_OK(bd_locker_check(test_path("locker"), test_read_file(test_path("c.pem")), 1, test_arena(),
                             &report, &err), err);
    CHECK_EQ_INT(report.fault_count, 0);
}

TEST(seal, what_a_writer_has_placed_and_not_yet_committed_is_no_fault) {
    add_item("a.json", "one");
    bd_locker *writer = open_locker(BD_LOCKER_WRITE);
    put_text(writer, "b.json", "two");
    bd_locker_report report = check_locker();
    CHECK(report.has_writer);
    CHECK_EQ_INT(report.fault_count, 0);
    CHECK_EQ_INT(report.items, 1);
    commit(writer);
    bd_locker_close(writer);
    CHECK_EQ_INT(check_locker().items, 2);
}

TEST(seal, what_is_no_locker_is_refused) {
    bd_err err = {0};
    bd_locker_report report;
    CHECK_EQ_INT(run_command(NULL, "mkdir other && echo x >other/file"), 0);
    CHECK_FAILS(bd_locker_check(test_path("other"), BD_STR(""), 1, test_arena(), &report, &err), err,
                BD_ERR_INPUT, "is no locker");
    CHECK_FAILS(bd_locker_check(test_path("none"), BD_STR(""), 1, test_arena(), &report, &err), err,
                BD_ERR_INPUT, "cannot open the locker");
    add_item("a.json", "one");
    CHECK_EQ_INT(run_command(NULL, "chmod u+w locker/FORMAT; echo 'bindery-locker 9' >locker/FORMAT"), 0);
    CHECK_FAILS(bd_locker_check(test_path("locker"), BD_STR(""), 1, test_arena(), &report, &err), err,
                BD_ERR_UNSUPPORTED, "bindery-locker 9");
}

/* ---- gc -------------------------------------------------------------------------------------- */

static bd_locker_wastes collect(bool apply) {
    bd_err err = {0};
    bd_locker_wastes waste;
    CHECK_OK(bd_locker_gc(test_path("locker"), apply, test_arena(), &waste, &err), err);
    return waste;
}

TEST(seal, only_what_no_line_names_is_removed_and_only_when_asked) {
    static const char orphan[] =
        "objects/sha256/00/112233445566778899aabbccddeeff00112233445566778899aabbccddeeff.gz";
    make_sealed();
    CHECK_EQ_INT(run_command(NULL, "cd locker && mkdir -p objects/sha256/00 tmp && echo x >%s && "
                                   "echo y >tmp/7 && echo z >notes.txt", orphan), 0);
    bd_locker_wastes waste = collect(false);
    CHECK_EQ_INT(waste.count, 2);
    CHECK_EQ_STR(waste.data[0].file, orphan);
    CHECK_EQ_STR(waste.data[1].file, "tmp/7");
    CHECK(bd_path_exists(locker_path(orphan)) && bd_path_exists(locker_path("tmp/7")));
    CHECK_EQ_INT(collect(true).count, 2);
    CHECK(!bd_path_exists(locker_path(orphan)) && !bd_path_exists(locker_path("tmp/7")));
    CHECK(bd_path_exists(locker_path("notes.txt")));
    CHECK_EQ_INT(collect(true).count, 0);
    unlink(locker_path("notes.txt"));
    CHECK_EQ_INT(check_locker().fault_count, 0);
}

TEST(seal, what_a_journal_that_was_cut_off_held_is_not_removed) {
    make_sealed();
    bd_str text = test_read_file(locker_path("journal.ndjson"));
    CHECK_EQ_INT(truncate(locker_path("journal.ndjson"), (off_t)text.size - 9), 0);
    CHECK_EQ_INT(collect(false).count, 0);
    CHECK_EQ_INT(collect(true).count, 0);
    CHECK_EQ_INT(collect(true).count, 0); /* the tail lies in quarantine now */
    CHECK_EQ_INT(run_command(NULL, "test $(find locker/objects -name '*.gz' | wc -l) -eq 3"), 0);
}

TEST(seal, nothing_is_removed_while_the_journal_does_not_hold_or_somebody_writes) {
    bd_err err = {0};
    bd_locker_wastes waste;
    make_sealed();
    bd_locker *writer = open_locker(BD_LOCKER_WRITE);
    CHECK_FAILS(bd_locker_gc(test_path("locker"), false, test_arena(), &waste, &err), err, BD_ERR_BUSY,
                "is being written");
    CHECK_FAILS(bd_locker_gc(test_path("locker"), true, test_arena(), &waste, &err), err, BD_ERR_BUSY,
                "is being written by process");
    bd_locker_close(writer);
    CHECK_EQ_INT(run_command(NULL, "sed -i 2d locker/journal.ndjson"), 0);
    CHECK_FAILS(bd_locker_gc(test_path("locker"), true, test_arena(), &waste, &err), err, BD_ERR_INPUT,
                "nothing was repaired");
    CHECK_EQ_INT(run_command(NULL, "test $(find locker/objects -name '*.gz' | wc -l) -eq 3"), 0);
}

/* ---- file systems ---------------------------------------------------------------------------- */

TEST(seal, a_file_system_of_another_machine_is_doubted_and_a_disk_is_not) {
    static const uint64_t far[] = {0x6969, 0x517B, 0xFF534D42, 0xFE534D42, 0x01021997};
    static const uint64_t near[] = {0xEF53, 0x58465342, 0x9123683E, 0x01021994, 0x794C7630};
    for (size_t i = 0; i < BD_COUNT(far); i++) {
        CHECK(bd_locker_doubt_of(far[i]) != NULL);
        CHECK(bd_locker_doubt_of(near[i]) == NULL);
    }
    CHECK(strstr(bd_locker_doubt_of(0x6969), "NFS") != NULL);
}
