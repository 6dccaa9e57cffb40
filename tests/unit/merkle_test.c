/* merkle_test.c - the tree of RFC 6962 against heads computed by other means, and the public vectors of
 * transparency-dev/merkle. */
#include "bindery/crypto.h"
#include "bindery/value.h"
#include "test.h"

#include <stdlib.h>

/* ---- shared ---------------------------------------------------------------------------------- */

/* The eight leaves that certificate transparency's own tests use. */
static const bd_str samples[] = {
    {"", 0},
    {"\x00", 1},
    {"\x10", 1},
    {"\x20\x21", 2},
    {"\x30\x31", 2},
    {"\x40\x41\x42\x43", 4},
    {"\x50\x51\x52\x53\x54\x55\x56\x57", 8},
    {"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f", 16},
};

/* Of the first 0 to 8 leaves; by Python's hashlib, merging equal subtrees on a stack from the left. */
static const char *const heads[] = {
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
};

enum { MOST = 70 };

static bd_merkle_hash *make_leaves(size_t count) {
    bd_merkle_hash *leaves = bd_new(test_arena(), bd_merkle_hash, count + 1);
    for (size_t i = 0; i < count; i++) {
        bd_str line = i < BD_COUNT(samples) ? samples[i]
                                            : bd_str_format(test_arena(), "line %zu", i);
        bd_merkle_leaf(line, leaves[i].bytes);
    }
    return leaves;
}

/* ---- heads ----------------------------------------------------------------------------------- */

TEST(merkle, heads_are_those_that_another_program_computes) {
    const bd_merkle_hash *leaves = make_leaves(8);
    for (size_t count = 0; count < BD_COUNT(heads); count++) {
        uint8_t head[32];
        char hex[65];
        bd_merkle_head(leaves, count, head);
        bd_hex(head, 32, hex);
        test_failure("of %zu leaves", count);
        CHECK_EQ_STR(hex, heads[count]);
    }
}

TEST(merkle, a_leaf_is_no_node_over_the_same_bytes) {
    uint8_t both[64] = {0}, leaf[32], node[32];
    bd_merkle_leaf((bd_str){(const char *)both, 64}, leaf);
    bd_merkle_node(both, both + 32, node);
    CHECK(memcmp(leaf, node, 32) != 0);
}

/* ---- proofs ---------------------------------------------------------------------------------- */

/* Whatever is altered in a proof that holds, it holds no more. */
static void check_altered_inclusion(size_t index, size_t count, const uint8_t leaf[32],
                                    bd_merkle_hash *path, size_t steps, const uint8_t head[32]) {
    CHECK(!bd_merkle_includes(count, count, leaf, path, steps, head));
    CHECK(count == 1 || !bd_merkle_includes((index + 1) % count, count, leaf, path, steps, head));
    CHECK(steps == 0 || !bd_merkle_includes(index, count, leaf, path, steps - 1, head));
    memcpy(path[steps].bytes, head, 32);
    CHECK(!bd_merkle_includes(index, count, leaf, path, steps + 1, head));
    for (size_t i = 0; i < steps; i++) {
        path[i].bytes[31] ^= 1;
        CHECK(!bd_merkle_includes(index, count, leaf, path, steps, head));
        path[i].bytes[31] ^= 1;
    }
}

TEST(merkle, every_line_of_every_size_proves_that_it_is_in_the_tree_and_at_no_other_place) {
    const bd_merkle_hash *leaves = make_leaves(MOST);
    bd_merkle_hash path[BD_MERKLE_STEPS_MOST + 1];
    for (size_t count = 1; count <= MOST; count++) {
        uint8_t head[32];
        bd_merkle_head(leaves, count, head);
        for (size_t index = 0; index < count; index++) {
            const uint8_t *leaf = leaves[index].bytes;
            size_t steps = bd_merkle_inclusion(leaves, count, index, path);
            test_failure("leaf %zu of %zu", index, count);
            CHECK(bd_merkle_includes(index, count, leaf, path, steps, head));
            check_altered_inclusion(index, count, leaf, path, steps, head);
        }
    }
}

TEST(merkle, every_size_is_consistent_with_every_smaller_one_and_with_no_other) {
    const bd_merkle_hash *leaves = make_leaves(MOST);
    bd_merkle_hash path[BD_MERKLE_STEPS_MOST];
    for (size_t count = 1; count <= MOST; count++) {
        uint8_t head[32], first_head[32];
        bd_merkle_head(leaves, count, head);
        for (size_t first = 1; first <= count; first++) {
            bd_merkle_head(leaves, first, first_head);
            size_t steps = bd_merkle_consistency(leaves, first, count, path);
            test_failure("%zu of %zu", first, count);
            CHECK(bd_merkle_is_consistent(first, count, path, steps, first_head, head));
            CHECK(first == count ||
                  !bd_merkle_is_consistent(first + 1, count, path, steps, first_head, head));
            CHECK(!bd_merkle_is_consistent(first, count + 64, path, steps, first_head, head));
            first_head[0] ^= 1;
            CHECK(!bd_merkle_is_consistent(first, count, path, steps, first_head, head));
        }
    }
}

