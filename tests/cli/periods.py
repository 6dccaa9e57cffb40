"""periods.py BINDERY FOLDER [NAME]: engagements whose calendar, papers or acts lie on a boundary, judged from the command
line.  What is expected is worked out by hand from the rules, beside each; nothing is read from the program's own tables.
"""
import hashlib
import json
import os
import pathlib
import subprocess
import sys

SUBSCRIPTION = "0b1f6471-1bf0-4dda-aec3-cb9272f09590"
STORAGE = ("6.7.2", "a")     # continuous: https only, a snapshot of each month
QUARTER = ("6.2.1", "b")     # quarterly: inventory of applications, 30 days of grace
YEAR = ("6.2.2", "a")        # annual: procedure approved, 30 days of grace
MONTH = ("B-A1.1-1", "b")    # monthly: capacity reviewed, 14 days of grace
EVENTS = ("6.6.3", "b")      # per event: writes to network security groups, by the activity log, kept for 90 days


class Engagement:
    def __init__(self, binary, folder, period, zone="UTC", now="2027-06-01T06:00:00Z", as_of=None):
        self.binary, self.folder, self.period, self.as_of = binary, folder, period, as_of
        self.now = subprocess.check_output(["date", "-u", "-d", now, "+%s"], text=True).strip()
        self.inbox = folder / "inbox"
        self.count = 0
        self.bindery("init", "-q", "--organisation", "Acme", "--period", "P=2026-01-01..2026-06-30",
                     "--subscription", SUBSCRIPTION, at=None)
        self.edit(lambda d: d.update(timezone=zone, categories=["Security", "Availability"], periods=[dict(id="P", **period)], people=[
            {"name": "Ada Berg", "role": "CISO"}, {"name": "Jo Day", "role": "Compliance"}, {"name": "Ola Lind", "role": "Cloud Admin"}]))

    def edit(self, change):
        path = self.folder / "bindery.json"
        config = json.loads(path.read_text())
        change(config)
        path.write_text(json.dumps(config))

    def bindery(self, *words, at=True, code=0):
        place = [] if words[0] == "init" else ["-C", str(self.folder)]
        words = list(words) if place else [words[0], str(self.folder)] + list(words[1:])
        done = subprocess.run([self.binary] + place + words, capture_output=True, text=True,
                              env=dict(os.environ, SOURCE_DATE_EPOCH=self.now))
        if done.returncode != code:
            raise AssertionError("%s ended %d: %s" % (" ".join(words), done.returncode, done.stderr))
        return done.stdout

    def snapshot(self, when, *https, more="", dated=True):
        self.count += 1
        rows = [{"id": "/subscriptions/%s/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/st%d" %
                 (SUBSCRIPTION, n), "name": "st%d" % n, "type": "Microsoft.Storage/storageAccounts",
                 "properties": {"supportsHttpsTrafficOnly": ok, "minimumTlsVersion": "TLS1_2"}}
                for n, ok in enumerate(https)]
        request = "https://management.azure.com/subscriptions/%s/providers/Microsoft.Storage/storageAccounts?api-version=2023-05-01" % SUBSCRIPTION
        body = dict(value=rows, **({"nextLink": request + more} if more else {}))
        path = self.inbox / ("storage-%d.json" % self.count)
        path.write_text(json.dumps(body))
        side = {"format": "bindery-sidecar 1", "exporter": "Ola Lind", "request": "GET " + request}
        if dated:
            side["collected_at"] = when
        (self.inbox / (path.name + ".meta.json")).write_text(json.dumps(side))
        stamp = int(subprocess.check_output(["date", "-u", "-d", when, "+%s"]))
        os.utime(path, (stamp, stamp))
        return self

    def paper(self, kind, signed=True, **members):
        self.count += 1
        path = self.inbox / ("paper-%d.txt" % self.count)
        text = "words of paper %d\n" % self.count
        path.write_text(text)
        side = {"format": "bindery-sidecar 1", "source": "doc", "collected_at": "2027-01-12T07:00:00Z",
                "document": dict({"type": kind, "title": "Paper %d" % self.count}, **members)}
        if signed:
            side["prepared_by"] = {"name": "Jo Day", "role": "Compliance", "at": "2027-01-12T08:00:00Z"}
            side["reviews"] = [{"name": "Ada Berg", "role": "CISO", "at": "2027-01-13T08:00:00Z", "checked": "read",
                                "sha256": hashlib.sha256(text.encode()).hexdigest()}]
        (self.inbox / (path.name + ".meta.json")).write_text(json.dumps(side))
        return self

    def inventory(self, day, **more):
        return self.paper("application-inventory", carried_out_on=day,
                          states=["single-sign-on-or-local-accounts-listed"], **more)

    def capacity(self, day):
        return self.paper("capacity-review", carried_out_on=day, states=["use-forecast-decisions"])

    def log(self, start, end, collected):
        """An extract of the activity log in which nothing happened."""
        self.count += 1
        path = self.inbox / ("log-%d.json" % self.count)
        path.write_text('{"value":[]}')
        (self.inbox / (path.name + ".meta.json")).write_text(json.dumps({
            "format": "bindery-sidecar 1", "source": "S27", "scope": {"kind": "subscription", "ids": [SUBSCRIPTION]}, "exporter": "Ola Lind",
            "collected_at": collected, "describes_from": start, "describes_to": end,
            "request": "GET https://management.azure.com/subscriptions/%s/providers/Microsoft.Insights/eventtypes/management/values"
                       "?api-version=2015-04-01&$filter=eventTimestamp ge '%s' and eventTimestamp le '%s'" %
                       (SUBSCRIPTION, start, end)}))
        return self

    def procedure(self, day, **more):
        return self.paper("access-procedure", approved_on=day, approved_by="Ada Berg", in_force_from=day,
                          states=["approvers-named"], **more)

    def report(self, start, end):
        return self.paper("vendor-report", report=dict(
            vendor="Fabrikam Cloud", report_type="SOC 2 Type 2", auditor="Audit LLP", opinion="unqualified",
            document_id="FC", retrieved_by="Jo Day", retrieved_on="2027-01-10", issued_on="2027-01-09", period_from=start, period_to=end))

    def letter(self, start, end, by="Fabrikam Cloud"):
        return self.paper("vendor-bridge-letter", report=dict(
            vendor="Fabrikam Cloud", issued_by=by, issued_on="2027-01-11", period_from=start, period_to=end))

    def judged(self, as_of=None):
        as_of = as_of or self.as_of
        self.bindery("ingest", "-q")
        self.bindery("assess", "-q", *(["--as-of", as_of] if as_of else []))
        return json.loads((self.folder / "out" / "P" / "assessment.json").read_text())


