/* bench/scan.c - what the one pass over evidence costs beside the hash alone, and what joins of millions of rows take.
 *
 *     scan-bench sha FILE...        SHA-256 of the files
 *     scan-bench scan JOBS CHECKS FILE...
 *                                   hash, split, parse and check with so many checks of the built-in catalog, spread
 *                                   evenly over it in the order of their ids; 0: with all
 *     scan-bench floor FILE...      read, SHA-256, split, parse and deflate, and nothing else: what any ingest pays
 *     scan-bench inflate PACKAGE    inflate and SHA-256 of all that lies in a package: what any verify pays
 *     scan-bench join ROWS          so many rows of a related and of a matched check, judged; prints how many passed
 *
 * Prints "CPU-seconds wall-seconds peak-KiB rows".  Files are read into the page cache first, so no disk is measured.
 */
#include "bindery/assess.h"
#include "bindery/catalog.h"
#include "bindery/crypto.h"
#include "bindery/imported.h"
#include "bindery/rule.h"
#include "bindery/scan.h"
#include "bindery/spill.h"
#include "bindery/zip.h"

#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { MOST_FILES = 64, MOST_JOBS = 16, READ_BYTES = 256 << 10 };

typedef struct {
    const char *path;
    int64_t bytes;
    uint8_t sha256[32];
    uint32_t crc32;
} evidence;

typedef struct {
    bd_scan_plan plan;
    evidence files[MOST_FILES];
    size_t count;
    bd_spool *rows[MOST_JOBS];
    bd_arena *arenas[MOST_JOBS];
    uint64_t records[MOST_JOBS];
} bench;

static void stop(const char *what, const bd_err *err) {
    fprintf(stderr, "scan-bench: %s%s%s\n", what, err != NULL ? ": " : "",
            err != NULL ? err->message : "");
    exit(1);
}

static void must(bd_rc rc, const char *what, const bd_err *err) {
    if (bd_failed(rc)) {
        stop(what, err);
    }
}

static double seconds_of(struct timeval time) {
    return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

static double wall_seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static double cpu_seconds(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
}

static void tell(double cpu, double wall, uint64_t rows) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    printf("%.3f %.3f %ld %llu\n", cpu_seconds() - cpu, wall_seconds() - wall, usage.ru_maxrss,
           (unsigned long long)rows);
}

static void hash_file(evidence *file, bool with_crc) {
    static char bytes[READ_BYTES];
    int fd = open(file->path, O_RDONLY);
    if (fd < 0) {
        stop(file->path, NULL);
    }
    bd_sha256 *hash = bd_sha256_open();
    file->bytes = 0;
    for (ssize_t got = read(fd, bytes, sizeof bytes); got > 0; got = read(fd, bytes, sizeof bytes)) {
        bd_sha256_put(hash, bytes, (size_t)got);
        file->bytes += got;
        file->crc32 = with_crc ? bd_crc32(file->crc32, bytes, (size_t)got) : 0;
    }
    bd_sha256_finish(hash, file->sha256);
    bd_sha256_close(hash);
    close(fd);
}

static void add_files(bench *run, char **paths, bool with_crc) {
    for (; *paths != NULL && run->count < MOST_FILES; paths++) {
        run->files[run->count].path = *paths;
        hash_file(&run->files[run->count++], with_crc);
    }
}

/* Every so manieth check, so that no kind is preferred. */
static const bd_catalog *cut_catalog(const bd_catalog *whole, size_t count, bd_arena *arena) {
    if (count == 0 || count >= whole->check_count) {
        return whole;
    }
    bd_catalog *cut = bd_new(arena, bd_catalog, 1);
    bd_check *checks = bd_new(arena, bd_check, count);
    *cut = *whole;
    for (size_t i = 0; i < count; i++) {
        checks[i] = whole->checks[i * whole->check_count / count];
        checks[i].index = (uint32_t)i;
    }
    cut->checks = checks;
    cut->check_count = count;
    return cut;
}

static void open_plan(bench *run, size_t checks, bd_arena *arena) {
    bd_err err;
    glob_t found;
    if (glob("templates/catalog/*.json", 0, NULL, &found) != 0) {
        stop("no templates/catalog here", NULL);
    }
    bd_catalog_file *files = bd_new(arena, bd_catalog_file, found.gl_pathc);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        files[i].name = bd_str_copy(arena, bd_path_name(bd_str_of(found.gl_pathv[i])));
        must(bd_file_read(found.gl_pathv[i], 64 << 20, arena, &files[i].text, &err), "catalog", &err);
    }
    must(bd_catalog_load(files, found.gl_pathc, arena, &run->plan.catalog, &err), "catalog", &err);
    globfree(&found);
    run->plan.catalog = cut_catalog(run->plan.catalog, checks, arena);
    must(bd_rules_compile(run->plan.catalog, NULL, arena, &run->plan.rules, &err), "rules", &err);
    must(bd_imports_compile(run->plan.catalog, arena, &run->plan.imports, &err), "imports", &err);
    must(bd_zone_load(BD_STR("UTC"), arena, &run->plan.zone, &err), "zone", &err);
}