TEST(merkle, an_empty_tree_or_a_larger_one_is_consistent_with_nothing) {
    const bd_merkle_hash *leaves = make_leaves(3);
    uint8_t none[32], head[32];
    bd_merkle_head(leaves, 0, none);
    bd_merkle_head(leaves, 3, head);
    CHECK(!bd_merkle_is_consistent(0, 3, leaves, 0, none, head));
    CHECK(!bd_merkle_is_consistent(0, 0, leaves, 0, none, none));
    CHECK(!bd_merkle_is_consistent(4, 3, leaves, 0, head, head));
    CHECK(!bd_merkle_is_consistent(3, 3, leaves, 1, head, head));
}

/* ---- a public suite, by path ----------------------------------------------------------------- */

/* BINDERY_MERKLE names a work tree or a git directory of github.com/transparency-dev/merkle. */
static const char *suite_folder(void) {
    const char *given = getenv("BINDERY_MERKLE");
    if (given == NULL || !bd_path_is_folder(given)) {
        test_skip("set BINDERY_MERKLE to a copy of transparency-dev/merkle");
    }
    const char *tree = bd_path_join(test_arena(), given, "testdata");
    if (bd_path_is_folder(tree)) {
        return tree;
    }
    if (run_command(NULL, "git --git-dir='%s' archive HEAD testdata | tar -x", given) != 0) {
        test_skip("'%s' holds no testdata", given);
    }
    return test_path("testdata");
}

/* Base64 of exactly 32 bytes, its form checked by its length alone. */
static bool read_hash(bd_str text, uint8_t out[32]) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    uint32_t bits = 0;
    size_t have = 0, count = 0;
    if (text.size != 44 || text.data[43] != '=' || text.data[42] == '=') {
        return false;
    }
    for (size_t i = 0; i < 43; i++) {
        const char *digit = strchr(digits, text.data[i]);
        CHECK(digit != NULL && *digit != '\0');
        bits = bits << 6 | (uint32_t)(digit - digits);
        have += 6;
        if (have >= 8 && count < 32) {
            have -= 8;
            out[count++] = (uint8_t)(bits >> have);
        }
    }
    return count == 32;
}

/* Some vectors have a short text where the head cannot matter; its hash stands for it. */
static bool read_head(bd_str text, uint8_t out[32]) {
    if (text.size > 0 && text.size < 44) {
        bd_sha256_of(text, out);
        return true;
    }
    return read_hash(text, out);
}

static uint64_t read_size(const bd_value *vector, const char *key) {
    bd_str text = bd_value_find(vector, key)->text;
    char *end = NULL;
    uint64_t size = strtoull(bd_str_z(test_arena(), text), &end, 10);
    CHECK(*end == '\0');
    return size;
}

/* False where a hash has not 32 bytes: our types cannot say such a proof. */
static bool read_path(const bd_value *vector, bd_merkle_hash **path, size_t *steps) {
    const bd_value *list = bd_value_find(vector, "proof");
    *steps = list != NULL && list->kind == BD_ARRAY ? list->count : 0;
    *path = bd_new(test_arena(), bd_merkle_hash, *steps + 1);
    for (size_t i = 0; i < *steps; i++) {
        if (!read_hash(list->items[i].text, (*path)[i].bytes)) {
            return false;
        }
    }
    return true;
}

static bool holds(const bd_value *vector) {
    uint8_t one[32], two[32];
    bd_merkle_hash *path;
    size_t steps;
    bool is_inclusion = bd_value_find(vector, "leafIdx") != NULL;
    if (!read_path(vector, &path, &steps) ||
        !read_head(bd_value_text(vector, is_inclusion ? "leafHash" : "root1"), one) ||
        !read_head(bd_value_text(vector, is_inclusion ? "root" : "root2"), two)) {
        return false;
    }
    return is_inclusion ? bd_merkle_includes(read_size(vector, "leafIdx"),
                                             read_size(vector, "treeSize"), one, path, steps, two)
                        : bd_merkle_is_consistent(read_size(vector, "size1"),
                                                  read_size(vector, "size2"), path, steps, one, two);
}

/* Right answers of the vectors of one kind. */
static size_t run_vectors(const char *folder, size_t *good) {
    bd_entries entries = {0};
    bd_err err;
    size_t right = 0;
    CHECK_OK(bd_folder_walk(folder, 10000, test_arena(), &entries, &err), err);
    for (size_t i = 0; i < entries.count; i++) {
        const char *path = bd_path_join(test_arena(), folder,
                                        bd_str_z(test_arena(), entries.data[i].path));
        const bd_value *vector;
        CHECK_OK(bd_json_parse(test_read_file(path), NULL, test_arena(), &vector, &err), err);
        const bd_value *wants_fault = bd_value_find(vector, "wantErr");
        bool is_good = wants_fault->kind == BD_BOOL && !wants_fault->boolean;
        test_failure("%s", path);
        CHECK(holds(vector) == is_good);
        right++;
        *good += is_good;
    }
    return right;
}

TEST(merkle, the_196_public_vectors_are_judged_as_they_ask) {
    const char *folder = suite_folder();
    size_t good = 0;
    CHECK_EQ_INT(run_vectors(bd_path_join(test_arena(), folder, "inclusion"), &good) +
                     run_vectors(bd_path_join(test_arena(), folder, "consistency"), &good),
                 196);
    CHECK_EQ_INT(good, 12);
}
