/* bindery/engagement.h - bindery.json: organisation, scope, periods, people and dated facts of one engagement.
 *
 * The file is the organisation's own statement and stands in the package as given.  It is checked whole before any
 * of it is used: every error names the file, the JSON pointer, what was found and what was expected, and an unknown
 * key is an error with the nearest known key, because a key that nobody reads would silently change a verdict.
 *
 *     bd_engagement engagement;
 *     BD_TRY(bd_engagement_load("bindery.json", arena, &engagement, err));
 *     bd_period_choice choice;
 *     BD_TRY(bd_engagement_period_choose(&engagement, period_option, today, arena, &choice, err));
 *
 * Guids and resource ids are held lower-cased; everything else as written.  All texts live in the arena of the load.
 * An engagement is immutable after load; threads may share it.
 */
#ifndef BINDERY_ENGAGEMENT_H
#define BINDERY_ENGAGEMENT_H

#include "bindery/util.h"
#include "bindery/value.h"

typedef struct {
    bd_str id; /* "2026-H1": [A-Za-z0-9._-]{1,32} */
    bool is_type_ii;
    bd_day from, to;  /* both inclusive local days; Type I: both are `as_of` */
    bd_day as_of;     /* Type I; BD_DAY_NONE for Type II */
    bd_day fieldwork; /* BD_DAY_NONE when not given */
} bd_period;

typedef struct {
    bd_str id;   /* lower-case guid */
    bd_str name; /* may be empty */
} bd_subscription;

typedef struct {
    bd_str owner; /* as in the catalog, "Cloud Admin" */
    bd_strs people;
} bd_owner;

typedef struct {
    bd_str name, role, upn;
} bd_person;

/* Who was given a vendor's report: most may be passed on only to those whom their terms name. */
typedef struct {
    bd_str name, document, by; /* `document`: its id with the vendor, or its title */
    bd_day on;
} bd_recipient;

/* A control that one party counts on another to run: we on a vendor (complementary subservice organisation control), or
 * on our customers (complementary user entity control). */
typedef struct {
    bd_str id, text;
    bd_strs criteria; /* that it serves */
} bd_expected_control;
typedef BD_VEC(bd_expected_control) bd_expected_controls;

typedef struct {
    bd_str name, service;
    bd_str method; /* "carve-out" or "inclusive" */
    bd_strs criteria;     /* that it operates for us, wholly or in part */
    bd_strs monitored_by; /* numbers of our controls */
    bd_expected_controls csocs; /* what we count on it to do */
    BD_VEC(bd_recipient) recipients;
} bd_vendor;

/* A record taken out of a check on or after its approval. */
typedef struct {
    bd_str check;
    bd_str resource; /* bd_record_id */
    bd_str reason, approved_by;
    bd_day approved_on;
    bd_day expires_on; /* the last day it holds; BD_DAY_NONE: no end */
} bd_exclusion;

/* The organisation's own number and wording of a control. */
typedef struct {
    bd_str number, your_ref, your_statement;
} bd_control_note;

/* How a handed-in list's columns are called: ours -> theirs. */
typedef struct {
    bd_str source;           /* "csv:leavers" */
    const bd_value *columns; /* {"employee_id": "Personnel No"} */
} bd_column_map;

/* Where a private key is: one of `key`, `pkcs12`, `pkcs11`, `vault`, or none of them.  Paths are relative to the
 * engagement. */
typedef struct {
    bd_str key, certificate; /* PEM; the certificate, then its chain, also beside `pkcs11` and `vault` */
    bd_str pkcs12;
    bd_str pkcs11; /* "pkcs11:token=...;object=...?module-path=..." (RFC 7512) */
    bd_str vault;  /* "https://NAME.vault.azure.net/keys/KEY/VERSION" */
} bd_key_place;

typedef struct {
    bd_key_place preparer; /* nothing in it: the trial identity */
    bd_key_place reviewer; /* nothing in it: one signature */
    bd_str tsa;            /* address of a time-stamp authority, or empty */
    bd_str tsa_policy;     /* "1.2.3.4", or empty: its own */
    bd_str tsa_certificates; /* PEM: what its certificate must lead to; or empty */
    bd_strs revocation; /* "online", or files: CRLs and OCSP responses; empty: no data for later (B-LT) */
} bd_signing;
bool bd_key_place_is_named(const bd_key_place *place);

typedef struct {
    bd_str organisation_name, short_name;
    bd_str system_name, system_description;
    bd_strs categories; /* in the order of the five names, "Security" first; never empty */
    bd_str tenant;      /* lower-case guid, may be empty */
    BD_VEC(bd_subscription) subscriptions; /* empty: all that the evidence shows */
    bd_str zone_name;
    const bd_zone *zone;
    BD_VEC(bd_period) periods; /* in file order; never empty */
    BD_VEC(bd_owner) owners;
    BD_VEC(bd_person) people;
    BD_VEC(bd_vendor) vendors;
    bd_expected_controls our_cuecs; /* what we count on our customers to do: the fact our_cuecs */
    const bd_value
        *facts; /* as written: name -> {approved_by, approved_on, value}; an object, maybe empty.  A
                   list that chooses what is tested passes nothing of a day before its approval */
    const bd_value *parameters; /* name -> value: what checks read; lists that would leave nothing
                                   to judge are left out when they are empty */
    BD_VEC(bd_exclusion) exclusions;
    BD_VEC(bd_control_note) controls;
    BD_VEC(bd_column_map) column_maps;
    const bd_value *column_map_values; /* the array as written, maybe empty */
    bd_signing signing;
    bool collect;
    int64_t package_years, raw_years; /* retention; 7 and 3 when not given */
    const bd_value *source;           /* the whole file as written */
} bd_engagement;