def instances(assessment, of):
    control = next(one for one in assessment["controls"] if one["id"] == of[0])
    requirement = next(one for one in control["requirements"] if one["req"] == of[1])
    return {one["instance"]: one["outcome"] for one in requirement["instances"]}


def accepted(assessment, of):
    control = next(one for one in assessment["controls"] if one["id"] == of[0])
    requirement = next(one for one in control["requirements"] if one["req"] == of[1])
    return [one["instance"] for one in requirement["instances"] if one.get("accepted")]


def gap(assessment, of):
    control = next(one for one in assessment["controls"] if one["id"] == of[0])
    return next(one for one in control["requirements"] if one["req"] == of[1]).get("longest_gap")


def months(first, last, clean=(), **other):
    """Every month from first to last missing but for those named."""
    out = {}
    year, month = map(int, first.split("-"))
    while "%04d-%02d" % (year, month) <= last:
        name = "%04d-%02d" % (year, month)
        out[name] = "clean" if name in clean else "missing"
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    for name, outcome in other.items():
        out[name[1:].replace("_", "-")] = outcome
    return out


def ii(start, end):
    return {"type": "II", "from": start, "to": end}


CASES = []


def case(function):
    CASES.append(function)
    return function


def same(found, wanted):
    assert found == wanted, "found %s, expected %s" % (found, wanted)


def shown(new, wanted, **how):
    same(instances(new.judged(**how), STORAGE), wanted)


# ---- months: which one a snapshot is of (rules, section 2) ----

