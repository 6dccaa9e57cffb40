#include "bindery/package.h"

#include "package_priv.h"

/* Every line that begins with four spaces is a command and is run as it stands by the tests. */
static const char signed_text[] =
    "3. The signature over the list. /path/to/trusted.pem is the signer's certificate, or that of\n"
    "   the authority that issued it. Get it from the sender in another way than this package:\n"
    "   90_INTEGRITY/signer.pem only says who claims to have signed.\n"
    "\n"
    "    openssl cms -verify -binary -inform DER -in 90_INTEGRITY/SHA256SUMS.p7s -content "
    "90_INTEGRITY/SHA256SUMS -CAfile /path/to/trusted.pem -out /dev/null\n"
    "\n"
    "   Expect: CMS Verification successful (OpenSSL 3 says so in these words, OpenSSL 1.1 says\n"
    "   Verification successful), and exit status 0. If the trusted certificate is not "
    "self-signed,\n"
    "   add -partial_chain. If the signer's certificate has expired since, add -attime and a "
    "moment\n"
    "   at which it was valid, in seconds since 1970.\n"
    "\n"
    "   The fingerprint (SHA-256) of the signer's certificate that this package was made for:\n"
    "\n"
    "       %.*s\n"
    "\n"
    "   Compare it with that of the certificate in the signature:\n"
    "\n"
    "    openssl pkcs7 -inform DER -in 90_INTEGRITY/SHA256SUMS.p7s -print_certs | openssl x509 "
    "-noout "
    "-fingerprint -sha256\n"
    "\n"
    "4. The binder.\n"
    "\n"
    "    pdfsig 00_START-HERE/binder.pdf\n"
    "\n"
    "   Expect: Signature is Valid, and Total document signed. (That pdfsig does not know the\n"
    "   issuer says nothing against it: trust was settled in step 3.)\n";

static const char unsigned_text[] =
    "3. This package is NOT signed. Steps 1 and 2 show that it is whole, not who made it.\n"
    "\n"
    "4. The binder is not signed either.\n";

static const char frame_text[] =
    "HOW TO CHECK THIS PACKAGE WITHOUT BINDERY\n"
    "\n"
    "Package   %.*s\n"
    "Of        %.*s, %.*s edition, period %.*s to %.*s\n"
    "\n"
    "You need unzip, sha256sum (GNU coreutils), openssl and pdfsig (poppler-utils), which every\n"
    "Linux distribution has. Nothing here needs a network. Any exit status but 0 is a failure.\n"
    "\n"
    "1. The container, in the folder that holds the zip.\n"
    "\n"
    "    unzip -tqq %.*s.zip\n"
    "\n"
    "   Expect: no output and exit status 0.\n"
    "\n"
    "2. Unpack it, and compare every file with the list.\n"
    "\n"
    "    unzip -qq %.*s.zip\n"
    "    cd %.*s\n"
    "    sha256sum -c --strict --quiet 90_INTEGRITY/SHA256SUMS\n"
    "\n"
    "   Expect: no output and exit status 0. The list is complete when this finds no difference:\n"
    "\n"
    "    find . -type f ! -name 'SHA256SUMS*' | cut -c 3- | LC_ALL=C sort > ../files.txt\n"
    "    cut -c 67- 90_INTEGRITY/SHA256SUMS | diff - ../files.txt\n"
    "\n"
    "%.*s"
    "\n"
    "5. Binder and manifest name each other: the binder prints the SHA-256 of the manifest.\n"
    "\n"
    "    sha256sum 90_INTEGRITY/manifest.json\n"
    "\n"
    "6. The journal of the evidence is chained by hashes: each line holds, as \"prev\", the "
    "SHA-256\n"
    "   of the line before it with its line feed. The last line is the one the manifest names:\n"
    "\n"
    "       %.*s\n"
    "\n"
    "    tail -n 1 90_INTEGRITY/journal.ndjson | sha256sum\n"
    "\n"
    "On Windows, certutil -hashfile FILE SHA256 gives the hash of a file. Stock tools do not see\n"
    "everything: that no bit of the zip around the files was changed, bindery verify shows:\n"
    "\n"
    "       bindery verify --trust /path/to/trusted.pem %.*s.zip\n";

/* "AB:CD:...", as openssl prints fingerprints. */
static bd_str fingerprint_text(bd_arena *arena, const uint8_t sha256[32]) {
    static const char digits[] = "0123456789ABCDEF";
    char *text = bd_new(arena, char, 96);
    size_t at = 0;
    for (size_t i = 0; i < 32; i++) {
        text[at++] = digits[sha256[i] >> 4];
        text[at++] = digits[sha256[i] & 15];
        text[at++] = ':';
    }
    return (bd_str){text, at - 1};
}

bd_str bd_package_verify_text(bd_arena *arena, const bd_package_facts *facts) {
    bd_str id = facts->package_id;
    bd_str middle = package_is_zero(facts->signer_sha256)
                        ? BD_STR(unsigned_text)
                        : bd_str_format(arena, signed_text,
                                        BD_ARG(fingerprint_text(arena, facts->signer_sha256)));
    return bd_str_format(arena, frame_text, BD_ARG(id), BD_ARG(facts->organisation),
                         BD_ARG(facts->edition), BD_ARG(facts->period_from),
                         BD_ARG(facts->period_to), BD_ARG(id), BD_ARG(id), BD_ARG(id),
                         BD_ARG(middle), BD_ARG(bd_hex_text(arena, facts->journal_head, 32)), BD_ARG(id));
}
