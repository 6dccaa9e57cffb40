/* Days and instants: what is read and written again is the same. */
#include "fuzz.h"

static void check_day(bd_day day) {
    bd_day again;
    bd_date date = bd_date_of_day(day);
    FUZZ_CHECK(bd_date_is_valid(date.year, date.month, date.day));
    FUZZ_CHECK(bd_day_of_date(date.year, date.month, date.day) == day);
    FUZZ_CHECK(bd_day_parse(bd_day_format(fuzz_arena(), day), &again) && again == day);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    bd_str text = fuzz_text(data, size);
    bd_instant at = 0, again = 0;
    bd_day day = 0;
    int32_t second = 0;
    int64_t number = 0;
    if (bd_day_parse(text, &day)) {
        check_day(day);
    }
    if (bd_local_parse(text, &day, &second)) {
        FUZZ_CHECK(second >= 0 && second <= 86400);
        check_day(day);
    }
    if (bd_instant_parse(text, &at)) {
        FUZZ_CHECK(bd_instant_parse(bd_instant_format(fuzz_arena(), at), &again) && again == at);
        check_day(bd_instant_utc_day(at));
    }
    if (bd_str_to_i64(text, &number)) {
        bd_str printed = bd_str_format(fuzz_arena(), "%lld", (long long)number);
        int64_t same = 0;
        FUZZ_CHECK(bd_str_to_i64(printed, &same) && same == number);
    }
    fuzz_end();
    return 0;
}