@case
def three_months_each_with_a_snapshot(new):
    e = new(ii("2026-01-01", "2026-03-31"))
    for day in "2026-01-31", "2026-02-01", "2026-03-15":
        e.snapshot(day + "T12:00:00Z", True)
    found = e.judged()
    same(instances(found, STORAGE), months("2026-01", "2026-03", ["2026-01", "2026-02", "2026-03"]))
    same(gap(found, STORAGE), None)


@case
def a_month_without_a_snapshot_between_two_is_missing(new):
    e = new(ii("2026-01-01", "2026-03-31")).snapshot("2026-01-15T12:00:00Z", True)
    found = e.snapshot("2026-03-15T12:00:00Z", True).judged()
    same(instances(found, STORAGE), months("2026-01", "2026-03", ["2026-01", "2026-03"]))
    same(gap(found, STORAGE), {"days": 28, "from": "2026-02-01", "to": "2026-02-28"})
    assert "longest gap: 28 days, 2026-02-01 to 2026-02-28" in e.bindery("explain", "6.7.2", "-q")


@case
def the_leap_day_is_of_february_and_months_before_the_first_collection_are_gaps(new):
    e = new(ii("2024-01-01", "2024-12-31")).snapshot("2024-02-29T23:59:59Z", True)
    found = e.judged()
    same(instances(found, STORAGE), months("2024-01", "2024-12", ["2024-02"]))
    same(gap(found, STORAGE), {"days": 306, "from": "2024-03-01", "to": "2024-12-31"})  # 366 less January and February


@case
def a_period_from_leap_day_has_its_one_day_of_february_in_march(new):
    e = new(ii("2024-02-29", "2024-08-28")).snapshot("2024-02-29T12:00:00Z", True)
    shown(e, months("2024-03", "2024-08", ["2024-03"]))


@case
def nine_days_in_front_join_the_month_behind(new):
    e = new(ii("2026-01-23", "2026-06-30")).snapshot("2026-01-25T12:00:00Z", True)
    shown(e, months("2026-02", "2026-06", ["2026-02"]))


@case
def ten_days_in_front_are_a_month_of_their_own(new):
    e = new(ii("2026-01-22", "2026-06-30")).snapshot("2026-01-25T12:00:00Z", True)
    shown(e, months("2026-01", "2026-06", ["2026-01"]))


@case
def nine_days_behind_join_the_month_in_front(new):
    e = new(ii("2026-01-01", "2026-06-09")).snapshot("2026-06-05T12:00:00Z", True)
    shown(e, months("2026-01", "2026-05", ["2026-05"]))


@case
def ten_days_behind_are_a_month_of_their_own(new):
    e = new(ii("2026-01-01", "2026-06-10")).snapshot("2026-06-05T12:00:00Z", True)
    shown(e, months("2026-01", "2026-06", ["2026-06"]))


@case
def twelve_months_over_the_new_year(new):
    e = new(ii("2025-07-01", "2026-06-30")).snapshot("2025-12-31T23:59:59Z", True)
    shown(e.snapshot("2026-01-01T00:00:00Z", True), months("2025-07", "2026-06", ["2025-12", "2026-01"]))


# Each zone at the last second of a month and at the first of the next, where its clocks differ from UTC by: Berlin 2 h
# (put forward on 29 March), New York 4 h, Sydney 11 h (still summer), Kathmandu 5:45, Kiritimati 14 h, Pago Pago -11 h.
ZONES = [("Europe/Berlin", "2026-03-31T21:59:59Z", "2026-03-31T22:00:00Z", "2026-03", "2026-04"),
         ("Europe/Berlin", "2026-02-28T22:59:59Z", "2026-02-28T23:00:00Z", "2026-02", "2026-03"),
         ("America/New_York", "2026-04-01T03:59:59Z", "2026-04-01T04:00:00Z", "2026-03", "2026-04"),
         ("America/New_York", "2026-03-01T04:59:59Z", "2026-03-01T05:00:00Z", "2026-02", "2026-03"),
         ("Australia/Sydney", "2026-03-31T12:59:59Z", "2026-03-31T13:00:00Z", "2026-03", "2026-04"),
         ("Asia/Kathmandu", "2026-01-31T18:14:59Z", "2026-01-31T18:15:00Z", "2026-01", "2026-02"),
         ("Pacific/Kiritimati", "2026-01-31T09:59:59Z", "2026-01-31T10:00:00Z", "2026-01", "2026-02"),
         ("Pacific/Pago_Pago", "2026-02-01T10:59:59Z", "2026-02-01T11:00:00Z", "2026-01", "2026-02")]


