/* seeds.c - makes the seeds that are no text: a key, a signed package, signed PDFs, a CMS signature, small zips.
 *
 *     seeds FOLDER        (build/fuzz/seeds; the key is a new one each time)
 */
#include "fuzz.h"

#include "bindery/package.h"
#include "bindery/pdf.h"
#include "bindery/sign.h"

#include <stdio.h>
#include <string.h>

#define AT (INT64_C(1782856800) * BD_SECOND) /* 2026-06-30T22:00:00Z */

static bd_arena *arena;
static const char *root;

static void must(bd_rc rc, const bd_err *err) {
    if (bd_failed(rc)) {
        fprintf(stderr, "seeds: %s\n", err->message);
        fuzz_fail(__FILE__, __LINE__, "a seed can be made");
    }
}

static const char *path_of(const char *folder, const char *name) {
    bd_err err;
    const char *path = bd_path_join(arena, root, folder);
    must(bd_folder_make(path, &err), &err);
    return bd_path_join(arena, path, name);
}

static void write_seed(const char *folder, const char *name, bd_str text) {
    bd_err err;
    must(bd_file_write(path_of(folder, name), 0644, text, &err), &err);
}

static bd_str take(bd_buf *buf) {
    bd_str text = bd_str_copy(arena, bd_buf_str(buf));
    bd_buf_clear(buf);
    return text;
}

static bd_key *make_key(void) {
    bd_err err;
    bd_key *key = NULL;
    bd_key_options options = {.key_path = path_of(".", "trial.key.pem"),
                              .certificate_path = path_of(".", "trust.pem")};
    remove(options.key_path);
    remove(options.certificate_path);
    must(bd_identity_make(options.key_path, options.certificate_path, BD_STR("Contoso trial"), AT,
                          &err),
         &err);
    must(bd_key_open(&options, &key, &err), &err);
    return key;
}

/* ---- zips ---- */

static void make_zip(const char *name, size_t count, bool is_deep) {
    bd_buf file;
    bd_err err;
    bd_buf_init(&file, 64 << 20);
    bd_sink sink = bd_sink_to_buf(&file);
    bd_zip_writer *writer = bd_zip_writer_open(&sink, AT);
    for (size_t i = 0; i < count; i++) {
        bd_str entry = bd_str_format(arena, is_deep ? "a/b/%06zu.json" : "%06zu.txt", i);
        const bd_blob *blob = bd_blob_of_memory(arena, bd_str_format(arena, "{\"id\":%zu}", i));
        must(bd_zip_writer_add(writer, entry, blob, /*deflated*/ false, &err), &err);
    }
    must(bd_zip_writer_finish(writer, &err), &err);
    bd_zip_writer_close(writer);
    write_seed("zip", name, take(&file));
}

/* ---- package ---- */

static bd_package_facts make_facts(const bd_key *key, bd_str journal) {
    bd_package_facts facts = {.package_id = BD_STR("CONTOSO_SOC2_2026-01-01_2026-06-30_v1"),
                              .edition = BD_STR("auditor"),
                              .organisation = BD_STR("Contoso Ltd"),
                              .short_name = BD_STR("CONTOSO"),
                              .tenant = BD_STR("0f0f0f0f-0000-4000-8000-000000000001"),
                              .period_id = BD_STR("2026-H1"),
                              .period_type = BD_STR("II"),
                              .period_from = BD_STR("2026-01-01"),
                              .period_to = BD_STR("2026-06-30"),
                              .as_of = BD_STR("2026-06-30T22:00:00Z"),
                              .fixed_time = AT,
                              .bindery_version = BD_STR("0.1.0"),
                              .versions = BD_STR("zlib 1.2.13"),
                              .plan_sha256 = {1},
                              .catalog_sha256 = {2}};
    bd_certificate_facts signer;
    bd_err err;
    must(bd_certificate_read(bd_key_certificate_pem(key, arena), arena, &signer, &err), &err);
    memcpy(facts.signer_sha256, signer.sha256, 32);
    bd_sha256_of(journal, facts.journal_head);
    return facts;
}

