/* bindery/zip.h - deflate in chunks, blobs, a reproducible splicing zip writer and a strict bounded reader.
 *
 * Deflate.  `bd_deflater` compresses with libdeflate on fixed 1 MiB chunks and joins them into one raw deflate
 * stream: BFINAL of each chunk's last block is cleared and an empty stored block closes the stream.  The level is 6.
 * A derived file is written once, and all of them together may come to a twentieth of the evidence: what lies behind
 * the first 4 MiB of one is deflated at level 8, which makes it a twentieth smaller in three times the time (a small
 * engagement has no such file).  Chunks and levels depend on the bytes alone, so the same bytes give the same stream
 * for one libdeflate version.
 *
 * Blobs.  A `bd_blob` is a named run of plain bytes that can be read again and again, and that may know its own
 * deflated form.  The locker, the package reader and tests implement it, so that scanning stored evidence and
 * re-performing a package run the same code.
 *
 * Zip profile ("bindery package").  Entries sorted by name bytes; every header field is a function of name,
 * method, sizes, CRC and the fixed time; no extra field (but Zip64 where sizes need it), no comment, no data
 * descriptor, no flag but UTF-8 names (bit 11); local headers tile the file from 0 to the central directory
 * without gap or overlap; the end record is the last 22 bytes.  (PKWARE APPNOTE 6.3.)
 *
 * Threads.  Handles belong to one thread; reading different blobs at once is fine.
 */
#ifndef BINDERY_ZIP_H
#define BINDERY_ZIP_H

#include "bindery/util.h"

/* Has libdeflate take its memory from bd_heap_alloc, as zlib does for each stream.  Once, before the first thread. */
void bd_zip_settle(void);

/* ---- blobs ------------------------------------------------------------------------------------ */

typedef struct bd_blob bd_blob;
struct bd_blob {
    int64_t bytes;        /* plain size */
    uint32_t crc32;       /* of the plain bytes (zip's polynomial) */
    uint8_t sha256[32];   /* of the plain bytes */
    bool has_stored;      /* the deflated form below is known */
    int64_t stored_bytes; /* raw deflate stream */
    uint8_t stored_sha256[32];
    /* Opens the plain bytes from the start; the reader is closed by bd_blob_close. */
    bd_rc (*open_plain)(const bd_blob *blob, bd_source *out, bd_err *err);
    /* Opens the raw deflate stream; only when has_stored. */
    bd_rc (*open_stored)(const bd_blob *blob, bd_source *out, bd_err *err);
    void (*close)(const bd_blob *blob, bd_source *source);
    void *context; /* the implementer's */
};

/* A blob over bytes in memory: hashes are computed here, nothing is stored.  Allocated in <arena>; `text` is
 * borrowed as long as the blob lives. */
const bd_blob *bd_blob_of_memory(bd_arena *arena, bd_str text);

/* Blobs that keep only the deflated form of a text: derived files of a package are large and repetitive, and are read
 * again once at most.  One packer serves many texts, on `jobs` threads; texts of more than 1 MiB are packed at once.
 * Their streams are thorough ones (bd_deflater_set_thorough).
 * All is Allocated in <arena>, which only the caller touches. */
typedef struct bd_blob_packer bd_blob_packer;
bd_blob_packer *bd_blob_packer_open(bd_arena *arena, unsigned jobs);
/* `text` may go after the call; the blob's size stands then, the rest of it after `finish`, which says what failed. */
BD_MUST_USE bd_rc bd_blob_pack(bd_blob_packer *packer, bd_str text, const bd_blob **out,
                               bd_err *err);
BD_MUST_USE bd_rc bd_blob_packer_finish(bd_blob_packer *packer, bd_err *err);
void bd_blob_packer_close(bd_blob_packer *packer); /* accepts NULL */

/* A text that is being written and whose size nobody knows: up to 1 MiB it is kept as it is, of a longer one only the
 * deflated form, so that a list of a hundred thousand findings takes the memory of a few thousand.  One thread.  The
 * blob of a text is the same whether it came by a draft or was packed whole. */