def zone_case(zone, last, first, before, after):
    def run(new):
        shown(new(ii("2026-01-01", "2026-06-30"), zone=zone).snapshot(last, True), months("2026-01", "2026-06", [before]))
        shown(new(ii("2026-01-01", "2026-06-30"), zone=zone).snapshot(first, True), months("2026-01", "2026-06", [after]))
    run.__name__ = "the_last_second_of_%s_in_%s_and_the_next_one" % (before, zone)
    CASES.append(run)


for row in ZONES:
    zone_case(*row)


@case
def the_last_second_of_a_period_in_new_york_counts_and_the_next_does_not(new):
    zone = "America/New_York"
    e = new(ii("2026-04-01", "2026-06-30"), zone=zone).snapshot("2026-07-01T03:59:59Z", True)
    shown(e, months("2026-04", "2026-06", ["2026-06"]))
    e = new(ii("2026-04-01", "2026-06-30"), zone=zone).snapshot("2026-07-01T04:00:00Z", True)
    shown(e, months("2026-04", "2026-06"))


@case
def the_running_month_is_not_due_and_becomes_due_with_its_last_day(new):
    e = new(ii("2026-01-01", "2026-06-30"))
    for day in "2026-01-15", "2026-02-15", "2026-03-15":
        e.snapshot(day + "T12:00:00Z", True)
    rest = {"m2026_%02d" % n: "not-due" for n in range(4, 7)}
    shown(e, months("2026-01", "2026-06", ["2026-01", "2026-02"], m2026_03="not-due", **rest), as_of="2026-03-30")
    shown(e, months("2026-01", "2026-06", ["2026-01", "2026-02", "2026-03"], **rest), as_of="2026-03-31")


@case
def a_failing_snapshot_of_a_month_beats_a_later_clean_one(new):
    e = new(ii("2026-01-01", "2026-03-31")).snapshot("2026-01-05T12:00:00Z", False)
    found = e.snapshot("2026-01-25T12:00:00Z", True).judged()
    same(instances(found, STORAGE), months("2026-01", "2026-03", m2026_01="deviation"))
    of_this = [x for x in found["exceptions"] if x["check"] == "storage-secure-transfer"]
    same([(x["first_seen_failing"], x.get("first_seen_clean")) for x in of_this], [("2026-01-05", "2026-01-25")])


@case
def what_fails_again_after_it_was_clean_is_marked_as_repeated(new):
    for first, again in (("2026-01-05", "2026-03-05"), ("2025-12-05", "2026-03-05")):
        e = new(ii("2026-01-01", "2026-03-31")).snapshot(first + "T12:00:00Z", False)
        found = e.snapshot("2026-02-05T12:00:00Z", True).snapshot(again + "T12:00:00Z", False).judged()
        repeats = {x["first_seen_failing"]: x.get("repeats", "")[:34] for x in found["exceptions"]
                   if x["check"] == "storage-secure-transfer"}
        same(repeats[again], "X-storage-secure-transfer-" + first[:8])
        assert repeats.get(first, "") == "", "the first one repeats nothing"


@case
def one_more_page_left_never_passes_and_its_failure_counts(new):
    e = new(ii("2026-01-01", "2026-03-31")).snapshot("2026-01-05T12:00:00Z", True, more="&$skiptoken=2")
    shown(e.snapshot("2026-02-05T12:00:00Z", False, more="&$skiptoken=2"),
          months("2026-01", "2026-03", m2026_01="cannot-tell", m2026_02="deviation"))


@case
def a_time_that_is_only_the_file_s_own_never_passes(new):
    e = new(ii("2026-01-01", "2026-03-31")).snapshot("2026-01-05T12:00:00Z", True, dated=False)
    shown(e, months("2026-01", "2026-03", m2026_01="cannot-tell"))


