#include "bindery/util.h"

#include <string.h>

typedef struct slot {
    bd_str key;
    void *value;
    uint64_t hash;
} slot;

struct bd_map {
    bd_arena *arena;
    slot *slots;
    size_t room, count;
};

static uint64_t hash_of(bd_str key) {
    uint64_t hash = 0xcbf29ce484222325u; /* FNV-1a, 64 bit */
    for (size_t i = 0; i < key.size; i++) {
        hash = (hash ^ (unsigned char)key.data[i]) * 0x100000001b3u;
    }
    return hash ^ hash >> 32;
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
    map->slots = slots;
    map->room = room;
}

void bd_map_put(bd_map *map, bd_str key, void *value) {
    uint64_t hash = hash_of(key);
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
    return slot_of(map->slots, map->room, key, hash_of(key))->value;
}
