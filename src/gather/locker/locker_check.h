/* locker_check.h - what the files of `locker check` share. */
#ifndef BINDERY_LOCKER_CHECK_H
#define BINDERY_LOCKER_CHECK_H

#include "locker_priv.h"

enum { CHECK_FAULTS_MOST = 1000, CHECK_STALE_MOST = 100 };
#define REMEDY_COPY "bring the file back from a copy"
#define REMEDY_OBJECT                                                                              \
    "bring the file back from a copy, or put the same evidence in again after moving this one away"

struct checker {
    bd_arena *arena;
    bd_locker *locker; /* only looked at */
    bd_locker_report *report;
    bd_str trust_pem;
    unsigned jobs;
    bool is_journal_broken; /* nobody knows then what belongs to what */
    bd_merkle_hash *leaves; /* of all lines that hold */
    bd_seals seals;
    bd_map *torn; /* SHA-256 in hex of objects that only a torn tail names */
};

void check_add(struct checker *check, bool is_damage, const char *word, bd_str file,
               const char *remedy, bd_str sentence);
bool check_is_quarantined(const struct checker *check, bd_str path);

/* check_seals.c */
void check_seals(struct checker *check);
bool check_is_seal_file(const struct checker *check, bd_str path);

#endif