@case
def what_is_taken_after_the_as_of_day_judges_nothing(new):
    e = new(ii("2026-01-01", "2026-03-31")).snapshot("2026-01-05T12:00:00Z", True).snapshot("2026-01-31T23:00:00Z", False)
    shown(e, {"2026-01": "not-due", "2026-02": "not-due", "2026-03": "not-due"}, as_of="2026-01-30")
    shown(e, {"2026-01": "deviation", "2026-02": "not-due", "2026-03": "not-due"}, as_of="2026-01-31")


# ---- type I: at most three days before the day ----

@case
def type_i_takes_the_third_day_before_from_its_first_second(new):
    day = {"type": "I", "as_of": "2026-06-30"}
    e = new(day, zone="Europe/Berlin").snapshot("2026-06-26T22:00:00Z", True)
    same(instances(e.judged(), STORAGE), {"2026-06-30": "clean"})
    e = new(day, zone="Europe/Berlin").snapshot("2026-06-26T21:59:59Z", True)
    assert "clean" not in instances(e.judged(), STORAGE).values(), "four days before"


# ---- quarters: at most thirty days late, never after the period ----

def quarters(new, wanted, *days, period=None, taken=None):
    e = new(period or ii("2026-01-01", "2026-12-31"))
    for day in days:
        e.inventory(day)
    found = e.judged()
    same(instances(found, QUARTER), wanted)
    if taken is not None:
        same(accepted(found, QUARTER), taken)


@case
def thirty_days_late_is_the_quarter_before_and_leaves_its_own_open(new):
    quarters(new, {"2026-Q1": "clean", "2026-Q2": "missing", "2026-Q3": "missing", "2026-Q4": "missing"}, "2026-04-30",
             taken=["2026-Q1"])


@case
def thirty_one_days_late_is_of_its_own_quarter(new):
    quarters(new, {"2026-Q1": "missing", "2026-Q2": "clean", "2026-Q3": "missing", "2026-Q4": "missing"}, "2026-05-01")


@case
def two_in_april_are_the_first_quarter_and_the_second(new):
    quarters(new, {"2026-Q1": "clean", "2026-Q2": "clean", "2026-Q3": "missing", "2026-Q4": "missing"},
             "2026-04-20", "2026-04-10")


@case
def the_last_quarter_is_not_held_after_the_period(new):
    quarters(new, {"2026-Q1": "missing", "2026-Q2": "missing", "2026-Q3": "missing", "2026-Q4": "missing"}, "2027-01-01")
    quarters(new, {"2026-Q1": "missing", "2026-Q2": "missing", "2026-Q3": "missing", "2026-Q4": "clean"}, "2026-12-31")


@case
def quarters_are_clipped_to_the_period_and_seven_days_join(new):
    quarters(new, {"2026-Q1": "clean", "2026-Q2": "missing", "2026-Q3": "missing"}, "2026-02-15",
             period=ii("2026-02-15", "2026-08-14"))
    quarters(new, {"2026-Q2": "clean"}, "2026-03-26", period=ii("2026-03-25", "2026-06-30"))
    quarters(new, {"2025-Q4": "missing", "2026-Q1": "clean"}, "2026-01-31", period=ii("2025-11-01", "2026-01-31"))


@case
def an_occurrence_of_before_the_period_is_of_no_quarter_of_it(new):
    quarters(new, {"2026-Q1": "missing", "2026-Q2": "missing", "2026-Q3": "missing", "2026-Q4": "missing"}, "2025-12-31")


@case
def without_sign_off_nothing_is_held(new):
    e = new(ii("2026-01-01", "2026-03-31")).inventory("2026-02-01", signed=False)
    same(instances(e.judged(), QUARTER), {"2026-Q1": "cannot-tell"})


# ---- a year: the twelve calendar months before the end, and thirty days ----

def yearly(new, period, good, bad):
    for day, wanted in [(day, True) for day in good] + [(day, False) for day in bad]:
        found = new(period).procedure(day).judged()
        assert (len(accepted(found, YEAR)) == 1) == wanted, "approved on %s: %s" % (day, instances(found, YEAR))


@case
def a_year_of_twelve_months_and_thirty_days(new):
    yearly(new, ii("2026-01-01", "2026-12-31"), ["2026-12-31", "2026-01-01", "2025-12-02"], ["2025-12-01", "2027-01-01"])


@case
def a_year_before_the_end_of_half_a_year(new):
    yearly(new, ii("2026-01-01", "2026-06-30"), ["2025-07-01", "2025-06-01"], ["2025-05-31"])


