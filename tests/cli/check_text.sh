# Names of any script in the reports: a reader of PDF finds them as they were written.
fresh_folder
copy_sample s
edit_config s 'd["organisation"]["name"] = "王小明株式会社 Zażółć Ελλάς Україна"; d["system"]["name"] = "דוד בן־גוריון"'
mkdir s/templates
cat >s/templates/readiness.xml <<'XML'
<?xml version="1.0" encoding="UTF-8"?>
<readiness xmlns="urn:bindery:template:1">
  <body>
    <page heading="Scripts">
      <paragraph>Hebrew: שלום עולם here.</paragraph>
      <paragraph>Arabic: محمد عبد السلام wrote on 2026-01-15.</paragraph>
      <paragraph>Korean: 김철수; Japanese: 山田太郎; Chinese: 王小明在北京工作，负责信息安全管理系统的日常运营以及访问权限的季度审查。</paragraph>
      <paragraph>Vowels: שָׁלוֹם and مُحَمَّد.</paragraph>
      <paragraph>Tricks: abc&#x202E;live&#x202C; a&#x200D;b 👨 &#x0E2A;.</paragraph>
    </page>
    <summary/>
    <open-exceptions/>
    <doubts/>
  </body>
</readiness>
XML
claim_exit "text: a run takes names of any script" 0 bindery -C s run -q
claim_says "text: what no font has is named" "no font has U+0E2A"
# poppler marks where text turns with U+202A to U+202E and isolates; they are its own
pdftotext -enc UTF-8 s/out/2026-H1/readiness.pdf - 2>poppler.err | sed 's/\xe2\x80[\xaa-\xae]//g; s/\xe2\x81[\xa6-\xa9]//g' |
    tr -s ' \n' ' ' >found
finds() { claim "text: poppler finds $1" grep -qF -- "$2" found; }
finds "Hebrew" "שלום עולם"
finds "Arabic, joined as it is drawn" "محمد عبد السلام"
finds "a date behind Arabic as it was written" "2026-01-15"
finds "Korean" "김철수"
finds "Japanese" "山田太郎"
finds "Chinese over the end of a line" "王小明在北京工作"
finds "Hebrew with vowels" "שָׁלוֹם"
finds "Arabic with vowels" "مُحَمَّد"
finds "what steers the display as its code point" "abc[U+202E]live[U+202C]"
finds "a joiner that joins nothing" "a[U+200D]b"
finds "what no font has as its code point" "[U+1F468]"
finds "the organisation in the page's head" "王小明株式会社 Zażółć Ελλάς Україна"
claim "text: poppler has nothing to complain of" test ! -s poppler.err
mutool draw -F text -o mupdf s/out/2026-H1/readiness.pdf 2>mupdf.err
claim "text: mupdf finds Chinese, Latin, Greek and Cyrillic" grep -qF "王小明株式会社 Zażółć Ελλάς Україна" mupdf
claim "text: and Korean" grep -qF "김철수" mupdf
claim "text: mupdf has nothing to complain of" sh -c '! grep -v "ICC support" mupdf.err | grep -qiE "error|warning"'
pack=$(ls s/out/2026-H1/*.zip)
claim_exit "text: the package is drawn again from itself" 0 bindery verify -q --trust s/identity/trial.crt.pem --reperform "$pack"
claim_says "text: byte for byte" "made again with the same bytes, and the binder"
claim "text: the PDF is sound" qpdf --check s/out/2026-H1/binder.pdf
