/* A header that stands twice: which of the two columns was meant nothing says. */
#include "make_scan.h"
#include "make_xlsx.h"

#define AT "\"collected_at\":\"2026-02-01T06:00:00Z\""
#define VOUCH "\"exporter\":\"ann@contoso.example\",\"command\":\"HR: list of leavers\",\"complete\":true"
#define SIDECAR "{" AT "," VOUCH "}"
#define HEAD "employee_id,upn,terminated_at,type,other_accounts,reported_at"

static bool says(const bd_evidence *item, const char *text) {
    for (size_t i = 0; i < item->facts.diags.count; i++) {
        bd_str whole = bd_str_format(test_arena(), "%.*s: %.*s",
                                     BD_ARG(item->facts.diags.data[i].locus),
                                     BD_ARG(item->facts.diags.data[i].message));
        if (bd_str_find(whole, bd_str_of(text)) >= 0) {
            return true;
        }
    }
    return false;
}

/* The first column would say that Ann left on the 2nd, the other that it was the 20th. */
TEST(scan, a_row_in_which_two_columns_of_one_header_differ_is_refused) {
    static const struct {
        const char *text;
        size_t rows, refused;
        bool may_be_whole;
        const char *said;
    } cases[] = {
        {HEAD ",terminated_at\n1,a@x,2026-01-02,leaver,,,2026-01-20\n2,b@x,2026-01-03,leaver,,,"
              "2026-01-03\n",
         1, 1, false, "row 1: columns 3 and 7 are both headed 'terminated_at' and differ"},
        {HEAD ", terminated_at \n1,a@x,2026-01-02,leaver,,,2026-01-20\n", 0, 1, false,
         "columns 3 and 7 are both headed 'terminated_at'"}, /* padded, and so the same */
        {HEAD ",terminated_at\n1,a@x,,leaver,,,2026-01-20\n", 0, 1, false,
         "and differ in this row"}, /* nothing is another answer than something */
        {HEAD ",terminated_at,terminated_at\n1,a@x,2026-01-02,leaver,,,2026-01-02,2026-01-20\n", 0,
         1, false, "columns 3 and 8"},
        {HEAD ",terminated_at\n1,a@x,2026-01-02,leaver,,, 2026-01-02\n", 1, 0, true,
         "columns 3 and 7 are both headed 'terminated_at'; a row in which they differ"},
        {HEAD ",employee_id\n1,a@x,2026-01-02,leaver,,,9\n", 0, 1, false, "columns 1 and 7"},
        {HEAD ",remark,remark\n1,a@x,2026-01-02,leaver,,,good,bad\n", 1, 0, true,
         "columns 7 and 8 are both headed 'remark', which nothing reads"},
        {HEAD ",terminated_at (2)\n1,a@x,2026-01-02,leaver,,,2026-01-20\n", 1, 0, true, ""},
        {HEAD ",,\n1,a@x,2026-01-02,leaver,,,b,c\n", 1, 0, true, ""}, /* no header at all */
    };
    scan_bench bench = scan_bench_open();
    for (size_t i = 0; i < BD_COUNT(cases); i++) {
        const bd_evidence *item = scan_alone(&bench, cases[i].text, SIDECAR);
        test_failure("case %zu", i);
        CHECK_EQ_STR(item->source, "csv:leavers");
        CHECK_EQ_INT(scan_rows_of(&bench, "leavers-reconciled").count, cases[i].rows);
        CHECK_EQ_INT(item->facts.rows_refused, cases[i].refused);
        CHECK_EQ_INT(item->facts.rows_unmapped, 0);
        CHECK(cases[i].said[0] == '\0' ? item->facts.diags.count == 0 : says(item, cases[i].said));
        const bd_collection *all = &bench.collections.data[0];
        test_failure("case %zu: %.*s", i, BD_ARG(all->reason));
        CHECK_EQ_INT(all->completeness == BD_COMPLETE_YES, cases[i].may_be_whole);
    }
    scan_bench_close(&bench);
}

/* The organisation's name for a column is ours then, and the other of that name is still in doubt. */
TEST(scan, a_column_that_is_mapped_and_stands_twice_is_in_doubt) {
    scan_bench bench = scan_bench_open();
    const bd_value *maps = NULL;
    bd_err err;
    CHECK_OK(bd_json_parse(BD_STR("[{\"source\":\"csv:leavers\",\"columns\":{\"terminated_at\":"
                                  "\"Last day\"}}]"),
                           NULL, test_arena(), &maps, &err),
             err);
    bench.plan.column_maps = maps;
    const bd_evidence *item = scan_alone(
        &bench,
        "employee_id,upn,Last day,type,other_accounts,reported_at,Last day\n1,a@x,2026-01-02,l,,,"
        "2026-01-20\n",
        "{\"source\":\"csv:leavers\"," AT "," VOUCH "}");
    CHECK_EQ_INT(item->facts.rows_refused, 1);
    CHECK(says(item, "columns 3 and 7 are both headed 'Last day' and differ"));
    scan_bench_close(&bench);
}

