# An organisation's own template: what it may change, what it may not, and that a package is drawn again from it.
fresh_folder
copy_sample s
mkdir s/templates
schema="$root/templates/schema/template.rng"
own=s/templates/binder.xml
printed() { pdftotext -layout "s/out/2026-H1/$1" - >"$1.txt" 2>/dev/null; }

# Own order, wording, pages, colour, paper and logo.
/usr/bin/python3 - s/templates/logo.png <<'PY'
import struct, sys, zlib
def chunk(name, body):
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
rows = b"".join(b"\0" + bytes(v for x in range(60) for v in (x * 4, y * 10, 90, 255 if x < 40 else 0)) for y in range(20))
open(sys.argv[1], "wb").write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 60, 20, 8, 6, 0, 0, 0))
                              + chunk(b"tEXt", b"Comment\0SECRET-OF-THE-DESIGNER") + chunk(b"IDAT", zlib.compress(rows))
                              + chunk(b"IEND", b""))
PY
cat >$own <<'XML'
<?xml version="1.0" encoding="UTF-8"?>
<binder xmlns="urn:bindery:template:1" paper="Letter" accent="#7a1f3d">
  <logo file="logo.png" width="120" alternative="Logo of Contoso"/>
  <front>
    <cover><paragraph>Prepared for <value of="system"/>.</paragraph></cover>
    <document-control heading="About this document"/>
    <contents depth="1" charts="yes"/>
  </front>
  <body>
    <exceptions heading="What went wrong"><paragraph>Read this first.</paragraph></exceptions>
    <scope/>
    <page heading="Our architecture">
      <heading>Network</heading>
      <paragraph>Hub and <strong>spoke</strong>.</paragraph>
      <list><item>one hub</item></list>
    </page>
    <criteria/>
    <set-aside/>
    <evidence/>
    <data-quality/>
    <appendices/>
  </body>
</binder>
XML
claim "templates: the schema file takes it" xmllint --noout --relaxng "$schema" $own
claim "templates: and the built-in ones" xmllint --noout --relaxng "$schema" "$root"/templates/*.xml
claim_exit "templates: a run takes it" 0 bindery -C s run -q
pack=$(ls s/out/2026-H1/*.zip)
printed binder.pdf
claim "templates: a heading is the organisation's" grep -q '^ *What went wrong$' binder.pdf.txt
claim "templates: so is what stands below it" grep -q 'Read this first\.' binder.pdf.txt
claim "templates: a page of its own says whose it is" grep -q 'Written by Contoso Ltd, printed as it stands' binder.pdf.txt
claim "templates: facts are filled in" grep -q 'Prepared for Contoso Pay\.' binder.pdf.txt
claim "templates: sections stand in its order" sh -c "
    wrong=\$(grep -n '^ *What went wrong\$' binder.pdf.txt | tail -n 1 | cut -d: -f1)
    scope=\$(grep -n '^ *Scope and system\$' binder.pdf.txt | tail -n 1 | cut -d: -f1)
    ours=\$(grep -n '^ *Our architecture\$' binder.pdf.txt | tail -n 1 | cut -d: -f1)
    test \"\$wrong\" -lt \"\$scope\" && test \"\$scope\" -lt \"\$ours\""
claim "templates: what is left out is gone" sh -c "! grep -q '^ *At a glance\$' binder.pdf.txt"
claim "templates: and the binder says so" sh -c "tr -s \" \\n\" \" \" <binder.pdf.txt | grep -q \"left out: glance, vendors\""
claim "templates: what nobody can leave out is there" grep -q "Not an auditor's report" binder.pdf.txt
claim "templates: the paper is Letter" sh -c "pdfinfo s/out/2026-H1/binder.pdf | grep -q '612 x 792'"
claim "templates: the other report is untouched" sh -c "pdfinfo s/out/2026-H1/readiness.pdf | grep -q 'A4'"
claim "templates: the logo is drawn" sh -c "pdfimages -list s/out/2026-H1/binder.pdf | grep -q ' image  *60  *20 '"
claim "templates: no byte of its file but the pixels is in the PDF" sh -c "
    qpdf --stream-data=uncompress s/out/2026-H1/binder.pdf plain.pdf 2>/dev/null; ! grep -qa SECRET-OF-THE plain.pdf"
claim "templates: no link leads nowhere" sh -c "! printf '%s' \"$said\" | grep -q 'a link leads'"
claim "templates: the PDF is sound" qpdf --check s/out/2026-H1/binder.pdf

# The package is drawn again from itself.
claim "templates: the package holds it" sh -c "unzip -p $pack '*/80_MACHINE/template.xml' | cmp - $own"
claim "templates: and its logo" sh -c "unzip -p $pack '*/80_MACHINE/template-logo.png' | cmp - s/templates/logo.png"
claim "templates: as machine files" sh -c "unzip -p $pack '*/90_INTEGRITY/manifest.json' |
    jq -e '[.files[] | select(.path | test(\"80_MACHINE/template\")) | .role] == [\"machine\", \"machine\"]'"
