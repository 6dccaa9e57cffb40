/* deployments.h - what GitHub's lists say of one repository, for what stands behind its deployments. */
#ifndef BINDERY_CHANGE_DEPLOYMENTS_H
#define BINDERY_CHANGE_DEPLOYMENTS_H

#include "change_priv.h"

typedef BD_VEC(const bd_part *) part_list;

/* Where a deployment stands, by all its statuses. */
typedef struct {
    bd_instant success, last; /* the first success, the last of all; BD_INSTANT_NONE: none */
    bool ended_failed;        /* the last one is a failure */
    bool was_live;            /* one says that it is no more */
    bool is_read;             /* a whole list tells of it */
} outcome;

typedef struct {
    part_list deployments;  /* by time */
    bd_map *by_commit;      /* commit -> part_list */
    BD_VEC(uint32_t) lists; /* that show it, see bd_part */
} gate_runs;

typedef struct {
    part_list runs;     /* by name, suite and time */
    bd_instant read_to; /* up to when whole lists that show this commit describe it; BD_INSTANT_NONE: none */
} commit_runs;

typedef struct {
    const bd_join *join;
    bd_str repository;
    bd_arena *arena;
    bd_derived_fn *emit;
    void *context;
    bd_map *environments; /* name -> gate_runs */
    bd_map *outcomes;     /* id of a deployment -> outcome */
    bd_map *runs;         /* commit -> commit_runs */
    bd_map *run_names;    /* of all checks that any list shows */
    bd_map *commits;      /* commit -> what is kept of it */
    bd_map *pulls;        /* the commit that it made, or its last one -> part_list of merged pull requests */
    bd_map *reviews;      /* address of a pull request -> part_list, by reviewer and time */
    bd_map *shown;        /* lists that show this repository */
    bd_described pull_days, review_days; /* by whole lists that show it */
    part_list rules;      /* of its branches */
    BD_VEC(gate_runs *) gate_list;
    BD_VEC(commit_runs *) run_list;
    BD_VEC(part_list *) review_list;
} lists;

/* `in` has its first five members, and lives as long as `parts` and its arena. */
void index_lists(lists *in, const bd_part *parts, size_t count);

bd_instant time_of(const bd_value *kept); /* BD_INSTANT_NONE: it shows none */

const gate_runs *runs_to(const lists *in, bd_str name); /* lower case; NULL: no list shows it */
/* When a deployment first succeeded; `*is_told`: some status of it is on file. */
bd_instant success_of(const lists *in, bd_str id, bool *is_told);
/* Nothing came of it: its list was read to the end, and ends with a failure. */
bool has_only_failed(const lists *in, bd_str id);

/* RUN_MIXED: suites that do not know of each other have runs of one name, which ended differently. */
typedef enum { RUN_NONE, RUN_GREEN, RUN_OTHER, RUN_MIXED } run_state;
/* The last runs of this name on this commit, one of each suite, that ended in [since, until]. */
run_state run_of(const lists *in, bd_str sha, bd_str name, bd_instant since, bd_instant until);
/* That run_of found none means that there was none: the runs of the commit were read, and by that name a check runs
 * at all.  What other tools report as a status of the commit, or a fact misspells, no list of runs shows. */
bool is_missing_shown(const lists *in, bd_str sha, bd_str name, bd_instant until);

/* ---- one of them ---- */

/* What was live at a gate, for the deployment that follows: all commits that it can be reached from. */
typedef struct {
    bd_arena *arena;
    bd_str sha;  /* "": nothing is known */
    bd_map *old;
} history;

/* One deployment to a gate, and what was found out about it. */
typedef struct {
    const lists *in;
    const gate_runs *runs; /* all to its gate */
    history *past;
    bd_str gate, id, sha;
    bd_instant at;
    const bd_value *record;
    const bd_value *pull; /* that merged its commit; NULL: none is on file */
    bd_instant merged;
    bool is_list_whole; /* that tells of it */
    bd_answer holds;
    bd_str why;
} deployment;

/* Why is `words` and `detail`. */
void settle(deployment *of, bd_answer holds, const char *words, bd_str detail);
#define SETTLE(of, holds, words) settle((of), (holds), (words), BD_STR(""))

/* Each settles `of`, whose pull request was looked for. */
void judge_change(deployment *of); /* 5.4 b */
void judge_duties(deployment *of); /* 5.3 c */

#endif