static void scan_file(void *context, size_t index, unsigned worker) {
    bench *run = context;
    const evidence *file = &run->files[index];
    bd_blob_place place = {.fd = -1, .folder_fd = AT_FDCWD, .path = file->path};
    place.label = bd_str_of(file->path);
    bd_blob *blob = bd_blob_of_file(run->arenas[worker], &place, file->bytes, file->bytes,
                                     file->crc32);
    memcpy(blob->sha256, file->sha256, sizeof blob->sha256);
    bd_facts facts;
    bd_err err;
    must(bd_scan(&run->plan, blob, NULL, (uint32_t)index, run->arenas[worker],
                 run->rows[worker], &facts, &err),
         file->path, &err);
    if (facts.is_malformed) {
        stop(bd_str_z(run->arenas[worker], facts.problem), NULL);
    }
    run->records[worker] += (uint64_t)facts.rows_read;
}

static void scan_all(bench *run, unsigned jobs, size_t checks) {
    bd_arena *arena = bd_arena_open("bench", (size_t)1 << 30);
    bd_arena_keep(arena, true);
    open_plan(run, checks, arena);
    for (unsigned i = 0; i < jobs; i++) {
        run->rows[i] = bd_spool_open(256 << 10);
        run->arenas[i] = bd_arena_open("facts", (size_t)1 << 30);
    }
    double cpu = cpu_seconds(), wall = wall_seconds();
    bd_pool_run(jobs, run->count, scan_file, run);
    uint64_t records = 0;
    for (unsigned i = 0; i < jobs; i++) {
        records += run->records[i];
    }
    tell(cpu, wall, records);
    for (unsigned i = 0; i < jobs; i++) {
        bd_spool_close(run->rows[i]);
        bd_arena_close(run->arenas[i]);
    }
    bd_arena_close(arena);
}

/* ---- floors ---- */

typedef struct {
    int fd;
    bd_sha256 *hash;
    bd_deflater *deflater;
} passing;

static bd_rc read_passing(bd_source *source, void *bytes, size_t room, size_t *count, bd_err *err) {
    passing *by = source->context;
    ssize_t got = read(by->fd, bytes, room);
    if (got < 0) {
        stop("cannot read", NULL);
    }
    *count = (size_t)got;
    bd_sha256_put(by->hash, bytes, *count);
    return *count > 0 ? bd_deflater_write(by->deflater, bytes, *count, err) : BD_OK;
}

static bd_rc drop_bytes(bd_sink *sink, const void *bytes, size_t count, bd_err *err) {
    (void)sink, (void)bytes, (void)count, (void)err;
    return BD_OK;
}

static bd_rc count_record(void *context, uint64_t ordinal, int64_t offset, bd_str text,
                          const bd_value *value, const bd_err *problem, bd_arena *arena,
                          bd_err *err) {
    (void)ordinal, (void)offset, (void)text, (void)value, (void)problem, (void)arena, (void)err;
    ++*(uint64_t *)context;
    return BD_OK;
}

static uint64_t pass_file(const char *path) {
    bd_sink nowhere = {.write = drop_bytes};
    passing by = {.fd = open(path, O_RDONLY),
                  .hash = bd_sha256_open(),
                  .deflater = bd_deflater_open(&nowhere)};
    bd_source source = {.read = read_passing, .context = &by};
    uint64_t records = 0;
    bd_json_events events = {.context = &records, .record = count_record};
    bd_json_summary summary;
    uint8_t sum[32];
    bd_err err;
    must(bd_json_split(&source, &bd_json_default_limits, &events, &summary, &err), path, &err);
    must(bd_deflater_finish(by.deflater, &err), path, &err);
    bd_sha256_finish(by.hash, sum);
    bd_sha256_close(by.hash);
    bd_deflater_close(by.deflater);
    close(by.fd);
    return records;
}