claim_exit "templates: reperformed from the zip alone" 0 bindery verify -q --trust s/identity/trial.crt.pem --reperform "$pack"
claim_says "templates: with the binder" "made again with the same bytes, and the binder"
claim "templates: a package without an own one holds ours" sh -c \
    "unzip -p $PACK '*/80_MACHINE/template.xml' | cmp - $root/templates/binder.xml"

# A change of the template, or of its logo, is a change of the plan.
bindery -C s run >o 2>e
claim "templates: nothing changed, nothing is made" grep -q 'nothing has changed' e
sed -i 's/Read this first/Read this at once/' $own
bindery -C s run >o 2>e
claim "templates: another word is another binder" sh -c "! grep -q 'nothing has changed' e && ls s/out/2026-H1 | grep -q _v2.zip"
printf '<readiness xmlns="urn:bindery:template:1"><body><summary heading="Where we stand"/><open-exceptions/><doubts/></body></readiness>' \
    >s/templates/readiness.xml
bindery -C s run >o 2>e
claim "templates: so is another readiness report" sh -c "! grep -q 'nothing has changed' e"
printed readiness.pdf
claim "templates: which has its heading" grep -q 'Where we stand' readiness.pdf.txt

# What is broken is said with file, line, found and expected; nothing is written.
broken() { # CLAIM SED WORDS
    cp $own kept.xml
    sed -i "$2" $own
    rm -rf s/out
    claim_exit "templates: $1" 3 bindery -C s run -q
    claim_says "templates: $1, with file and line" "cannot use 'templates/binder.xml' at line"
    claim_says "templates: $1, and what it is" "$3"
    claim "templates: $1, nothing is written" test ! -e s/out
    cp kept.xml $own
}
broken "a slip in a name" 's/<scope\/>/<scobe\/>/' "at line 11: found the element 'scobe', expected 'glance', 'scope'"
broken "exceptions left out" '/<exceptions/d' "at line 21: 'body' ends without the section 'exceptions', which cannot be left out"
broken "doubts left out" '/<data-quality/d' "'data-quality', which cannot be left out: what weakens the evidence"
broken "criteria left out" '/<criteria/d' "'criteria', which cannot be left out: every criterion in scope"
broken "no cover" '/<cover>/d' "found the element 'document-control', expected 'cover'"
broken "no way to verify" '/<document-control/d' "'document-control', which cannot be left out: it says how anybody can verify"
broken "a colour that nobody can read" 's/#7a1f3d/#ffee00/' "expected at least 4.50"
broken "a state reworded" 's/<criteria\/>/<criteria><paragraph>All is well.<\/paragraph><\/criteria>/' \
    "found the element 'paragraph', expected nothing in here"
cp $own kept.xml
printf '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><binder>&a;</binder>' >$own
claim_exit "templates: a document type is refused" 3 bindery -C s run -q
claim_says "templates: by its name" "DOCTYPE"
cp kept.xml $own
cp s/templates/logo.png kept.png
head -c 100 kept.png >s/templates/logo.png
claim_exit "templates: a logo cut short is refused" 3 bindery -C s run -q
claim_says "templates: with its file" "templates/logo.png"
rm s/templates/logo.png
claim_exit "templates: a logo that is not there is refused" 3 bindery -C s run -q
claim_says "templates: that is said" "its logo 'templates/logo.png' is not there"
