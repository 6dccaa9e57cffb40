#include "cli_priv.h"

const cli_option cli_options[] = {
    {OPT_DIR, "--directory", "-C", "DIR", false, "engagement folder (default: the current one)",
     "Work on the engagement in DIR instead of the current folder.", "bindery -C acme status",
     "0.1", "*"},
    {OPT_PERIOD, "--period", NULL, "ID", false, "audit period of bindery.json",
     "The period to work on. Without it: the only one, else the one that holds today, else the "
     "last that ended; which one was taken is said. For 'init' it is ID=FROM..TO, or ID=DAY for "
     "type I, and may be repeated.",
     "bindery run --period 2026-H1", "0.1",
     " assess merge render package run status explain sign review ingest policy eval exception list "
     "exception respond exception close waiver add na withdraw seal "},
    {OPT_NEW_PERIOD, "--period", NULL, "ID=FROM..TO", true, "a period of the new engagement",
     "Adds a period to the new bindery.json; both days count. Repeat it for more than one.",
     "bindery init acme --period 2026-H1=2026-01-01..2026-06-30", "0.1", " init "},
    {OPT_NEXT_PERIOD, "--next-period", NULL, "ID=FROM..TO", false,
     "copy the set-up of the engagement in -C DIR to a new period",
     "Makes the new engagement from the one in -C DIR (default: the current folder): organisation, scope, people, "
     "owners, vendors, column maps, the own catalog and the periods, with this one added; facts with their "
     "approvals, flagged to be approved again. Evidence, exclusions and keys are never copied. ID=DAY for type I.",
     "bindery -C acme init acme-h2 --next-period 2026-H2=2026-07-01..2026-12-31", "0.1", " init "},
    {OPT_AS_OF, "--as-of", NULL, "DATE", false, "judge as of the end of DATE",
     "The instant that bounds what is due and which evidence counts: local midnight after DATE. "
     "Without it SOURCE_DATE_EPOCH, else the earlier of now and the period's end.",
     "bindery run --as-of 2026-03-31", "0.1",
     " assess merge render package run status explain policy eval "},
    {OPT_JSON, "--json", NULL, NULL, false, "print the result as JSON",
     "Prints one canonical JSON object on standard output and nothing else there.",
     "bindery verify --json pack.zip", "0.1", "*"},
    {OPT_QUIET, "--quiet", "-q", NULL, false, "no progress, no notes",
     "Leaves out progress and notes on standard error; warnings, refusals and errors stay.",
     "bindery run --quiet", "0.1", "*"},
    {OPT_OFFLINE, "--offline", NULL, NULL, false, "never use the network",
     "Forbids every network connection: no time-stamp is asked for, no revocation data fetched. A key "
     "in Azure Key Vault cannot sign then.",
     "bindery run --offline", "0.1", "*"},
    {OPT_JOBS, "--jobs", "-j", "N", false, "worker threads, 1 to 64 (default: processors)",
     "How many threads read and compress. The outputs are the same bytes for every N.",
     "bindery run --jobs 2", "0.1", "*"},
    {OPT_MEMORY, "--memory", NULL, "SIZE", false, "end with 5 rather than hold more than SIZE (default: no bound)",
     "A budget for all memory of the program and its libraries, in bytes or with K, M or G: before it would be passed "
     "the command ends with one sentence and 5, and nothing is committed. What is beyond 1 MiB of a list lies in "
     "files of the temporary folder (TMPDIR) and does not count; readers of workbooks, XML and answers of "
     "authorities have bounds of their own.",
     "bindery run --memory 256M", "0.1", "*"},
    {OPT_HELP, "--help", "-h", NULL, false, "help of a command, with one worked example",
     "Prints what a command does, its options and one worked example.", "bindery verify -h", "0.1",
     "*"},
    {OPT_VERSION, "--version", NULL, NULL, false, "print the version",
     "Prints the version and ends.", "bindery --version", "0.1", "*"},
    {OPT_BUILD_INFO, "--build-info", NULL, NULL, false, "with --version: libraries and catalog",
     "Adds the sources' hash and the versions of the libraries in use (same versions, same bytes), and behind which "
     "walls files from elsewhere are read on this machine.",
     "bindery --version --build-info", "0.1", "*"},
    {OPT_ORGANISATION, "--organisation", NULL, "NAME", false, "name of the organisation",
     "The name that the cover prints. Default: the folder's name.",
     "bindery init acme --organisation 'Acme GmbH'", "0.1", " init "},
    {OPT_TYPE, "--type", NULL, "I|II", false,
     "type of the report the period prepares (default: II)",
     "Type II judges every instance of the period; type I judges one day.",
     "bindery init acme --type I", "0.1", " init "},
    {OPT_CATEGORY, "--category", NULL, "NAME", true, "category in scope (default: Security)",
     "Security, Availability, Confidentiality, 'Processing Integrity' or Privacy. Repeat it for "
     "more than one.",
     "bindery init acme --category Security --category Availability", "0.1", " init "},
    {OPT_SUBSCRIPTION, "--subscription", NULL, "ID", true,
     "subscription in scope (default: all the evidence shows)",
     "The subscription's GUID. Without any, every subscription that the evidence shows is in "
     "scope.",
     "bindery init acme --subscription 11111111-2222-3333-4444-555555555555", "0.1", " init "},
    {OPT_TIMEZONE, "--timezone", NULL, "ZONE", false, "IANA time zone of the period (default: UTC)",
     "Days begin and end at midnight in this zone.", "bindery init acme --timezone Europe/Berlin",
     "0.1", " init "},
    {OPT_COLLECTED_AT, "--collected-at", NULL, "INSTANT", false, "when the files were exported",
     "Dates every file of this call: an instant with offset. It counts more than a sidecar and "
     "more than the file's time.",
     "bindery ingest --collected-at 2026-01-15T06:00:00Z export.json", "0.1", " ingest "},
    {OPT_REHASH, "--rehash", NULL, NULL, false, "read every file again",
     "Reads files again although path, size and times say that nothing changed.",
     "bindery ingest --rehash", "0.1", " ingest run "},
    {OPT_NO_CACHE, "--no-cache", NULL, NULL, false, "read all evidence and make all outputs again",
     "Reads, judges, draws, signs and packs also where nothing changed since the outputs were made, takes nothing "
     "of what earlier runs kept in locker/derived/ and keeps it anew. The outputs are the same bytes. Without it "
     "only new evidence is read, and outputs that still follow from evidence, catalog, bindery.json, options and "
     "versions, and have the bytes that they had, stand as they are.",
     "bindery run --no-cache", "0.1", " run assess "},
    {OPT_STRICT, "--strict", NULL, NULL, false, "exit 3 when any file was refused",
     "A run that made its outputs ends 0 and lists what it refused; with --strict it ends 3. For "
     "'policy eval': also when a member of an initiative is unsupported or absent.",
     "bindery run --strict", "0.1", " ingest run policy eval "},
    {OPT_UNSIGNED, "--unsigned", NULL, NULL, false, "do not sign; the cover says so",
     "Renders the binder without a signature; its cover says 'unsigned'.",
     "bindery render binder --unsigned", "0.1", " render "},
    {OPT_SIGN_LATER, "--sign-later", NULL, NULL, false,
     "do not sign yet; the cover names the signer",
     "Renders a binder that 'bindery sign' signs: its cover names the certificate, its signature "
     "is still missing.",
     "bindery render binder --sign-later", "0.1", " render "},
    {OPT_EDITION, "--edition", NULL, "NAME", false, "edition of the package (auditor)",
     "Which edition to make. This version makes the auditor's.",
     "bindery package --edition auditor", "0.1", " package "},
    {OPT_TRUST, "--trust", NULL, "FILE.pem", false, "certificates that you trust",
     "A file of certificates in PEM form: the signer's own, or the authority that issued it. Trust "
     "never comes from the package. Default: trust.pem in the user's configuration folder, "
     "bindery/.",
     "bindery verify --trust ca.pem pack.zip", "0.1", " verify diff locker check "},
    {OPT_CRL, "--crl", NULL, "FILE", true, "a revocation list or OCSP response to judge by",
     "A CRL (DER or PEM) or an OCSP response, besides those in the file: a signer or time-stamp authority that it "
     "calls revoked is not trusted. Repeat it for more than one. Nothing is fetched.",
     "bindery verify --trust root.pem --crl ca.crl binder.pdf", "0.1", " verify "},
    {OPT_AT, "--at", NULL, "DATE", false, "when certificates must hold, without a time-stamp",
     "A day (its first instant in UTC) or an instant with offset at which the signer's chain must be valid. A trusted "
     "time-stamp goes before it. Without either no clock enters: an expired certificate still shows who signed.",
     "bindery verify --trust root.pem --at 2026-07-15 binder.pdf", "0.1", " verify "},
    {OPT_OUTPUT, "--output", "-o", "FILE", false, "the new file (default: FILE.archived.pdf)",
     "Where the archived binder is written; a file that is there is never overwritten.",
     "bindery archive --output binder-lta.pdf binder.pdf", "0.1", " archive "},
    {OPT_TSA, "--tsa", NULL, "URL", false, "ask this authority for time-stamps",
     "A time-stamp authority (RFC 3161 over HTTP) instead of 'signing.tsa' in bindery.json. One that fails is asked "
     "again, then said; the signatures are made without it.",
     "bindery run --tsa http://timestamp.example.com/tsr", "0.1", " run render package sign archive seal "},
    {OPT_REQUIRE_TIMESTAMP, "--require-timestamp", NULL, NULL, false,
     "refuse a signature without a trusted time-stamp",
     "A missing time-stamp is said; with this option it is also refused (exit 6), and so is one of an authority "
     "that --trust does not vouch for.",
     "bindery verify --require-timestamp pack.zip", "0.1", " verify "},
    {OPT_REPERFORM, "--reperform", NULL, NULL, false,
     "judge again from the package and compare everything",
     "Judges again from the evidence, catalog and engagement of the package, makes its files and "
     "its binder once more, and says what comes out otherwise: each verdict, count, state, score "
     "and printed figure. By the same version every byte must be the same, and a difference is exit 1. A package of "
     "another version is compared by what was judged; what this version judges otherwise is named and is exit 6, for "
     "only the version that made the package can say which of the two is the reason.",
     "bindery verify --reperform pack.zip", "0.1", " verify "},
    {OPT_EXPECT_TENANT, "--expect-tenant", NULL, "GUID", false, "refuse a package of another tenant",
     "The tenant that the package must be of; another one is exit 1.",
     "bindery verify --expect-tenant 8f0c1b2e-5a1d-4c7e-9f63-2b7f0d9e4a11 pack.zip", "0.1",
     " verify "},
    {OPT_EXPECT_PERIOD, "--expect-period", NULL, "ID", false, "refuse a package of another period",
     "The id of the period that the package must be of; another one is exit 1.",
     "bindery verify --expect-period 2026-H1 pack.zip", "0.1", " verify "},
    {OPT_PREVIOUS, "--previous", NULL, "FILE.zip", false, "the package must name this one as the one before it",
     "Each package names the one before it by the SHA-256 of its SHA256SUMS. This is that package: it is verified, "
     "too, by the same trust; one that is not whole, or is another one than the package names, is exit 1, and so is a "
     "journal that does not go on from that package's.",
     "bindery verify --previous 2025-H2.zip 2026-H1.zip", "0.1", " verify "},
    {OPT_BY, "--by", NULL, "NAME", false, "who signs off",
     "The person's name, as it is to be printed.",
     "bindery review E-0007 --by 'Ada Berg' --role 'Internal Audit' --checked 'rows against HR'",
     "0.1", " review withdraw exception respond exception close waiver add na sample "},
    {OPT_ROLE, "--role", NULL, "ROLE", false, "in which role",
     "The person's role at the time of signing.",
     "bindery review E-0007 --by 'Ada Berg' --role 'Internal Audit' --checked 'rows against HR'",
     "0.1", " review exception respond exception close waiver add na "},
    {OPT_CHECKED, "--checked", NULL, "TEXT", false, "what was checked",
     "What the person did to be sure of it; printed beside the name.",
     "bindery review E-0007 --by 'Ada Berg' --role 'Internal Audit' --checked 'rows against HR'",
     "0.1", " review exception close "},
    {OPT_CAUSE, "--cause", NULL, "TEXT", false, "why it happened",
     "What led to the exception, in the owner's words.",
     "bindery exception respond X-nsg-admin-ports-2026-03-15-af0d2b31 --by 'Ola Lind' --role "
     "'Cloud Admin' --cause 'rule left from a migration' --response 'rule removed, policy denies "
     "it now'",
     "0.1", " exception respond "},
    {OPT_EFFECT, "--effect", NULL, "TEXT", false, "what came of it",
     "What the exception led to, as far as it is known.",
     "bindery exception respond X-nsg-admin-ports-2026-03-15-af0d2b31 --by 'Ola Lind' --role "
     "'Cloud Admin' --cause 'rule left from a migration' --effect 'no sign-in from outside' "
     "--response 'rule removed'",
     "0.1", " exception respond "},
    {OPT_RESPONSE, "--response", NULL, "TEXT", false, "what was or will be done",
     "What the owner did or will do; printed in the binder as management's words.",
     "bindery exception respond X-nsg-admin-ports-2026-03-15-af0d2b31 --by 'Ola Lind' --role "
     "'Cloud Admin' --cause 'rule left from a migration' --response 'rule removed'",
     "0.1", " exception respond "},
    {OPT_DUE, "--due", NULL, "DATE", false, "by when it will be done",
     "The last day by which the response is carried out.",
     "bindery exception respond X-nsg-admin-ports-2026-03-15-af0d2b31 --by 'Ola Lind' --role "
     "'Cloud Admin' --cause 'rule left' --response 'rule will be removed' --due 2026-07-31",
     "0.1", " exception respond "},
    {OPT_REASON, "--reason", NULL, "TEXT", false, "why it is so",
     "The reason, as it is to be printed.",
     "bindery na 4.5 --by 'Ola Lind' --role CISO --reviewer 'Ada Berg' --reason 'no Azure roles "
     "are assigned in this system'",
     "0.1", " waiver add na sample withdraw seal "},
    {OPT_UNTIL, "--until", NULL, "DATE", false, "the last day it holds",
     "The last day on which the waiver holds; from then on it counts as absent.",
     "bindery waiver add X-tls-storage-2026-03-15-175ede85 --by 'Ada Berg' --role CISO --reason "
     "'old clients until the move' --until 2026-12-31",
     "0.1", " waiver add "},
    {OPT_REVIEWER, "--reviewer", NULL, "NAME", false, "who reviewed it: another person",
     "The second person who stands for the statement.",
     "bindery na 4.5 --by 'Ola Lind' --role CISO --reviewer 'Ada Berg' --reason 'no Azure roles "
     "are assigned in this system'",
     "0.1", " na "},
    {OPT_AS, "--as", NULL, "preparer|reviewer", false,
     "sign as preparer or reviewer (default: reviewer)",
     "Handed-in evidence needs both, and they must differ.",
     "bindery review E-0007 --as preparer --by 'Ola Lind' --role HR --checked 'exported from HR'",
     "0.1", " review "},
    {OPT_OWNER, "--owner", NULL, "NAME", false, "only controls of this owner",
     "Lists the controls of one owner, written as in the list, ours among them, each with the reason for its "
     "state.",
     "bindery status --owner 'Cloud Admin'", "0.1", " status "},
    {OPT_CRITERION, "--criterion", NULL, "ID", false, "only controls that serve this criterion",
     "Lists the controls that serve one criterion, ours among them.",
     "bindery status --criterion CC6.1", "0.1", " status "},
    {OPT_STATE, "--state", NULL, "STATE", false, "only controls in this state",
     "complete, in-progress, not-started, not-applicable, not-yet-due, or the mark itself; "
     "'exception' lists what has the flag '!'.",
     "bindery status --state '[~]'", "0.1", " status "},
    {OPT_FAIL_UNDER, "--fail-under", NULL, "SCORE=PERCENT", true,
     "exit 1 when READY, COVER or FRESH is below",
     "Ends 1, with a sentence, when the score is below the percentage; everything is written all "
     "the same. SCORE is READY, COVER or FRESH; the exact share decides, not the rounded one. "
     "Repeat it for more than one.",
     "bindery run --fail-under READY=80 --fail-under FRESH=99.5", "0.1",
     " run assess merge render status "},
    {OPT_ALL, "--all", NULL, NULL, false, "our own controls besides the checklist",
     "Lists Bindery's own controls in scope after the 67 of the checklist.", "bindery status --all",
     "0.1", " status "},
    {OPT_PARAMETERS, "--parameters", NULL, "FILE.json", false,
     "values of the assignment instead of defaults",
     "A policy assignment, or an object of parameters as an assignment has it: "
     "{\"name\":{\"value\":...}}. What it does not name keeps its default.",
     "bindery -C acme policy eval baseline.json definitions/ --parameters assignment.json", "0.1",
     " policy eval "},
    {OPT_FREEZE, "--freeze", NULL, NULL, false, "freeze the population: count and hash of its items",
     "Writes the items of the period, sorted by their keys, with count and SHA-256, and notes them "
     "in the journal. Comes before any seed. A population that changed since is frozen anew.",
     "bindery sample 6.3.1 --freeze", "0.1", " sample "},
    {OPT_POPULATION, "--population", NULL, "NAME", false, "which, where a control has several",
     "The name or the id of a population, as 'bindery sample CONTROL' lists them.",
     "bindery sample 6.3.1 --population leavers --freeze", "0.1", " sample "},
    {OPT_SEED, "--seed", NULL, "TEXT", false, "draw with a seed taken after the freeze",
     "From the auditor or a public beacon. A seed that stands in the journal before the freeze, or "
     "that begins with a time before it, is refused.",
     "bindery sample 6.3.1 --population leavers --seed 2026-10-05T06:00:00Z/auditor-7319", "0.1",
     " sample "},
    {OPT_SIZE, "--size", NULL, "N", false, "how many to draw (default: by the catalog's table)",
     "At most 1,000. Half as many more, rounded up, stand by as replacements.",
     "bindery sample 6.3.1 --population leavers --seed 7319 --size 8", "0.1", " sample "},
    {OPT_STRATA, "--strata", NULL, "month|subscription", false, "draw inside each of these",
     "Each stratum gives its share of the size, rounded up.",
     "bindery sample 6.3.1 --population leavers --seed 7319 --strata month", "0.1", " sample "},
    {OPT_AGAIN, "--again", NULL, NULL, false, "draw once more over the same freeze",
     "Needs --reason and --by. Both draws stay in the journal.",
     "bindery sample 6.3.1 --population leavers --seed 4711 --again --reason 'the auditor wants ten' "
     "--size 10 --by 'Ada Berg'",
     "0.1", " sample "},
    {OPT_REPLACE, "--replace", NULL, "KEY", false, "replace an item of the sample",
     "The next one in order stands for it. Needs --reason and --by; what has a result is not "
     "replaced.",
     "bindery sample 6.3.1 --population leavers --replace L-010 --reason 'entered twice' --by 'Ada "
     "Berg'",
     "0.1", " sample "},
    {OPT_ITEMS, "--items", NULL, "FILE.csv", false, "take the auditor's own selection",
     "A CSV with the column item_key. Each item gets a folder with its evidence; what is not in the "
     "population is said and kept as unmatched.",
     "bindery sample 6.3.1 --population leavers --items selection.csv", "0.1", " sample "},
    {OPT_RESULTS, "--results", NULL, "FILE.csv", false, "take in what testers found",
     "A CSV with item_key, result ('no deviation' or 'deviation'), note, tester and tested_on. A "
     "deviation keeps the control from being complete; nothing in it improves a state.",
     "bindery sample 6.3.1 --population leavers --results tested.csv", "0.1", " sample "},
    {OPT_CHECKPOINT, "--checkpoint", NULL, "FILE", false, "the journal must go on from this checkpoint",
     "The three lines that 'bindery seal' gave: verify ends 1 (ALTERED) when the package's journal had "
     "another head at that size or is shorter; 'locker prove' proves against its head.",
     "bindery verify --checkpoint checkpoint.txt pack.zip", "0.1", " verify locker prove "},
    {OPT_CONSISTENCY, "--consistency", NULL, "FILE", false, "prove that the journal goes on from a checkpoint",
     "Prints the hashes that lead from the checkpoint's head to today's; ends 1 when they do not.",
     "bindery -C acme locker prove --consistency checkpoint.txt", "0.1", " locker prove "},
    {OPT_APPLY, "--apply", NULL, NULL, false, "remove what is listed", "Without it nothing is removed.",
     "bindery -C acme locker gc --apply", "0.1", " locker gc "},
    {OPT_SHARD, "--shard", NULL, "I/N", false, "scan one of N parts alone, for 'bindery merge'",
     "I counts from 0 to N-1. An object belongs to the shard that the first 8 bytes of its SHA-256 give, modulo N. "
     "Writes what was found in the objects of this shard to --out and judges nothing; needs --as-of before the "
     "period has ended. Many machines can do one shard each over a locker that they can read.",
     "bindery -C acme assess --shard 0/4 --as-of 2026-06-30 --out part-0", "0.1", " assess "},
    {OPT_OUT, "--out", NULL, "FILE", false, "where the part of a shard goes",
     "With --shard. The file appears whole or not at all.",
     "bindery -C acme assess --shard 0/4 --as-of 2026-06-30 --out part-0", "0.1", " assess "},
    {OPT_MAN, "--man", NULL, NULL, false, "print the manual page",
     "Prints the whole manual as a man page.", "bindery help --man | man -l -", "0.1", " help "},
};
const size_t cli_option_count = BD_COUNT(cli_options);

bool cli_takes(const cli_verb *verb, const cli_option *option) {
    if (option->verbs[0] == '*') {
        return true;
    }
    if (verb == NULL) {
        return false;
    }
    char word[40];
    snprintf(word, sizeof word, " %s ", verb->name);
    return bd_str_find(bd_str_of(option->verbs), bd_str_of(word)) >= 0;
}
