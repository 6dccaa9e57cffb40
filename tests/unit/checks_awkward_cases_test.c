/* Awkward inputs that one record shows: tests/cases/checks/awkward.case. */
#include "make_checks.h"

TEST(checks_awkward, single_records_answer_as_the_cases_say) {
    run_check_cases("awkward.case", 50);
}