static void add_file(bd_package *package, const char *name, bd_role role, const char *evidence_id,
                     bd_str text) {
    bd_err err;
    bd_package_file file = {.name = bd_str_of(name),
                            .role = role,
                            .evidence_id = bd_str_of(evidence_id),
                            .blob = bd_blob_of_memory(arena, text)};
    if (evidence_id != NULL) {
        *bd_push(arena, &file.controls) = BD_STR("6.7.2");
    }
    must(bd_package_add(package, &file, &err), &err);
}

static void make_package(bd_key *key) {
    bd_str journal = BD_STR("{\"kind\":\"reviewed\",\"prev\":\"1234\"}\n"), manifest, sums, der;
    bd_package_facts facts = make_facts(key, journal);
    bd_package *package = bd_package_make(arena, &facts);
    uint8_t digest[32];
    bd_err err;
    bd_buf file;
    add_file(package, "10_EVIDENCE/CC6/CC6.7/6.7.2_secure-transfer/E-0001_2026-01_storage.json",
             BD_ROLE_EVIDENCE, "E-0001",
             BD_STR("[{\"id\":\"/subscriptions/s/storageAccounts/st1\"}]\n"));
    add_file(package, "00_START-HERE/index.csv", BD_ROLE_INDEX, NULL,
             BD_STR("id,name\r\nE-0001,storage\r\n"));
    add_file(package, "90_INTEGRITY/journal.ndjson", BD_ROLE_INTEGRITY, NULL, journal);
    must(bd_package_manifest(package, &manifest, &err), &err);
    must(bd_package_add_late(package, BD_ROLE_BINDER,
                             bd_blob_of_memory(arena, BD_STR("%PDF-1.7\n")), &err),
         &err);
    must(bd_package_sums(package, &sums, &err), &err);
    must(bd_package_add_late(package, BD_ROLE_SUMS, bd_blob_of_memory(arena, sums), &err), &err);
    bd_sha256_of(sums, digest);
    must(bd_cms_sign(key, digest, arena, &der, &err), &err);
    must(bd_package_add_late(package, BD_ROLE_SIGNATURE, bd_blob_of_memory(arena, der), &err),
         &err);
    bd_buf_init(&file, 64 << 20);
    bd_sink sink = bd_sink_to_buf(&file);
    must(bd_package_write(package, &sink, &err), &err);
    bd_str zip = take(&file);
    write_seed("package", "signed.zip", zip);
    write_seed("zip", "package.zip", zip);
    write_seed("package", "manifest",
               bd_str_format(arena, "manifest.json\n%.*s", BD_ARG(manifest)));
    write_seed("package", "sums", bd_str_format(arena, "SHA256SUMS\n%.*s", BD_ARG(sums)));
    write_seed("package", "journal", bd_str_format(arena, "journal.ndjson\n%.*s", BD_ARG(journal)));
    char *with_name = bd_new(arena, char, der.size + 15);
    memcpy(with_name, "SHA256SUMS.p7s\n", 15);
    memcpy(with_name + 15, der.data, der.size);
    write_seed("package", "signature", (bd_str){with_name, der.size + 15});
}

/* ---- PDF ---- */

static bd_str draw_report(void) {
    bd_doc *doc = bd_doc_make(arena);
    bd_text_faces *faces = NULL;
    bd_layout *layout;
    bd_err err;
    bd_buf file;
    size_t count;
    const bd_text_face_spec *specs = bd_text_default_faces(&count);
    doc->title = BD_STR("Evidence");
    bd_doc_text(doc, BD_PARA_TITLE, BD_STR("Cover"));
    bd_doc_signature(doc, 60);
    bd_doc_cover_end(doc);
    bd_doc_heading(doc, 1, BD_STR("Names"), BD_STR("names"));
    bd_doc_text(doc, BD_PARA_BODY, BD_STR("Łukasz, Ξένια, Юлия"));
    must(bd_text_open(specs, count, &faces, &err), &err);
    bd_layout_options options = {.paper = BD_PAPER_A4};
    must(bd_layout_build(doc, faces, &options, arena, &layout, &err), &err);
    bd_pdf_options pdf = {.created_at = AT, .id = {1}, .creator = "Bindery"};
    bd_buf_init(&file, 64 << 20);
    bd_sink sink = bd_sink_to_buf(&file);
    must(bd_pdf_write(layout, faces, &pdf, &sink, &err), &err);
    bd_text_close(faces);
    return take(&file);
}

