/* bindery/crypto.h - SHA-256, certificates, keys and CMS signatures, over OpenSSL 3.
 *
 * Signatures are CMS SignedData, detached, DER, CAdES-BES (RFC 5652, ETSI EN 319 122-1): signed attributes are
 * content type, message digest and signing-certificate-v2, no signing time.  Every kind of key signs through one
 * seam, `bd_key.sign(to-be-signed bytes)`, and each signature is verified with the certificate before it leaves
 * this room.  Allowed: SHA-256/384/512, RSA of at least 2048 bits, P-256 and P-384; all else is refused.
 *
 * Threads.  Handles belong to one thread at a time; hashing is free.
 */
#ifndef BINDERY_CRYPTO_H
#define BINDERY_CRYPTO_H

#include "bindery/util.h"

/* Has the library take its memory from bd_heap_alloc.  Once, before anything else of this room and before the first
 * thread. */
void bd_crypto_settle(void);

/* ---- SHA-256 ------------------------------------------------------------------------------------ */

typedef struct bd_sha256 bd_sha256;
bd_sha256 *bd_sha256_open(void);
void bd_sha256_put(bd_sha256 *hash, const void *bytes, size_t count);
void bd_sha256_finish(bd_sha256 *hash, uint8_t out[32]); /* ready for a new message afterwards */
void bd_sha256_close(bd_sha256 *hash);                   /* accepts NULL */
/* One that has taken in what <hash> has; the caller closes both. */
bd_sha256 *bd_sha256_fork(const bd_sha256 *hash);
void bd_sha256_of(bd_str text, uint8_t out[32]);
bd_str bd_sha256_hex(bd_arena *arena, bd_str text); /* 64 lower-case digits */

/* ---- a tree over lines --------------------------------------------------------------------------- */

/* The hash tree of RFC 6962 section 2.1 over a list of lines: head, proofs, and their checking.
 *
 *     leaf(line)        = SHA-256(0x00 || line)
 *     node(left, right) = SHA-256(0x01 || left || right)
 *     head of no leaves = SHA-256 of nothing; a tree of n > 1 leaves splits at the largest power of two below n
 *
 * A head of 32 bytes stands for all lines and their order.  An inclusion proof shows that a line stands at an index; a
 * consistency proof shows that a longer list begins with a shorter one.  Both take 64 hashes at most and are checked
 * without the list.  Pure: no I/O, no memory of its own; free of threads.
 *
 *     bd_merkle_leaf(line, leaves[i].bytes);
 *     bd_merkle_head(leaves, count, head);
 *     size_t steps = bd_merkle_inclusion(leaves, count, index, path);
 *     bd_merkle_includes(index, count, leaves[index].bytes, path, steps, head);    // true
 */
typedef struct {
    uint8_t bytes[32];
} bd_merkle_hash;

/* A path has one hash for each level, and a list of more than 2^62 lines there is not. */
enum { BD_MERKLE_STEPS_MOST = 64 };

void bd_merkle_leaf(bd_str line, uint8_t out[32]);
void bd_merkle_node(const uint8_t left[32], const uint8_t right[32], uint8_t out[32]);
void bd_merkle_head(const bd_merkle_hash *leaves, size_t count, uint8_t out[32]);

/* The audit path of leaf `index` < `count` (RFC 6962 2.1.1), lowest level first.  Its length. */
size_t bd_merkle_inclusion(const bd_merkle_hash *leaves, size_t count, size_t index,
                           bd_merkle_hash path[BD_MERKLE_STEPS_MOST]);
/* The proof between the first `first` leaves, 0 < first <= count, and all (RFC 6962 2.1.2).  Its length. */
size_t bd_merkle_consistency(const bd_merkle_hash *leaves, size_t first, size_t count,
                             bd_merkle_hash path[BD_MERKLE_STEPS_MOST]);

/* On which side each step of a climb from leaf `index` of `count` stands: true, left of what there is so far. */
void bd_merkle_sides(uint64_t index, uint64_t count, size_t steps,
                     bool is_left[BD_MERKLE_STEPS_MOST]);