@case
def a_year_that_ends_on_leap_day(new):
    # the end is 1 March 2024: twelve calendar months before are from 1 March 2023, thirty days more from 30 January
    yearly(new, ii("2023-09-01", "2024-02-29"), ["2023-03-01", "2023-01-30"], ["2023-01-29"])


# ---- a year of each frequency: a letter for each month or quarter; c clean, . missing, ? cannot tell, n no occurrence ----

LETTERS = {"clean": "c", "missing": ".", "cannot-tell": "?", "no-occurrence": "n", "deviation": "d"}


def letters(found, of):
    return "".join(LETTERS[outcome] for _, outcome in sorted(instances(found, of).items()))


def table(name, of, rows, put):
    def run(new):
        for days, wanted in rows:
            e = new(ii("2026-01-01", "2026-12-31"))
            for day in days.split():
                put(e, day)
            found = letters(e.judged(), of)
            assert found == wanted, "%s gives %s, expected %s" % (days, found, wanted)
    run.__name__ = name
    CASES.append(run)


# Fourteen days late are of the month before, if that has none; two of one month never fill the month behind.
table("a_year_of_monthly_reviews", MONTH, [
    (" ".join("2026-%02d-20" % month for month in range(1, 13)), "cccccccccccc"),
    ("2026-02-14", "c..........."), ("2026-02-15", ".c.........."), ("2026-02-01 2026-02-14", "cc.........."),
    ("2026-01-05 2026-01-31", "c..........."), ("2026-03-01", ".c.........."), ("2026-12-31", "...........c"),
    ("2025-12-31 2027-01-01", "............"), ("2026-06-30 2026-07-14 2026-07-15", ".....cc.....")],
      lambda e, day: e.capacity(day))

# A day of a snapshot is of its own month and of no other.
table("a_year_of_snapshots", STORAGE, [
    (" ".join("2026-%02d-28" % month for month in range(1, 13)), "cccccccccccc"), ("", "............"),
    ("2026-01-01 2026-02-28 2026-12-31", "cc.........c"), ("2025-12-31 2027-01-01", "............")],
      lambda e, day: e.snapshot(day + "T23:59:59Z", True))

table("a_year_of_quarterly_inventories", QUARTER, [
    ("2026-03-31 2026-06-30 2026-09-30 2026-12-31", "cccc"), ("2026-04-30 2026-07-30 2026-10-30", "ccc."),
    ("2026-05-01 2026-07-31 2026-10-31", ".ccc"), ("2026-01-10 2026-01-20", "c..."), ("", "....")],
      lambda e, day: e.inventory(day))

table("a_year_of_one_procedure", YEAR, [
    ("2026-06-15", "c"), ("2026-01-01", "c"), ("2025-12-02", "c"), ("2025-12-01", "."), ("2027-01-01", "."), ("", ".")],
      lambda e, day: e.procedure(day))


def extract(e, words):
    start, end, collected = (one + "T00:00:00Z" if len(one) == 10 else one for one in words.split(".."))
    e.log(start, end, collected)


# Days older than ninety when the extract was made are not described; extracts touch or overlap, or leave a hole.
table("a_year_of_events", EVENTS, [
    ("2026-01-01..2026-04-01..2026-04-01 2026-04-01..2026-06-30..2026-06-30 2026-06-30..2026-09-28..2026-09-28 "
     "2026-09-28..2026-12-27..2026-12-27 2026-12-27..2027-01-01..2027-01-01", "nnnnnnnnnnnn"),
    ("2026-01-01..2026-04-01..2026-04-02", "?nn........."),       # the first day of January is ninety-one days old
    ("2026-01-01..2026-02-10..2026-02-11 2026-02-10..2026-03-01..2026-03-02", "nn.........."),
    ("2026-01-01..2026-02-10..2026-02-11 2026-02-11..2026-03-01..2026-03-02", "n?.........."),
    ("2026-01-01..2026-02-20..2026-02-21 2026-01-15..2026-03-01..2026-03-02", "nn.........."),
    ("2026-02-02..2026-03-01..2026-03-02", ".?.........."), ("", "............")],
      lambda e, words: extract(e, words))