static bd_str sign(bd_str pdf, bd_key *key, double side) {
    bd_str made;
    bd_err err;
    bd_sign_options options = {.signed_at = AT,
                               .signer_name = BD_STR("Contoso trial"),
                               .reason = BD_STR("Binder"),
                               .rect = {10, 10, 10 + side, 10 + side}};
    must(bd_sign_pdf(pdf, key, &options, arena, &made, &err), &err);
    return made;
}

static void put_row(bd_buf *rows, int kind, size_t second, size_t third) {
    bd_buf_putc(rows, (char)kind);
    bd_buf_putc(rows, (char)(second >> 8));
    bd_buf_putc(rows, (char)(second & 0xff));
    bd_buf_putc(rows, (char)third);
}

/* Root of the pages and a page in an object stream, and a cross-reference stream; nothing is compressed, so that a
 * fuzzer sees what it changes. */
static bd_str make_streamed(void) {
    static const char *const bodies[] = {
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /ObjStm /N 2 /First 9 /Length 80 >>\nstream\n"
        "2 0 3 42 << /Type /Pages /Kids [3 0 R] /Count 1 >> <</Type /Page /Parent 2 0 "
        "R>>\nendstream",
    };
    static const size_t numbers[] = {1, 4};
    bd_buf file, rows;
    bd_buf_init(&file, 1 << 16);
    bd_buf_init(&rows, 1 << 10);
    bd_buf_puts(&file, BD_STR("%PDF-1.7\n"));
    size_t from[BD_COUNT(bodies)];
    for (size_t i = 0; i < BD_COUNT(bodies); i++) {
        from[i] = file.size;
        bd_buf_printf(&file, "%zu 0 obj\n%s\nendobj\n", numbers[i], bodies[i]);
    }
    put_row(&rows, 0, 0, 0);
    put_row(&rows, 1, from[0], 0);
    put_row(&rows, 2, 4, 0);
    put_row(&rows, 2, 4, 1);
    put_row(&rows, 1, from[1], 0);
    put_row(&rows, 1, file.size, 0);
    size_t table = file.size;
    bd_buf_printf(&file, "5 0 obj\n<< /Type /XRef /Size 6 /W [1 2 1] /Root 1 0 R /Length %zu >>\nstream\n", rows.size);
    bd_buf_puts(&file, bd_buf_str(&rows));
    bd_buf_printf(&file, "\nendstream\nendobj\nstartxref\n%zu\n%%%%EOF\n", table);
    bd_buf_clear(&rows);
    return take(&file);
}

static void make_pdfs(bd_key *key) {
    static const char *const bodies =
        "<< /Type /Catalog /Pages 2 0 R >>\n%%\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\n%%\n"
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 200] /Contents 4 0 R >>\n%%\n"
        "<< /Length 41 >>\nstream\nBT /F1 12 Tf 20 150 Td (Control 6) Tj  ET\nendstream";
    bd_str small = fuzz_pdf_of_bodies(bd_str_of(bodies), arena), signed_pdf = sign(small, key, 40);
    write_seed("sign", "signed.pdf", signed_pdf);
    write_seed("sign", "unsigned.pdf", small);
    write_seed("pdffile", "signed.pdf", signed_pdf);
    write_seed("pdffile", "unsigned.pdf", small);
    write_seed("pdffile", "report.pdf", draw_report());
    bd_str streamed = make_streamed();
    write_seed("pdffile", "streamed.pdf", streamed);
    write_seed("sign", "streamed.pdf", sign(streamed, key, 40));
}

int main(int argc, char **argv) {
    if (argc != 2) {
        fprintf(stderr, "usage: seeds FOLDER\n");
        return 2;
    }
    root = argv[1];
    arena = bd_arena_open("seeds", (size_t)512 << 20);
    bd_key *key = make_key();
    bd_str der;
    uint8_t digest[32];
    bd_err err;
    make_zip("empty.zip", 0, false);
    make_zip("one.zip", 1, false);
    make_zip("five.zip", 5, true);
    make_package(key);
    make_pdfs(key);
    bd_sha256_of(BD_STR("bindery"), digest);
    must(bd_cms_sign(key, digest, arena, &der, &err), &err);
    write_seed("cms", "detached.der", der);
    write_seed("cms", "certificate.pem", bd_key_certificate_pem(key, arena));
    bd_key_close(key);
    bd_arena_close(arena);
    return 0;
}