typedef struct bd_draft bd_draft;
bd_draft *bd_draft_open(void);
/* Before the first write: of a long text one part is deflated by a thread of its own while the next is written. */
void bd_draft_work_behind(bd_draft *draft);
bd_sink *bd_draft_sink(bd_draft *draft); /* borrowed until finish */
BD_MUST_USE bd_rc bd_draft_finish(bd_draft *draft, bd_err *err);
/* What follows may be asked after `finish`, any number of times. */
int64_t bd_draft_bytes(const bd_draft *draft);
const uint8_t *bd_draft_sha256(const bd_draft *draft); /* 32 bytes; borrowed until close */
BD_MUST_USE bd_rc bd_draft_write(const bd_draft *draft, bd_sink *sink, bd_err *err);
/* The text as a blob of the packer; the draft may be closed after the call. */
BD_MUST_USE bd_rc bd_blob_pack_draft(bd_blob_packer *packer, const bd_draft *draft,
                                     const bd_blob **out, bd_err *err);
void bd_draft_close(bd_draft *draft); /* accepts NULL */

/* Where the stored bytes of a blob lie in a file.  Files are read by pread and never mapped, so that a file that
 * shrinks meanwhile gives an error and not a signal. */
typedef struct {
    int fd; /* read through this descriptor (borrowed), or -1: `path` is opened for each reading */
    int folder_fd; /* where `path` starts; AT_FDCWD for the current folder.  Unused when fd is given */
    const char *path; /* borrowed */
    bd_str label;     /* what messages call the blob; borrowed */
    int64_t offset;   /* of the first stored byte */
    int method; /* 0: the stored bytes are the plain bytes, 8: they are a raw deflate stream */
} bd_blob_place;

/* A blob over a part of a file.  Both hashes are zero until the caller fills in what it knows.  A reading that
 * reaches its end has checked sizes, CRC-32 and every hash that is not all zero, the stored form's as well; a
 * mismatch is INPUT from the read that would have said "end", and names the label, the expected and the found.
 * Allocated in <arena>. */
bd_blob *bd_blob_of_file(bd_arena *arena, const bd_blob_place *place, int64_t bytes,
                         int64_t stored_bytes, uint32_t crc32);

/* Whole plain content, at most `max_bytes` (LIMIT).  Size and CRC-32 are checked, and the SHA-256 unless it is all
 * zero (a package's manifest is read before anything vouches for it); INPUT names expected and found. */
BD_MUST_USE bd_rc bd_blob_read(const bd_blob *blob, size_t max_bytes, bd_arena *arena, bd_str *out,
                               bd_err *err);

/* ---- deflate ----------------------------------------------------------------------------------- */

#define BD_DEFLATE_CHUNK_BYTES (1u << 20)

typedef struct bd_deflater bd_deflater;
/* Raw deflate to `sink` (borrowed until close). */
bd_deflater *bd_deflater_open(bd_sink *sink);
/* Deflates two chunks for each of `jobs` threads at a time; the stream is the same for any number.  Only before
 * the first write.  Memory: about 5 MiB for each job, 16 at most. */
void bd_deflater_set_jobs(bd_deflater *deflater, unsigned jobs);
/* A thread of its own deflates one chunk while the next is written; whoever waits for it deflates, too.  The stream is
 * the same.  Only before the first write.  Memory: about 6 MiB. */
void bd_deflater_work_behind(bd_deflater *deflater);
/* What lies behind the first 4 MiB of the stream that begins is deflated at level 8.  Only before its first write; the
 * next stream is at level 6 again. */
void bd_deflater_set_thorough(bd_deflater *deflater);
/* Makes the deflater usable for another stream to `sink`; what it allocated is kept. */
void bd_deflater_clear(bd_deflater *deflater, bd_sink *sink);
BD_MUST_USE bd_rc bd_deflater_write(bd_deflater *deflater, const void *bytes, size_t count,
                                    bd_err *err);
/* Ends the stream.  After it: plain size and CRC-32, stored size.  Each chunk was inflated again and compared with
 * its source before it was written (a difference is BUG): a fault of the compressor never becomes evidence. */
