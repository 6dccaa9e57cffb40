#include "bindery/util.h"

#include "util_priv.h"

#include <string.h>

typedef struct slot {
    bd_str key;
    void *value;
    uint64_t hash;
} slot;

#define FOUND_BYTES 8192 /* of memory comes with a place that is looked at, about */
#define SMALL_ROOM 1024u /* and nothing with one of a map that is in memory anyway */

struct bd_map {
    bd_arena *arena;
    slot *slots;
    size_t room, count;
};

/* The last bytes of a short text: fields that overlap, so that no loop is needed. */
static uint64_t tail_bytes(const char *at, size_t size) {
    uint32_t head = 0, tail = 0;
    if (size >= 4) {
        memcpy(&head, at, 4);
        memcpy(&tail, at + size - 4, 4);
        return (uint64_t)head << 32 | tail;
    }
    for (size_t i = 0; i < size; i++) {
        tail = tail << 8 | (unsigned char)at[i];
    }
    return tail;
}

uint64_t bd_hash(bd_str text, uint64_t seed) {
    const char *at = text.data;
    size_t size = text.size;
    uint64_t hash = seed * UINT64_C(0x9e3779b97f4a7c15) ^ size;
    while (size >= 8) {
        uint64_t word;
        memcpy(&word, at, 8);
        hash = (hash ^ word) * UINT64_C(0xff51afd7ed558ccd);
        hash ^= hash >> 32;
        at += 8;
        size -= 8;
    }
    hash = (hash ^ tail_bytes(at, size)) * UINT64_C(0xc4ceb9fe1a85ec53);
    return hash ^ hash >> 29;
}

bd_map *bd_map_make(bd_arena *arena) {
    bd_map *map = bd_new(arena, bd_map, 1);
    map->arena = arena;
    map->room = 16;
    map->slots = bd_new(arena, slot, map->room);
    return map;
}

static slot *slot_of(slot *slots, size_t room, bd_str key, uint64_t hash) {
    size_t at = (size_t)hash & (room - 1);
    while (slots[at].key.data != NULL &&
           !(slots[at].hash == hash && bd_str_eq(slots[at].key, key))) {
        at = (at + 1) & (room - 1);
    }
    return &slots[at];
}

static void widen(bd_map *map) {
    size_t room = map->room * 2;
    slot *slots = bd_new(map->arena, slot, room);
    for (size_t i = 0; i < map->room; i++) {
        if (map->slots[i].key.data != NULL) {
            *slot_of(slots, room, map->slots[i].key, map->slots[i].hash) = map->slots[i];
        }
    }
    block_rest(map->slots, map->room * sizeof(slot));
    map->slots = slots;
    map->room = room;
}

void bd_map_put(bd_map *map, bd_str key, void *value) {
    uint64_t hash = bd_hash(key, 0);
    slot *home = slot_of(map->slots, map->room, key, hash);
    if (home->key.data == NULL) {
        if (map->count * 4 >= map->room * 3) {
            widen(map);
            home = slot_of(map->slots, map->room, key, hash);
        }
        home->key = bd_str_copy(map->arena, key);
        home->hash = hash;
        map->count++;
    }
    home->value = value;
}

void *bd_map_find(const bd_map *map, bd_str key) {
    block_note(map->room > SMALL_ROOM ? FOUND_BYTES : 0);
    return slot_of(map->slots, map->room, key, bd_hash(key, 0))->value;
}