# ---- vendors: 92 days, and who bridges them ----

def vendor(new, wanted, reports, letters=()):
    e = new(ii("2026-01-01", "2026-06-30"))
    e.edit(lambda d: d.update(vendors=[{"name": "Fabrikam Cloud", "service": "Hosting", "method": "carve-out"}]))
    for one in reports:
        e.report(*one)
    for one in letters:
        e.letter(*one)
    found = e.judged(as_of="2027-02-01")["vendors"][0]
    same([found["finding"], found["open_days"]], wanted)


@case
def ninety_two_days_are_bridged_and_ninety_three_are_not(new):
    vendor(new, [False, 0], [("2025-04-01", "2026-03-30")], [("2026-03-31", "2026-06-30")])
    vendor(new, [True, 93], [("2025-04-01", "2026-03-29")], [("2026-03-30", "2026-06-30")])


@case
def a_letter_that_leaves_a_day_leaves_a_finding(new):
    vendor(new, [True, 1], [("2025-04-01", "2026-03-30")], [("2026-03-31", "2026-06-29")])
    vendor(new, [True, 1], [("2025-04-01", "2026-03-30")], [("2026-04-01", "2026-06-30")])


@case
def a_letter_of_the_client_bridges_nothing(new):
    vendor(new, [True, 92], [("2025-04-01", "2026-03-30")], [("2026-03-31", "2026-06-30", "Acme")])


@case
def a_day_before_the_report_needs_the_earlier_report(new):
    vendor(new, [True, 1], [("2026-01-02", "2026-12-31")], [("2025-12-01", "2026-01-01")])
    vendor(new, [False, 0], [("2026-01-02", "2026-12-31"), ("2025-01-02", "2026-01-01")])


@case
def a_day_between_two_reports_is_a_finding(new):
    vendor(new, [True, 1], [("2025-01-01", "2026-02-27"), ("2026-03-01", "2026-12-31")])


# ---- acts ----

@case
def a_waiver_holds_to_the_end_of_its_last_day_and_changes_no_verdict(new):
    e = new(ii("2026-01-01", "2026-03-31"), now="2026-04-05T06:00:00Z").snapshot("2026-03-05T12:00:00Z", False)
    x = next(x for x in e.judged(as_of="2026-04-05")["exceptions"] if x["check"] == "storage-secure-transfer")
    e.bindery("waiver", "add", x["id"], "-q", "--by", "Ada Berg", "--role", "CISO", "--reason", "moves in May",
              "--until", "2026-04-20")
    seen = []
    for day in "2026-04-20", "2026-04-21":
        found = e.judged(as_of=day)
        one = next(y for y in found["exceptions"] if y["id"] == x["id"])
        same(instances(found, STORAGE)["2026-03"], "deviation")
        same(one["state"] == "closed", False)
        seen.append(one["waived"])
    same(seen, [True, False])


@case
def evidence_that_is_withdrawn_leaves_its_failure_and_takes_its_pass(new):
    e = new(ii("2026-01-01", "2026-03-31")).snapshot("2026-01-05T12:00:00Z", True).snapshot("2026-02-05T12:00:00Z", False)
    found = e.judged()
    for item in found["evidence"]:
        if item["path"].startswith("storage") and not item["path"].endswith(".meta.json"):
            e.bindery("withdraw", item["id"], "-q", "--by", "Ada Berg", "--reason", "taken of another tenant")
    after = instances(e.judged(), STORAGE)
    same(after["2026-02"], "deviation")
    assert after["2026-01"] in ("missing", "cannot-tell"), after


def main():
    binary, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    failed = 0
    for number, one in enumerate(CASES):
        if sys.argv[3:] and sys.argv[3] not in one.__name__:
            continue
        made = []

        def new(period, **how):
            made.append(Engagement(binary, folder / ("%s-%d" % (number, len(made))), period, **how))
            return made[-1]
        try:
            one(new)
            print("pass %s" % one.__name__)
        except (AssertionError, KeyError, StopIteration) as problem:
            failed += 1
            print("FAIL %s: %s %s" % (one.__name__, type(problem).__name__, problem))
    print("%d cases, %d failed" % (len(CASES), failed))
    sys.exit(bool(failed))


main()