static uint64_t inflate_package(const char *path) {
    static char bytes[READ_BYTES];
    bd_arena *arena = bd_arena_open("package", (size_t)1 << 30);
    bd_zip_reader *reader;
    bd_err err;
    must(bd_zip_reader_open(path, &bd_zip_default_limits, arena, &reader, &err), path, &err);
    bd_sha256 *hash = bd_sha256_open();
    size_t count = bd_zip_reader_count(reader);
    for (size_t i = 0; i < count; i++) {
        bd_source source;
        size_t got = 1;
        uint8_t sum[32];
        const bd_blob *blob = bd_zip_reader_blob(reader, bd_zip_reader_at(reader, i), arena);
        must(blob->open_plain(blob, &source, &err), path, &err);
        while (got > 0) {
            must(source.read(&source, bytes, sizeof bytes, &got, &err), path, &err);
            bd_sha256_put(hash, bytes, got);
        }
        bd_sha256_finish(hash, sum);
        blob->close(blob, &source);
    }
    bd_sha256_close(hash);
    bd_zip_reader_close(reader);
    bd_arena_close(arena);
    return count;
}

/* ---- joins ---- */

#define SUBSCRIPTION "11111111-2222-3333-4444-555555555555"
#define ENGAGEMENT                                                                                 \
    "{\"format\":\"bindery-engagement 1\",\"organisation\":{\"name\":\"Bench\",\"short\":\"BENCH\"},"        \
    "\"periods\":[{\"id\":\"2026-H1\",\"type\":\"II\",\"from\":\"2026-01-01\",\"to\":\"2026-06-30\"}]}"

typedef struct {
    bd_arena *arena;
    bd_engagement engagement;
    bd_evidences evidence;
    bd_collections collections;
    bd_snapshots snapshots;
    bd_spool *rows;
} joined;

static bd_instant instant_of(const char *text) {
    bd_instant at = 0;
    if (!bd_instant_parse(bd_str_of(text), &at)) {
        stop(text, NULL);
    }
    return at;
}

/* One complete export of a source. */
static uint32_t put_export(joined *run, const char *source, const char *scope, const char *from,
                           const char *to) {
    uint32_t index = (uint32_t)run->evidence.count;
    bd_evidence *item = bd_push(run->arena, &run->evidence);
    item->given.number = index + 1;
    item->source = bd_str_of(source);
    *bd_push(run->arena, &item->sources) = item->source;
    item->origin = BD_ORIGIN_MACHINE;
    item->describes_from = instant_of(from);
    item->describes_to = item->collected_at = instant_of(to);
    item->is_snapshot = item->describes_from == item->describes_to;
    item->collection = index;
    item->completeness = BD_COMPLETE_YES;
    *bd_push(run->arena, &item->facts.seen) =
        (bd_seen){.source = item->source, .scope = bd_str_of(scope)};
    bd_collection *collection = bd_push(run->arena, &run->collections);
    collection->completeness = BD_COMPLETE_YES;
    *bd_push(run->arena, &collection->members) = index;
    *bd_push(run->arena, &run->snapshots) =
        (bd_snapshot){.source = item->source,
                      .scope = bd_str_of(scope),
                      .date = bd_instant_utc_day(item->describes_from),
                      .from = item->describes_from,
                      .to = item->describes_to,
                      .completeness = BD_COMPLETE_YES,
                      .may_pass = true,
                      .why_not = {"", 0},
                      .collection = index,
                      .evidence = index + 1};
    return index;
}

/* Both sides of a check, those that belong together far apart when they are put. */
static void put_sides(joined *run, const bd_catalog *catalog, const char *check, uint64_t pairs,
                      const uint32_t exports[2], bd_instant time) {
    static bd_packer packer;
    bd_err err;
    const bd_check *found = bd_catalog_check(catalog, bd_str_of(check));
    if (found == NULL) {
        stop(check, NULL);
    }
    for (uint64_t i = 0; i < 2 * pairs; i++) {
        uint32_t from = exports[i & 1];
        char key[160], event[96];
        (void)snprintf(key, sizeof key,
                       "/subscriptions/" SUBSCRIPTION
                       "/resourcegroups/rg/providers/microsoft.compute/virtualmachines/vm-%012llu",
                       (unsigned long long)(i / 2 * 1000003 % pairs)); /* a prime: each once */
        (void)snprintf(event, sizeof event, "event-%llu", (unsigned long long)i);
        bd_row row = {.check = found->index,
                      .side = (i & 1) == 0 ? BD_SIDE_LEFT : BD_SIDE_RIGHT,
                      .verdict = BD_PASS,
                      .join = bd_str_of(key),
                      .type = BD_STR_INIT("microsoft.compute/virtualmachines"),
                      .key = time == BD_INSTANT_NONE ? bd_str_of(key) : bd_str_of(event),
                      .resource = bd_str_of(key),
                      .subscription = BD_STR_INIT(SUBSCRIPTION),
                      .scope = run->snapshots.data[from].scope,
                      .source = run->evidence.data[from].source,
                      .time = time == BD_INSTANT_NONE ? time : time + (bd_instant)(i & 1) * BD_HOUR,
                      .ordinal = (uint32_t)i,
                      .reason = {"", 0}};
        bd_pack_begin(&packer);
        bd_pack_u32(&packer, from);
        bd_row_pack(&packer, NULL, &row);
        must(bd_spool_put(run->rows, bd_pack_end(&packer), &err), "put", &err);
    }
}