BD_MUST_USE bd_rc bd_deflater_finish(bd_deflater *deflater, bd_err *err);
/* A whole stream at once, without a copy of it; only where nothing was written yet and `jobs` is 1. */
BD_MUST_USE bd_rc bd_deflater_put_all(bd_deflater *deflater, bd_str text, bd_err *err);
int64_t bd_deflater_plain_bytes(const bd_deflater *deflater);
uint32_t bd_deflater_crc32(const bd_deflater *deflater);
int64_t bd_deflater_stored_bytes(const bd_deflater *deflater);
void bd_deflater_close(bd_deflater *deflater); /* accepts NULL */

/* Short texts in the zlib form (RFC 1950), as PDF's FlateDecode wants them: level 6, the same bytes for the same text.
 * One thread for one handle. */
typedef struct bd_flate bd_flate;
bd_flate *bd_flate_open(void);
/* The same at level 1: a third of the time, for what may be thrown away. */
bd_flate *bd_flate_open_fast(void);
/* Undoes `put`: exactly `size` bytes to `out`.  INPUT: it is no such text. */
BD_MUST_USE bd_rc bd_flate_undo(bd_flate *flate, bd_str packed, void *out, size_t size,
                                bd_err *err);
/* The same where the size is not known: at most `most` bytes, which are appended to `out`.  INPUT: it is no such text,
 * or something follows it; LIMIT: it is longer. */
BD_MUST_USE bd_rc bd_flate_undo_all(bd_flate *flate, bd_str packed, size_t most, bd_buf *out, bd_err *err);
/* Appends the compressed `text` to `out`.  LIMIT: no memory, or it does not fit there; `out` then
 * keeps its text and takes no more. */
BD_MUST_USE bd_rc bd_flate_put(bd_flate *flate, bd_str text, bd_buf *out, bd_err *err);
void bd_flate_close(bd_flate *flate); /* accepts NULL */

/* Raw inflate of `in` as a source (zlib); never yields more than `max_bytes` (LIMIT), refuses trailing bytes and
 * an unfinished stream (INPUT). */
typedef struct bd_inflater bd_inflater;
bd_inflater *bd_inflater_open(bd_source *in, int64_t max_bytes);
bd_source bd_inflater_source(bd_inflater *inflater);
void bd_inflater_close(bd_inflater *inflater);

bd_str bd_zip_versions(bd_arena *arena); /* "zlib 1.2.13, libdeflate 1.14" */

uint32_t bd_crc32(uint32_t so_far, const void *bytes, size_t count);

/* ---- names -------------------------------------------------------------------------------------- */

/* Whether `name` may stand in a package: a relative path of 1..max_bytes bytes with '/' between its parts that every
 * file system and unpacker reads alike.  INPUT says what is wrong with it: not UTF-8; an empty part, "." or ".."; a
 * control, format or combining character; one of \ : * ? " < > | ; a part that ends in a dot or a space, or that is
 * a device name of Windows. */
BD_MUST_USE bd_rc bd_zip_name_check(bd_str name, size_t max_bytes, bd_err *err);

/* ---- writing ------------------------------------------------------------------------------------ */

typedef struct bd_zip_writer bd_zip_writer;
/* `fixed_time`: every entry's time, in UTC, cut to even seconds and clamped to 1980..2107. */
bd_zip_writer *bd_zip_writer_open(bd_sink *sink, bd_instant fixed_time);
/* Entries in strictly rising order of name bytes; anything else is a BUG.  `deflated`: splice the stored form
 * (it must have one); otherwise the plain bytes are stored.  INPUT: a name that bd_zip_name_check refuses or that
 * differs from another only in case, or a blob whose bytes do not keep what it declares; after any failure the
 * output is to be thrown away. */
BD_MUST_USE bd_rc bd_zip_writer_add(bd_zip_writer *writer, bd_str name, const bd_blob *blob,
                                    bool deflated, bd_err *err);
BD_MUST_USE bd_rc bd_zip_writer_finish(bd_zip_writer *writer, bd_err *err);
void bd_zip_writer_close(bd_zip_writer *writer);