/* Entra's own download has "Incoming token type" twice, and a blank behind "Application ID". */
#define SIGN_INS "Date (UTC),Request ID,Sign-in error code,Correlation ID,Incoming token type,User"
TEST(scan, what_the_portal_writes_twice_and_nobody_reads_does_no_harm) {
    scan_bench bench = scan_bench_open();
    const bd_evidence *item =
        scan_alone(&bench,
                   SIGN_INS ",Incoming token type\n2026-01-05T10:00:00Z,r,0,c,none,Ann,primary\n",
                   "{" AT "}");
    CHECK_EQ_STR(item->source, "S58s");
    CHECK_EQ_INT(item->facts.rows_refused, 0);
    CHECK(says(item, "both headed 'Incoming token type', which nothing reads"));
    item = scan_alone(&bench, SIGN_INS ",User\n2026-01-05T10:00:00Z,r,0,c,none,Ann,Ben\n", "{" AT "}");
    CHECK_EQ_INT(item->facts.rows_refused, 1);
    scan_bench_close(&bench);
}

/* A row of Resource Graph: any of its columns may be read, a JSON cell counts by what it holds. */
#define GRAPH "id,name,type,location,properties,properties\n"
#define STORE                                                                                      \
    SCAN_IN_A "Microsoft.Storage/storageAccounts/s,s,microsoft.storage/storageaccounts,westeurope,"
#define CELL(value) "\"{\"\"supportsHttpsTrafficOnly\"\":" value "}\""
TEST(scan, a_resource_row_with_two_different_cells_of_one_header_is_refused) {
    scan_bench bench = scan_bench_open();
    const bd_evidence *item =
        scan_alone(&bench, GRAPH STORE CELL("true") "," CELL("false") "\n", "{" AT "}");
    CHECK_EQ_INT(item->facts.rows_refused, 1);
    CHECK_EQ_INT(scan_rows_of(&bench, "storage-secure-transfer").count, 0);
    item = scan_alone(&bench, GRAPH STORE CELL("true") "," CELL(" true ") "\n", "{" AT "}");
    CHECK_EQ_INT(item->facts.rows_refused, 0);
    CHECK_EQ_INT(scan_rows_of(&bench, "storage-secure-transfer").count, 1);
    scan_bench_close(&bench);
}

#define TEXT(place, text) "<c r='" place "' t='str'><v>" text "</v></c>"
#define SHEET_HEAD                                                                                 \
    "<row r='1'>" TEXT("A1", "employee_id") TEXT("B1", "upn") TEXT("C1", "terminated_at")           \
        TEXT("D1", "type") TEXT("E1", "terminated_at ") TEXT("F1", "note") TEXT("G1", "note")      \
        "</row>"
#define SHEET_ROW(r, first, second)                                                                \
    "<row r='" r "'>" TEXT("A" r, r) TEXT("B" r, "a@x") TEXT("C" r, first) TEXT("D" r, "leaver")    \
        TEXT("E" r, second) TEXT("F" r, "x") TEXT("G" r, "y") "</row>"
TEST(scan, a_row_of_a_sheet_with_two_columns_of_one_header_is_refused_as_well) {
    scan_bench bench = scan_bench_open();
    xlsx_made made = {.rows = SHEET_HEAD SHEET_ROW("2", "2026-01-02", "2026-01-02")
                          SHEET_ROW("3", "2026-01-02", "2026-01-20")};
    const bd_evidence *item = scan_file(&bench, "leavers.xlsx", xlsx_make(&made), SIDECAR);
    scan_conclude(&bench);
    CHECK_EQ_STR(item->source, "S80");
    CHECK_EQ_INT(item->facts.rows_read, 2);
    CHECK_EQ_INT(item->facts.rows_refused, 1);
    CHECK_EQ_INT(item->facts.tables.data[0].rows_refused, 1);
    CHECK(says(item, "sheet 'Data': columns 3 and 5 are both headed 'terminated_at'"));
    CHECK(says(item, "row 2: columns 3 and 5 are both headed 'terminated_at' and differ"));
    CHECK(says(item, "columns 6 and 7 are both headed 'note', which nothing reads"));
    CHECK(bench.collections.data[0].completeness != BD_COMPLETE_YES);
    scan_bench_close(&bench);
}