/* A related and a matched check of the catalog, each over half of the records, judged. */
static void judge_joins(uint64_t count) {
    static bench plan;
    bd_err err;
    joined run = {.arena = bd_arena_open("joins", (size_t)1 << 30), .rows = bd_spool_open(256 << 10)};
    open_plan(&plan, 0, run.arena);
    must(bd_engagement_parse(BD_STR(ENGAGEMENT), BD_STR("bindery.json"), run.arena, &run.engagement,
                             &err),
         "engagement", &err);
    const char *const day = "2026-03-15T06:00:00Z";
    const uint32_t machines[] = {put_export(&run, "S19", SUBSCRIPTION, day, day),
                                 put_export(&run, "S13", SUBSCRIPTION, day, day)};
    const uint32_t leavers[] = {
        put_export(&run, "csv:leavers", "", "2026-01-01T00:00:00Z", "2026-07-01T00:00:00Z"),
        put_export(&run, "S58", "", "2026-01-01T00:00:00Z", "2026-07-02T00:00:00Z")};
    put_sides(&run, plan.plan.catalog, "machines-have-scanner", count / 4, machines,
              BD_INSTANT_NONE);
    put_sides(&run, plan.plan.catalog, "leaver-disabled-in-time", count / 4, leavers,
              instant_of(day));
    must(bd_spool_settle(run.rows, &err), "rows", &err);
    const bd_row_spool rows = {.rows = run.rows};
    const bd_assess_inputs inputs = {.catalog = plan.plan.catalog,
                                     .rules = plan.plan.rules,
                                     .engagement = &run.engagement,
                                     .period = &run.engagement.periods.data[0],
                                     .as_of = instant_of("2026-07-01T00:00:00Z"),
                                     .evidence = &run.evidence,
                                     .collections = &run.collections,
                                     .snapshots = &run.snapshots,
                                     .rows = &rows,
                                     .spool_count = 1};
    const bd_assessment *judged = NULL;
    double cpu = cpu_seconds(), wall = wall_seconds();
    must(bd_assess(&inputs, run.arena, NULL, NULL, &judged, &err), "assess", &err);
    uint64_t passed = 0;
    for (size_t i = 0; i < judged->checks.count; i++) {
        passed += judged->checks.data[i].passed;
    }
    tell(cpu, wall, passed);
    bd_spool_close(run.rows);
    bd_arena_close(run.arena);
}

int main(int argc, char **argv) {
    static bench run;
    bd_arena_settle(); /* as the program does */
    if (argc > 2 && strcmp(argv[1], "join") == 0) {
        judge_joins(strtoull(argv[2], NULL, 10));
        return 0;
    }
    if (argc > 2 && strcmp(argv[1], "sha") == 0) {
        double cpu = cpu_seconds(), wall = wall_seconds();
        add_files(&run, argv + 2, false);
        tell(cpu, wall, run.count);
        return 0;
    }
    if (argc > 2 && (strcmp(argv[1], "floor") == 0 || strcmp(argv[1], "inflate") == 0)) {
        double cpu = cpu_seconds(), wall = wall_seconds();
        uint64_t rows = 0;
        for (char **path = argv + 2; *path != NULL; path++) {
            rows += argv[1][0] == 'f' ? pass_file(*path) : inflate_package(*path);
        }
        tell(cpu, wall, rows);
        return 0;
    }
    if (argc > 4 && strcmp(argv[1], "scan") == 0) {
        unsigned jobs = (unsigned)strtoul(argv[2], NULL, 10);
        add_files(&run, argv + 4, true);
        scan_all(&run, jobs < 1 ? 1 : jobs > MOST_JOBS ? MOST_JOBS : jobs,
                 strtoull(argv[3], NULL, 10));
        return 0;
    }
    fputs("usage: scan-bench sha FILE... | scan JOBS CHECKS FILE... | floor FILE... | inflate PACKAGE | "
          "join ROWS\n",
          stderr);
    return 2;
}