/* RFC 9162 2.1.3.2: false for whatever does not lead from leaf to head in exactly these steps. */
bool bd_merkle_includes(uint64_t index, uint64_t count, const uint8_t leaf[32],
                        const bd_merkle_hash *path, size_t steps, const uint8_t head[32]);
/* RFC 9162 2.1.4.2.  An empty first tree proves nothing: false. */
bool bd_merkle_is_consistent(uint64_t first, uint64_t count, const bd_merkle_hash *path,
                             size_t steps, const uint8_t first_head[32], const uint8_t head[32]);

/* ---- identities --------------------------------------------------------------------------------- */

/* A private key with its certificate and chain. */
typedef struct bd_key bd_key;

/* A key that somebody else holds and that signs digests: `algorithm` is "RS256" (RSA PKCS#1 v1.5) or "ES256", the
 * answer the signature value, for ES256 r || s.  `sign` NULL: none. */
typedef struct {
    bd_rc (*sign)(void *context, const char *algorithm, const uint8_t digest[32], bd_arena *arena,
                  bd_str *value, bd_err *err);
    void *context;
} bd_key_remote;

typedef struct {
    const char *key_path;         /* PEM private key (PKCS#8 or traditional), or NULL */
    const char *certificate_path; /* PEM: signer first, then the chain; or NULL */
    const char *pkcs12_path;      /* instead of the two */
    const char *pkcs11;           /* or a URI of RFC 7512; the certificate from its file, else from the token */
    bd_key_remote remote;         /* or this, with a certificate's file */
    /* Asked at most once, and only for an encrypted key: NULL means no passphrase can be had. */
    bd_rc (*passphrase)(void *context, const char *path, bd_arena *arena, bd_str *out, bd_err *err);
    void *context;
} bd_key_options;
/* A key in a token or with somebody else signs once at opening, so that one which does not fit its certificate is
 * refused before any work.  IO: unreadable.  INPUT: not a key, key and certificate do not belong together, algorithm
 * not allowed, a key file that others may read (mode & 077).  The passphrase never appears in a message. */
BD_MUST_USE bd_rc bd_key_open(const bd_key_options *options, bd_key **out, bd_err *err);
void bd_key_close(bd_key *key);
/* The whole of a file that holds a secret, with the guards of a key file.  Allocated in <arena>, which the caller
 * closes soon. */
BD_MUST_USE bd_rc bd_secret_read(const char *path, size_t max_bytes, bd_arena *arena, bd_str *out,
                                 bd_err *err);
/* INPUT: the certificate is not yet, or no longer, valid at `at`. */
BD_MUST_USE bd_rc bd_key_check_time(const bd_key *key, bd_instant at, bd_err *err);
bd_str bd_key_certificate_pem(const bd_key *key, bd_arena *arena); /* signer then chain, PEM */

/* Makes a P-256 key and a self-signed certificate (CN as given, serial from the key's hash, keyUsage
 * digitalSignature+nonRepudiation, CA:FALSE, 10 years from `not_before`) and writes both, the key with 0600.
 * INPUT: one of the files is there already (a key is never overwritten), or the name is not 1 to 64 characters. */
BD_MUST_USE bd_rc bd_identity_make(const char *key_path, const char *certificate_path,
                                   bd_str common_name, bd_instant not_before, bd_err *err);

typedef struct {
    bd_str
        subject; /* one line, RFC 2253 order as OpenSSL prints with XN_FLAG_ONELINE-like "CN=…, O=…" */
    bd_str issuer;
    bd_str serial_hex;
    bd_str algorithm;   /* "RSA-3072", "P-256" */
    uint8_t sha256[32]; /* fingerprint of the DER */
    bd_instant not_before, not_after;
    bool is_self_signed;
} bd_certificate_facts;
/* Facts of the first certificate in PEM text.  Texts Allocated in <arena>. */
BD_MUST_USE bd_rc bd_certificate_read(bd_str pem, bd_arena *arena, bd_certificate_facts *out,
                                      bd_err *err);

