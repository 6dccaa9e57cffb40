/* The words of a request that tell it from others. */
#include "bindery/pbc.h"

#include <string.h>

#include "pbc_priv.h"

enum { LEAST_LETTERS = 4, MOST_LETTERS = 40, MOST_WORDS = 400 };

/* Of requests in general, not of what is asked for. */
static const char *const fillers[] = {
    "also",     "auditor",  "audit",   "azure",    "been",      "being",    "client",    "company",
    "complete", "control",  "copies",  "copy",     "current",   "date",     "demonstrate", "demonstrating",
    "describe", "document", "documentation", "during", "each",  "entire",   "evidence",  "evidencing",
    "every",    "example",  "file",    "following", "from",     "full",     "have",      "include",
    "including", "kindly",  "latest",  "list",     "listing",   "made",     "maintained", "most",
    "must",     "obtain",   "organisation", "organization", "other", "over", "part",     "performed",
    "period",   "please",   "population", "provide", "provided", "recent", "relevant",  "report",
    "request",  "sample",   "screenshot", "should", "show",     "showing",  "support",   "supporting",
    "system",   "than",     "that",    "their",    "them",      "there",    "these",     "they",
    "this",     "those",    "through", "used",     "walk",      "walkthrough", "were",   "when",
    "where",    "which",    "whole",   "will",     "with",      "within",   "year",      "your"};

/* One word for several. */
static const struct {
    const char *from, *to;
} same[] = {
    {"hire", "joiner"},           {"hired", "joiner"},        {"onboarding", "joiner"},
    {"onboarded", "joiner"},      {"starter", "joiner"},      {"terminated", "leaver"},
    {"termination", "leaver"},    {"offboarding", "leaver"},  {"offboarded", "leaver"},
    {"separated", "leaver"},      {"departed", "leaver"},     {"supplier", "vendor"},
    {"subservice", "vendor"},     {"pentest", "penetration"}, {"deployment", "change"},
    {"release", "change"},        {"multifactor", "mfa"},     {"firewall", "nsg"},
    {"restoration", "restore"},   {"restored", "restore"},    {"backed", "backup"},
    {"encrypted", "encryption"},  {"reviewed", "review"},     {"approved", "approval"},
    {"employee", "staff"},        {"personnel", "staff"},     {"trained", "training"},
    {"vulnerabilities", "vulnerability"}, {"monitored", "monitoring"}, {"privileged", "privilege"}};

/* Short ones that say much. */
static const char *const short_words[] = {"dlp", "dns", "hsm", "key", "log",  "mfa", "nda",
                                          "nsg", "pim", "rpo", "rto", "sla", "tls", "waf"};

static bool is_one_of(bd_str word, const char *const *list, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (bd_str_eqz(word, list[i])) {
            return true;
        }
    }
    return false;
}

static bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (unsigned char)c >= 0x80;
}

static bd_str singular(bd_str word, bd_arena *arena) {
    if (word.size > 5 && bd_str_has_suffix(word, BD_STR("ies"))) {
        return bd_str_format(arena, "%.*sy", BD_ARG(bd_str_sub(word, 0, word.size - 3)));
    }
    bool is_plural = word.size > 3 && bd_str_has_suffix(word, BD_STR("s")) &&
                     !bd_str_has_suffix(word, BD_STR("ss")) && !bd_str_has_suffix(word, BD_STR("us")) &&
                     !bd_str_has_suffix(word, BD_STR("is"));
    return is_plural ? bd_str_sub(word, 0, word.size - 1) : word;
}

static bd_str settle(bd_str word, bd_arena *arena) {
    bd_str one = singular(word, arena);
    for (size_t i = 0; i < BD_COUNT(same); i++) {
        if (bd_str_eqz(one, same[i].from) || bd_str_eqz(word, same[i].from)) {
            return bd_str_of(same[i].to);
        }
    }
    return one;
}

static bool has_letter(bd_str word) {
    for (size_t i = 0; i < word.size; i++) {
        if (word.data[i] > '9' || (unsigned char)word.data[i] >= 0x80) {
            return true;
        }
    }
    return false;
}

static void add_word(bd_str word, bd_arena *arena, bd_strs *out) {
    bd_str one = settle(word, arena);
    bool is_short = one.size < LEAST_LETTERS;
    if (out->count >= MOST_WORDS || one.size > MOST_LETTERS || !has_letter(one) ||
        (is_short && !is_one_of(one, short_words, BD_COUNT(short_words))) ||
        is_one_of(one, fillers, BD_COUNT(fillers)) || is_one_of(word, fillers, BD_COUNT(fillers))) {
        return;
    }
    *bd_push(arena, out) = one;
}

static int cmp_words(const void *context, const void *a, const void *b) {
    (void)context;
    return bd_str_cmp(*(const bd_str *)a, *(const bd_str *)b);
}

void bd_pbc_words(bd_str text, bd_arena *arena, bd_strs *out) {
    bd_str low = bd_str_lower(arena, text);
    *out = (bd_strs){0};
    for (size_t at = 0; at < low.size;) {
        size_t end = at;
        while (end < low.size && is_letter(low.data[end])) {
            end++;
        }
        if (end > at) {
            add_word(bd_str_sub(low, at, end), arena, out);
        }
        at = end + 1;
    }
    bd_sort(out->data, out->count, sizeof(bd_str), cmp_words, NULL);
    size_t kept = 0;
    for (size_t i = 0; i < out->count; i++) {
        if (kept == 0 || !bd_str_eq(out->data[kept - 1], out->data[i])) {
            out->data[kept++] = out->data[i];
        }
    }
    out->count = kept;
}