/* approved_on of a fact that `to_approve` flags: it was copied from an earlier period, and passes nothing before
 * somebody approves it again.  9999-12-31. */
#define BD_DAY_TO_APPROVE ((bd_day)2932896)

/* The five category names, in the order they are printed in. */
extern const char *const bd_category_names[5];

/* ---- loading ---------------------------------------------------------------------------------- */

/* IO when the file cannot be read, INPUT when it cannot be used.  Allocated in <arena>. */
BD_MUST_USE bd_rc bd_engagement_load(const char *path, bd_arena *arena, bd_engagement *out,
                                     bd_err *err);
/* The same from text; `path` is for messages. */
BD_MUST_USE bd_rc bd_engagement_parse(bd_str text, bd_str path, bd_arena *arena, bd_engagement *out,
                                      bd_err *err);

/* ---- asking ----------------------------------------------------------------------------------- */

/* NULL when there is no such period. */
const bd_period *bd_engagement_period_find(const bd_engagement *engagement, bd_str id);

typedef struct {
    const bd_period *period;
    bd_str why; /* "the only period", "it holds 2026-03-01", ...; one clause for people */
} bd_period_choice;

/* `id` when it is not empty (USAGE if unknown, with the known ones), else the only period, else the one that holds
 * `today` (of several the one that began last), else the last ended, else the first to begin. */
BD_MUST_USE bd_rc bd_engagement_period_choose(const bd_engagement *engagement, bd_str id,
                                              bd_day today, bd_arena *arena, bd_period_choice *out,
                                              bd_err *err);

/* The local midnights of the period: [start, end). */
bd_instant bd_period_start(const bd_period *period, const bd_zone *zone);
bd_instant bd_period_end(const bd_period *period, const bd_zone *zone);

/* Adds to `parameters` what checks ask of the time that is judged, as days: period_from, period_to (the last day of the
 * period, or of the as-of instant if that is earlier) and year_from, the first of the 12 months that end on period_to;
 * and, for checks that have a default, tenant_or_none (a text, maybe empty), slas_or_none (the fact slas, or an
 * empty object) and break_glass_or_none (the fact break_glass_accounts, or an empty array).  No fact can have these
 * names; those of an earlier call are replaced.  Allocated in <arena>. */
void bd_engagement_state_period(bd_engagement *engagement, const bd_period *period,
                                bd_instant as_of, bd_arena *arena);

/* The value of a fact, NULL when it is not stated; `approved_by` and `approved_on` may be NULL. */
const bd_value *bd_engagement_fact(const bd_engagement *engagement, const char *name,
                                   bd_str *approved_by, bd_day *approved_on);

/* The resolved engagement for the package (`engagement.json`): what was given, with the defaults filled in.
 * Allocated in <arena>. */
const bd_value *bd_engagement_value(const bd_engagement *engagement, bd_arena *arena);

/* ---- making one (`bindery init`) --------------------------------------------------------------- */

typedef struct {
    bd_str organisation; /* empty: folder_name */
    bd_str folder_name;  /* for the default organisation */
    bd_strs
        periods; /* "ID=FROM..TO", Type I "ID=DAY"; empty: the last three full months before `today` */
    bool is_type_i;
    bd_strs categories; /* any case; empty: Security */
    bd_strs subscriptions;
    bd_str zone_name; /* empty: UTC */
    bd_day today;     /* local day */
} bd_engagement_draft;

/* Text of a new bindery.json: valid by construction, laid out for people, keys in the order of the documentation.
 * `defaulted` (may be NULL) gets one clause per default taken ("time zone UTC").  USAGE names the option that cannot
 * be used.  Allocated in <arena>. */
BD_MUST_USE bd_rc bd_engagement_make_json(const bd_engagement_draft *draft, bd_arena *arena,
                                          bd_str *out, bd_strs *defaulted, bd_err *err);

/* Text of the bindery.json of the next period (`spec` as in a draft's periods): everything that `old` says, its periods
 * and the new one, its facts flagged to be approved again; no exclusions, and no signing keys that lie in its folder.
 * `notes` gets a sentence for each thing that is left to do or was left out.  USAGE when `spec` cannot be used. */
BD_MUST_USE bd_rc bd_engagement_next_json(const bd_engagement *old, bd_str spec, bd_arena *arena,
                                          bd_str *out, bd_strs *notes, bd_err *err);

/* A warning for each two Type II periods that overlap, and for each gap between one and the next. */
void bd_engagement_look_at_periods(const bd_engagement *engagement, bd_arena *arena,
                                   bd_diags *out);

/* First 16 of [A-Z0-9-] of the upper-cased name; "ORG" when nothing is left.  Allocated in <arena>. */
bd_str bd_short_name(bd_arena *arena, bd_str organisation);

#endif