/* ---- CMS ---------------------------------------------------------------------------------------- */

/* Detached signature over content whose SHA-256 is `digest`.  DER; Allocated in <arena>.  At most 16 KiB with an
 * ordinary chain; the caller reserves room with bd_cms_size_bound. */
BD_MUST_USE bd_rc bd_cms_sign(bd_key *key, const uint8_t digest[32], bd_arena *arena, bd_str *der,
                              bd_err *err);
size_t bd_cms_size_bound(const bd_key *key);

/* The same with one unsigned attribute: a time-stamp of the signature value (PAdES B-T).  `stamp` is asked once, with
 * the SHA-256 of the value; an empty token means that there is none to be had, and is no failure. */
typedef struct {
    bd_rc (*stamp)(void *context, const uint8_t imprint[32], bd_arena *arena, bd_str *token,
                   bd_err *err);
    void *context;
} bd_cms_stamper;
BD_MUST_USE bd_rc bd_cms_sign_stamped(bd_key *key, const uint8_t digest[32],
                                      const bd_cms_stamper *stamper, bd_arena *arena, bd_str *der,
                                      bd_err *err);

/* ---- time-stamps (RFC 3161) ---------------------------------------------------------------------- */

/* A question with a nonce of 63 random bits, SHA-256, and the authority's certificates asked for. */
typedef struct {
    bd_str der;
    uint8_t imprint[32];
    uint8_t nonce[8];
    bd_str policy; /* "1.2.3.4", or empty: the authority's own */
} bd_tsp_request;
/* INPUT: `policy` is no object identifier. */
BD_MUST_USE bd_rc bd_tsp_request_make(const uint8_t imprint[32], bd_str policy, bd_arena *arena,
                                      bd_tsp_request *out, bd_err *err);

typedef struct {
    bool is_intact;  /* imprint, signature value, certificates and their use hold */
    bool is_trusted; /* the authority's chain ends in a trusted certificate, at the token's time */
    bd_instant time;
    bd_str policy;
    bd_certificate_facts authority;
    bd_str chain_pem; /* the authority's certificate, then its issuers as the token has them */
    bd_str token;     /* set by bd_cms_judge */
    bd_str reason;    /* why not; empty when intact and trusted */
} bd_tsp_report;
/* Reads the answer to `request`.  INPUT, with the reason: rejected, no DER, another nonce, imprint or policy, a
 * certificate that is not for time-stamping alone, a signature that does not hold, more than 10 minutes from `now`
 * (BD_INSTANT_NONE: not compared), or, where `trust_pem` is not empty, an authority that it does not vouch for.
 * `token` Allocated in <arena>. */
BD_MUST_USE bd_rc bd_tsp_reply_read(bd_str reply, const bd_tsp_request *request, bd_str trust_pem,
                                    bd_instant now, bd_arena *arena, bd_str *token,
                                    bd_tsp_report *report, bd_err *err);
/* Judges a token over an imprint.  INPUT: its form is none that can be judged.  USAGE as bd_cms_verify. */
BD_MUST_USE bd_rc bd_tsp_verify(bd_str token, const uint8_t imprint[32], bd_str trust_pem,
                                bd_arena *arena, bd_tsp_report *out, bd_err *err);
/* A token as a file for `openssl ts -verify -in`, and back.  `token` is Borrowed from `text`. */
bd_str bd_tsp_file_make(bd_str token, bd_arena *arena);
BD_MUST_USE bd_rc bd_tsp_file_read(bd_str text, bd_str *token, bd_err *err);
enum { BD_TSP_ROOM_BYTES = 12 << 10 }; /* what a token may take in a signature's place */

/* ---- revocation ----------------------------------------------------------------------------------- */

/* What is at hand: revocation lists and OCSP responses, DER each. */
typedef struct {
    bd_strs crls, ocsps;
} bd_revocations;
/* A CRL (DER or PEM) or an OCSP response that is no error.  INPUT: neither. */
BD_MUST_USE bd_rc bd_revocation_add(bd_str bytes, bd_arena *arena, bd_revocations *out, bd_err *err);

