#include "bindery/util.h"

#include <stdlib.h>
#include <time.h>

#define LAST_SECOND INT64_C(253402300799) /* 9999-12-31T23:59:59Z */

bd_instant bd_clock_now(void) {
    int64_t seconds;
    bd_str given = bd_str_of(getenv("SOURCE_DATE_EPOCH"));
    if (bd_str_to_i64(given, &seconds) && seconds >= 0 && seconds <= LAST_SECOND) {
        return seconds * BD_SECOND;
    }
    struct timespec now;
    BD_ASSERT(clock_gettime(CLOCK_REALTIME, &now) == 0);
    return (bd_instant)now.tv_sec * BD_SECOND + now.tv_nsec / 100;
}