/* ---- reading ------------------------------------------------------------------------------------- */

typedef struct {
    bd_str name;
    int method; /* 0 stored, 8 deflated */
    int64_t bytes, stored_bytes;
    uint32_t crc32;
    int64_t data_offset; /* of the first stored byte in the file */
} bd_zip_entry;

typedef struct {
    size_t entries;      /* default 1,000,000 */
    int64_t entry_bytes; /* default 64 GiB */
    int64_t total_bytes; /* default 256 GiB, plain */
    size_t name_bytes;   /* default 200 */
} bd_zip_limits;
extern const bd_zip_limits bd_zip_default_limits;

typedef struct bd_zip_reader bd_zip_reader;
/* Opens a package by the strict profile above.  INPUT names the byte offset, what was found and what the
 * profile has there; LIMIT the limit; IO the system's reason.  A file that is no zip says so. */
BD_MUST_USE bd_rc bd_zip_reader_open(const char *path, const bd_zip_limits *limits, bd_arena *arena,
                                     bd_zip_reader **out, bd_err *err);
size_t bd_zip_reader_count(const bd_zip_reader *reader);
const bd_zip_entry *bd_zip_reader_at(const bd_zip_reader *reader,
                                     size_t index); /* Borrowed until close */
const bd_zip_entry *bd_zip_reader_find(const bd_zip_reader *reader, bd_str name);
bd_instant bd_zip_reader_time(const bd_zip_reader *reader); /* the one time all headers carry */
/* A blob over an entry: crc and sizes from the header; both hashes are zero until the caller fills in what the
 * manifest says.  Allocated in <arena>; Borrowed until the reader is closed. */
bd_blob *bd_zip_reader_blob(const bd_zip_reader *reader, const bd_zip_entry *entry,
                            bd_arena *arena);
void bd_zip_reader_close(bd_zip_reader *reader);

/* ---- archives of other programs ------------------------------------------------------------------- */

/* What a workbook of somebody else lies in.  Looser than a package where programs differ in good faith (order, times,
 * extra fields, data descriptors, Zip64, folders), strict where two readers could see two contents: entries tile the
 * file from its first byte to the central directory without gap or overlap, local and central header agree in name,
 * method, flags, sizes and CRC-32, no two names are alike without regard to ASCII case, the end record closes the file.
 * (PKWARE APPNOTE 6.3.)  The bytes are in memory; nothing is inflated before it is asked for. */
typedef struct {
    size_t entries;      /* default 4,096 */
    int64_t entry_bytes; /* default 256 MiB, plain */
    int64_t total_bytes; /* default 512 MiB, plain, as declared */
    int ratio;           /* default 250: plain to stored bytes of an entry of more than 1 MiB */
} bd_archive_limits;
extern const bd_archive_limits bd_archive_default_limits;

typedef struct bd_archive bd_archive;
/* INPUT names entry and place; LIMIT the limit; UNSUPPORTED an encrypted entry or another method.  `bytes` is borrowed
 * as long as the archive lives.  Allocated in <arena>. */
BD_MUST_USE bd_rc bd_archive_open(bd_str bytes, const bd_archive_limits *limits, bd_arena *arena,
                                  bd_archive **out, bd_err *err);
/* Entries in the order of the directory; folders are left out. */
size_t bd_archive_count(const bd_archive *archive);
const bd_zip_entry *bd_archive_at(const bd_archive *archive, size_t index);
const bd_zip_entry *bd_archive_find(const bd_archive *archive, bd_str name); /* ASCII case folded */

/* The plain bytes of one entry.  The read that would say "end" has checked size and CRC-32 (INPUT); more bytes than
 * declared are refused at the first of them. */
typedef struct bd_archive_reading bd_archive_reading;
bd_archive_reading *bd_archive_reading_open(const bd_archive *archive, const bd_zip_entry *entry);
bd_source bd_archive_reading_source(bd_archive_reading *reading);
void bd_archive_reading_close(bd_archive_reading *reading);      /* accepts NULL */
void bd_archive_reading_close_ref(bd_archive_reading **reading); /* for BD_DEFER */

#endif