typedef enum { BD_REVOCATION_UNKNOWN, BD_REVOCATION_GOOD, BD_REVOCATION_REVOKED } bd_revocation;
typedef struct {
    bd_revocation state; /* GOOD: each certificate up to a self-signed one is shown not revoked at the time */
    bd_str reason;       /* why not good; one sentence */
} bd_revocation_report;
/* Judges the chain of the first certificate of `chain_pem`; issuers are looked for there and in `others_pem`, which may
 * be empty.  `at` BD_INSTANT_NONE: any revocation counts. */
BD_MUST_USE bd_rc bd_revocation_check(bd_str chain_pem, bd_str others_pem, const bd_revocations *said,
                                      bd_instant at, bd_arena *arena, bd_revocation_report *out,
                                      bd_err *err);

/* A certificate of a chain, and who tells of it. */
typedef struct {
    bd_str subject, der;
    bool is_self_signed, has_issuer;
    bd_strs crl_urls, ocsp_urls;
    bd_str question; /* OCSPRequest, DER; empty without an issuer */
} bd_certificate_place;
typedef BD_VEC(bd_certificate_place) bd_certificate_places;
BD_MUST_USE bd_rc bd_revocation_places(bd_str chain_pem, bd_str others_pem, bd_arena *arena,
                                       bd_certificate_places *out, bd_err *err);
/* Adds those of a PEM text that are not in the list yet; and back, leaving out what is no certificate. */
BD_MUST_USE bd_rc bd_certificates_der(bd_str pem, bd_arena *arena, bd_strs *out, bd_err *err);
bd_str bd_certificates_pem(const bd_strs *ders, bd_arena *arena);

/* ---- judging a CMS -------------------------------------------------------------------------------- */

typedef struct {
    bool is_intact;  /* digest and signature value hold */
    bool is_trusted; /* the chain ends in a trusted certificate (or the signer itself is listed) */
    bd_certificate_facts signer;
    bd_str reason;    /* why not, one sentence; empty when intact and trusted */
    bool is_time_bad; /* signer's validity does not hold `judged_at` */
    bd_instant judged_at; /* when the chain had to hold; BD_INSTANT_NONE: no time entered */
    bool has_stamp;
    bd_tsp_report stamp; /* with has_stamp */
    bd_str chain_pem;    /* the signer's certificate, then its issuers as the CMS has them */
} bd_cms_report;
/* Checks a detached signature by our profile: DER only (re-encodes to the same bytes), signedData, exactly one
 * signer, allowed algorithms, signing-certificate-v2 names the signer, certificates are exactly the chain used,
 * no unsigned attribute.  INPUT: the structure breaks the profile (the message says where).  A signature that is
 * well-formed but does not hold, or a signer who is not trusted, is a result, not an error.
 * `trust_pem` may be empty: then is_trusted is false; USAGE: it is not empty and holds no certificates.
 * `at`: the time at which the chain must hold; BD_INSTANT_NONE: validity is not judged by a clock (no time
 * enters). */
BD_MUST_USE bd_rc bd_cms_verify(bd_str der, const uint8_t digest[32], bd_str trust_pem,
                                bd_instant at, bd_arena *arena, bd_cms_report *out, bd_err *err);

/* The same with more to say.  With a time-stamp that is intact and trusted its time counts instead of `at`. */
typedef struct {
    bd_str trust_pem;
    bd_instant at;
    bool may_have_stamp; /* else an unsigned attribute breaks the profile */
} bd_cms_judging;
BD_MUST_USE bd_rc bd_cms_judge(bd_str der, const uint8_t digest[32], const bd_cms_judging *judging,
                               bd_arena *arena, bd_cms_report *out, bd_err *err);

bd_str bd_crypto_versions(bd_arena *arena); /* "OpenSSL 3.0.x" */

#endif
