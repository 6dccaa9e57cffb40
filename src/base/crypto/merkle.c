/* merkle.c - the tree of RFC 6962 over leaf hashes at hand, and proofs checked without them. */
#include "bindery/crypto.h"

#include <string.h>

/* ---- hashes ---- */

static void hash_parts(uint8_t tag, bd_str first, bd_str second, uint8_t out[32]) {
    bd_sha256 *hash = bd_sha256_open();
    bd_sha256_put(hash, &tag, 1);
    bd_sha256_put(hash, first.data, first.size);
    bd_sha256_put(hash, second.data, second.size);
    bd_sha256_finish(hash, out);
    bd_sha256_close(hash);
}

void bd_merkle_leaf(bd_str line, uint8_t out[32]) {
    hash_parts(0x00, line, (bd_str){"", 0}, out);
}

void bd_merkle_node(const uint8_t left[32], const uint8_t right[32], uint8_t out[32]) {
    char both[65];
    both[0] = 0x01;
    memcpy(both + 1, left, 32);
    memcpy(both + 33, right, 32);
    bd_sha256_of((bd_str){both, sizeof(both)}, out);
}

/* ---- head ---- */

/* Largest power of two below `count` > 1. */
static size_t split_of(size_t count) {
    size_t split = 1;
    while (split < count - split) {
        split *= 2;
    }
    return split;
}

void bd_merkle_head(const bd_merkle_hash *leaves, size_t count, uint8_t out[32]) {
    if (count == 0) {
        bd_sha256_of((bd_str){"", 0}, out);
        return;
    }
    if (count == 1) {
        memcpy(out, leaves[0].bytes, 32);
        return;
    }
    uint8_t left[32], right[32];
    size_t split = split_of(count);
    bd_merkle_head(leaves, split, left);
    bd_merkle_head(leaves + split, count - split, right);
    bd_merkle_node(left, right, out);
}

/* ---- proofs ---- */

size_t bd_merkle_inclusion(const bd_merkle_hash *leaves, size_t count, size_t index,
                           bd_merkle_hash path[BD_MERKLE_STEPS_MOST]) {
    BD_ASSERT(index < count);
    if (count == 1) {
        return 0;
    }
    size_t split = split_of(count), steps;
    if (index < split) {
        steps = bd_merkle_inclusion(leaves, split, index, path);
        bd_merkle_head(leaves + split, count - split, path[steps].bytes);
    } else {
        steps = bd_merkle_inclusion(leaves + split, count - split, index - split, path);
        bd_merkle_head(leaves, split, path[steps].bytes);
    }
    return steps + 1;
}

/* SUBPROOF of the RFC.  `is_known`: the verifier holds the head of these first leaves already. */
static size_t prove_part(const bd_merkle_hash *leaves, size_t first, size_t count, bool is_known,
                         bd_merkle_hash path[BD_MERKLE_STEPS_MOST]) {
    if (first == count) {
        if (is_known) {
            return 0;
        }
        bd_merkle_head(leaves, count, path[0].bytes);
        return 1;
    }
    size_t split = split_of(count), steps;
    if (first <= split) {
        steps = prove_part(leaves, first, split, is_known, path);
        bd_merkle_head(leaves + split, count - split, path[steps].bytes);
    } else {
        steps = prove_part(leaves + split, first - split, count - split, /*is_known*/ false, path);
        bd_merkle_head(leaves, split, path[steps].bytes);
    }
    return steps + 1;
}

size_t bd_merkle_consistency(const bd_merkle_hash *leaves, size_t first, size_t count,
                             bd_merkle_hash path[BD_MERKLE_STEPS_MOST]) {
    BD_ASSERT(first > 0 && first <= count);
    return prove_part(leaves, first, count, /*is_known*/ true, path);
}

void bd_merkle_sides(uint64_t index, uint64_t count, size_t steps,
                     bool is_left[BD_MERKLE_STEPS_MOST]) {
    uint64_t at = index, last = count - 1;
    for (size_t i = 0; i < steps; i++) {
        is_left[i] = (at & 1) != 0 || at == last;
        while (is_left[i] && (at & 1) == 0 && at != 0) {
            at >>= 1;
            last >>= 1;
        }
        at >>= 1;
        last >>= 1;
    }
}

/* ---- checking ---- */

bool bd_merkle_includes(uint64_t index, uint64_t count, const uint8_t leaf[32],
                        const bd_merkle_hash *path, size_t steps, const uint8_t head[32]) {
    if (index >= count) {
        return false;
    }
    uint64_t at = index, last = count - 1;
    uint8_t hash[32];
    memcpy(hash, leaf, 32);
    for (size_t i = 0; i < steps; i++) {
        if (last == 0) {
            return false;
        }
        if ((at & 1) != 0 || at == last) {
            bd_merkle_node(path[i].bytes, hash, hash);
            while ((at & 1) == 0 && at != 0) {
                at >>= 1;
                last >>= 1;
            }
        } else {
            bd_merkle_node(hash, path[i].bytes, hash);
        }
        at >>= 1;
        last >>= 1;
    }
    return last == 0 && memcmp(hash, head, 32) == 0;
}

static bool is_power_of_two(uint64_t value) {
    return value != 0 && (value & (value - 1)) == 0;
}

/* From the first hash up to both heads at once. */
static bool climb(uint64_t first, uint64_t count, const bd_merkle_hash *path, size_t steps,
                  const uint8_t seed[32], const uint8_t first_head[32], const uint8_t head[32]) {
    uint64_t at = first - 1, last = count - 1;
    uint8_t old[32], new[32];
    memcpy(old, seed, 32);
    memcpy(new, seed, 32);
    while ((at & 1) != 0) {
        at >>= 1;
        last >>= 1;
    }
    for (size_t i = 0; i < steps; i++) {
        if (last == 0) {
            return false;
        }
        if ((at & 1) != 0 || at == last) {
            bd_merkle_node(path[i].bytes, old, old);
            bd_merkle_node(path[i].bytes, new, new);
            while ((at & 1) == 0 && at != 0) {
                at >>= 1;
                last >>= 1;
            }
        } else {
            bd_merkle_node(new, path[i].bytes, new);
        }
        at >>= 1;
        last >>= 1;
    }
    return last == 0 && memcmp(old, first_head, 32) == 0 && memcmp(new, head, 32) == 0;
}

bool bd_merkle_is_consistent(uint64_t first, uint64_t count, const bd_merkle_hash *path,
                             size_t steps, const uint8_t first_head[32], const uint8_t head[32]) {
    if (first == 0 || first > count) {
        return false;
    }
    if (first == count) {
        return steps == 0 && memcmp(first_head, head, 32) == 0;
    }
    if (is_power_of_two(first)) {
        return climb(first, count, path, steps, first_head, first_head, head);
    }
    return steps > 0 &&
           climb(first, count, path + 1, steps - 1, path[0].bytes, first_head, head);
}
