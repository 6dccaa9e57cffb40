"""mutate.py SIGNED.pdf ARCHIVED.pdf TWO.pdf FOLDER - forgeries of signed PDFs, by name, none of which may be verified.

SIGNED is certified against all changes and holds proofs (B-LT), ARCHIVED the same with a document time-stamp, TWO has a
preparer's and a reviewer's signature. Writes FOLDER/NAME.pdf and prints the names. Of the classes known from papers:
universal forgery, incremental saving, wrapping, shadow content, annotations, parser differentials."""
import os
import re
import sys

from pdfkit import body, last, packs, start_of, trailer_of, update

signed, archived, two = (open(path, "rb").read() for path in sys.argv[1:4])
folder = sys.argv[4]
made = []


def put(name, data, original=None):
    if data == (signed if original is None else original):
        sys.exit("mutation '%s' changes nothing" % name)
    with open(os.path.join(folder, name + ".pdf"), "wb") as file:
        file.write(data)
    made.append(name)


def root_of(pdf):
    return int(last(rb"/Root (\d+) 0 R", trailer_of(pdf)))


def size_of(pdf):
    return int(last(rb"/Size (\d+)", trailer_of(pdf)))


def page_of(pdf):
    """A page's number, by its newest text."""
    return int(re.findall(rb"/FT /Sig\b.*?/P (\d+) 0 R", pdf, flags=re.S)[-1])


def with_key(dictionary, text):
    at = dictionary.rindex(b">>")
    return dictionary[:at] + text + b"\n>>"


def flipped(pdf, at):
    return pdf[:at] + bytes([pdf[at] ^ 1]) + pdf[at + 1:]


def digit_flipped(data, at):
    """One bit of what a hexadecimal digit says: the digit stays one, whatever it was."""
    return data[:at] + b"%x" % (int(data[at : at + 1], 16) ^ 1) + data[at + 1 :]


root, size, page = root_of(signed), size_of(signed), page_of(signed)
catalog, page_text = body(signed, root), body(signed, page)
contents = int(re.search(rb"/Contents (\d+) 0 R", page_text).group(1))
info = int(last(rb"/Info (\d+) 0 R", trailer_of(signed))) if b"/Info" in trailer_of(signed) else None
stream = b"<< /Length 11 >>\nstream\n0 0 9 9 re f\nendstream".replace(b"/Length 11", b"/Length 12")
note = b"<< /Type /Annot /Subtype /FreeText /Rect [50 50 300 90] /Contents (Approved) /DA (/Helv 12 Tf) >>"
field = int(re.search(rb"/Fields \[(\d+) 0 R", catalog).group(1))
field_text = body(signed, field)
hole = re.search(rb"/ByteRange (\[[^\]]*\])\s*/Contents <([0-9a-f]+)>", signed)
numbers = [int(n) for n in hole.group(1)[1:-1].split()]


def in_place(old, new):
    """The same length, so that no offset moves."""
    assert len(new) <= len(old)
    return signed.replace(old, new.ljust(len(old)), 1)


def with_annots(number):
    if b"/Annots [" in page_text:
        return re.sub(rb"/Annots \[", b"/Annots [%d 0 R " % number, page_text, count=1)
    return with_key(page_text, b"/Annots [%d 0 R]" % number)


# ---- incremental saving ----
put("page-content-replaced", update(signed, {contents: stream}))
put("page-content-pointed-elsewhere", update(signed, {size: stream, page: re.sub(rb"/Contents \d+ 0 R", b"/Contents %d 0 R" % size, page_text)}))
put("page-box-cropped", update(signed, {page: with_key(page_text, b"/CropBox [0 0 10 10]")}))
put("page-rotated", update(signed, {page: with_key(page_text, b"/Rotate 180")}))
put("page-freed", update(signed, {}, free=(page,)))
put("content-freed", update(signed, {}, free=(contents,)))
put("annotation-added", update(signed, {size: note, page: with_annots(size)}))
put("annotation-without-page", update(signed, {size: note}))
put("widget-moved", update(signed, {field: re.sub(rb"/Rect \[[^\]]*\]", b"/Rect [0 0 400 400]", field_text)}))
put("text-field-added", update(signed, {size: b"<< /FT /Tx /T (amount) /V (0) >>", root: re.sub(rb"/Fields \[", b"/Fields [%d 0 R " % size, catalog)}))
put("text-field-behind", update(signed, {size: b"<< /FT /Tx /T (amount) /V (0) >>", root: re.sub(rb"(/Fields \[[^\]]*)\]", rb"\1 %d 0 R]" % size, catalog)}))
put("signature-removed", update(signed, {field: re.sub(rb"/V \d+ 0 R", b"", field_text)}))
put("form-removed", update(signed, {root: re.sub(rb"/AcroForm <<.*?>>", b"", catalog, flags=re.S)}))
put("permission-removed", update(signed, {root: re.sub(rb"/Perms <<.*?>>", b"", catalog, flags=re.S)}))
put("open-action-added", update(signed, {root: with_key(re.sub(rb"/OpenAction \[[^\]]*\]", b"", catalog), b"/OpenAction << /S /URI /URI (http://example.com) >>")}))
put("script-added", update(signed, {root: with_key(catalog, b"/AA << /WC << /S /JavaScript /JS (app.alert\\(1\\)) >> >>")}))
put("optional-content-added", update(signed, {root: with_key(catalog, b"/OCProperties << /OCGs [] /D << >> >>")}))
put("page-tree-swapped", update(signed, {size: b"<< /Type /Pages /Kids [] /Count 0 >>", root: re.sub(rb"/Pages \d+ 0 R", b"/Pages %d 0 R" % size, catalog)}))
put("language-changed", update(signed, {root: with_key(catalog, b"/PieceInfo << /X << >> >>")}))
put("root-swapped", update(signed, {size: catalog}, trailer=re.sub(rb"/Root \d+ 0 R", b"/Root %d 0 R" % size, trailer_of(signed))))
if info is not None:
    put("info-changed", update(signed, {info: b"<< /Title (Another binder) >>"}))
    put("info-swapped", update(signed, {size: b"<< /Title (Another) >>"}, trailer=re.sub(rb"/Info \d+ 0 R", b"/Info %d 0 R" % size, trailer_of(signed))))
put("info-added", update(signed, {size: b"<< /Title (Another) >>"}, trailer=with_key(re.sub(rb"/Info \d+ 0 R", b"", trailer_of(signed)), b"/Info %d 0 R" % size)))
put("identifier-changed", update(signed, {}, trailer=re.sub(rb"/ID \[[^\]]*\]", b"/ID [<00112233445566778899aabbccddeeff> <00>]", trailer_of(signed))))
put("empty-update", update(signed, {}))
# ---- shadow content: prepared now, shown by a later update ----
put("shadow-object", update(signed, {size: stream}))
put("shadow-beside-proof", update(signed, {size: b"<< /Length 1 >>\nstream\nx\nendstream", size + 1: stream, root: re.sub(rb"/DSS \d+ 0 R", b"/DSS << /Type /DSS /Certs [%d 0 R] >>" % size, catalog)}))
put("proof-that-is-a-page", update(signed, {contents: stream, root: re.sub(rb"/DSS \d+ 0 R", b"/DSS << /Type /DSS /Certs [%d 0 R] >>" % contents, catalog)}))
put("proof-with-other-keys", update(signed, {root: re.sub(rb"/DSS \d+ 0 R", b"/DSS << /Type /DSS /Kids [%d 0 R] >>" % page, catalog)}))
STAMP = b"<< /Type /DocTimeStamp /Filter /Adobe.PPKLite /SubFilter /ETSI.RFC3161 /ByteRange [0 1 2 3] /Contents <30820000> >>"
WIDGET = b"<< /Type /Annot /Subtype /Widget /FT /Sig /T (T) /V %d 0 R /P %d 0 R /F 132 /Rect [%s] %s>>"


def stamped(rect, more):
    grown = re.sub(rb"(/Fields \[[^\]]*)\]", rb"\1 %d 0 R]" % (size + 1), catalog)
    return update(signed, {size: STAMP, size + 1: WIDGET % (size, page, rect, more), root: grown})


put("time-stamp-of-nothing", stamped(b"0 0 0 0", b""))
put("time-stamp-on-the-page", stamped(b"0 0 300 300", b""))
put("time-stamp-with-looks", stamped(b"0 0 0 0", b"/AP << /N %d 0 R >> " % contents))
put("time-stamp-with-action", stamped(b"0 0 0 0", b"/A << /S /URI /URI (http://example.com) >> "))
put("second-approval", update(signed, {size: body(signed, int(re.search(rb"/V (\d+) 0 R", field_text).group(1))), size + 1: re.sub(rb"/V \d+", b"/V %d" % size, field_text), root: re.sub(rb"(/Fields \[[^\]]*)\]", rb"\1 %d 0 R]" % (size + 1), catalog)}))
# ---- what was there, written over by what an update may write ----
form_text = re.search(rb"/AcroForm (<<.*?>>)", catalog, flags=re.S).group(1)
fields_text = re.search(rb"/Fields (\[[^\]]*\])", form_text).group(1)
annots_text = re.search(rb"/Annots (\[[^\]]*\])", page_text).group(1)
store = int(re.search(rb"/DSS (\d+) 0 R", catalog).group(1))
proofs = body(signed, store)
first_certificate = int(re.search(rb"/Certs \[(\d+)", proofs).group(1))
first_list = int(re.search(rb"/CRLs \[(\d+)", proofs).group(1))
panel = re.findall(rb"(\d+) 0 obj\n<<(?:(?!endobj).)*?/Obj %d 0 R" % field, signed[numbers[2]:], flags=re.S)
tree = int(re.search(rb"/StructTreeRoot (\d+) 0 R", catalog).group(1))
put("form-over-content", update(signed, {contents: form_text, root: catalog.replace(form_text, b"%d 0 R" % contents)}))
put("fields-over-content", update(signed, {contents: fields_text, root: catalog.replace(fields_text, b"%d 0 R" % contents)}))
put("annotations-over-content", update(signed, {contents: annots_text, page: page_text.replace(annots_text, b"%d 0 R" % contents)}))
put("form-over-the-tags", update(signed, {tree: form_text, root: catalog.replace(form_text, b"%d 0 R" % tree)}))
put("tags-rewritten", update(signed, {tree: with_key(body(signed, tree), b"/RoleMap << /P /Artifact >>")}))
put("panel-reworded", update(signed, {int(panel[0]): with_key(body(signed, int(panel[0])), b"/ActualText (approved)")}))
put("attachments-taken-away", update(signed, {root: re.sub(rb"/AF \[[^\]]*\]", b"/AF []", catalog)}))
for number in re.findall(rb"(\d+) 0 obj\s*<<[^>]*?/Type /EmbeddedFile", signed):
    put("attachment-%s-replaced" % number.decode(), update(signed, {int(number): b"<< /Type /EmbeddedFile /Length 3 >>\nstream\n{ }\nendstream"}))
put("proof-that-is-none", update(signed, {size: b"<< /Length 5 >>\nstream\nhello\nendstream", store: proofs.replace(b"/Certs [", b"/Certs [%d 0 R " % size)}))
put("proof-with-more-behind", update(signed, {size: re.sub(rb"/Length (\d+)", lambda m: b"/Length %d" % (int(m.group(1)) + 4), body(signed, first_certificate).replace(b"\nendstream", b"more\nendstream")), store: proofs.replace(b"/Certs [", b"/Certs [%d 0 R " % size)}))
put("proof-of-another-kind", update(signed, {size: body(signed, first_certificate), store: proofs.replace(b"/CRLs [", b"/CRLs [%d 0 R " % size)}))
put("proofs-taken-away", update(signed, {store: b"<< /Type /DSS >>"}))
put("proof-exchanged", update(signed, {first_list: body(signed, first_certificate)}))
put("proof-with-a-script", update(signed, {store: with_key(proofs, b"/VRI << /AB << /Cert [%d 0 R] /TU << /S /JavaScript >> >> >>" % first_certificate)}))
put("form-flags-cleared", update(signed, {root: catalog.replace(b"/SigFlags 3", b"/SigFlags 0")}))
put("extension-with-a-script", update(signed, {root: catalog.replace(b"/Extensions << /ADBE", b"/Extensions << /X << /S /JavaScript >> /ADBE")}))
# ---- after the end ----
put("byte-after-the-end", signed + b"x")
put("line-after-the-end", signed + b"\n")
put("comment-after-the-end", signed + b"% harmless\n")
put("second-end", signed + b"%%EOF\n")
put("pdf-after-the-end", signed + signed)
put("cut-off", signed[:-20])
put("bytes-before-the-start", b"\n" + signed)
# ---- universal forgery: nothing left to check ----
put("range-missing", in_place(b"/ByteRange", b"/ByteRangf"))
put("contents-missing", in_place(b"/Contents <" + hole.group(2)[:8], b"/Contentz <" + hole.group(2)[:8]))
put("range-of-zeros", in_place(hole.group(1), b"[0 0 0 0]"))
put("range-negative", in_place(hole.group(1), b"[0 %d %d -1]" % (numbers[1], numbers[2])))
put("range-beyond-the-file", in_place(hole.group(1), b"[0 %d %d 99999999]" % (numbers[1], numbers[2])))
put("range-of-two", in_place(hole.group(1), b"[0 %d]" % numbers[1]))
put("range-overlapping", in_place(hole.group(1), b"[0 %d %d %d]" % (numbers[1], numbers[1] - 9, numbers[3])))
put("range-with-a-wider-gap", in_place(hole.group(1), b"[0 %d %d %d]" % (numbers[1] - 40, numbers[2], numbers[3])))
put("range-that-ends-early", in_place(hole.group(1), b"[0 %d %d %d]" % (numbers[1], numbers[2], numbers[3] - 10)))
put("contents-of-zeros", in_place(hole.group(2), b"0" * len(hole.group(2))))
put("contents-in-capitals", in_place(hole.group(2), hole.group(2).upper()))
put("contents-with-more-behind", in_place(hole.group(2), hole.group(2)[:-2] + b"41"))
put("other-form-of-signature", in_place(b"/ETSI.CAdES.detached", b"/adbe.pkcs7.detached"))
# ---- wrapping: the signed bytes moved, others in their place ----
tail = signed[numbers[2]:]
hostile = b"\n%d 0 obj\n%s\nendobj\n" % (contents, stream)
moved = signed[:numbers[2]] + hostile + tail
put("wrapped", moved.replace(hole.group(1), (b"[0 %d %d %d]" % (numbers[1], numbers[2] + len(hostile), numbers[3])).ljust(len(hole.group(1))), 1))
put("bytes-in-the-gap", in_place(hole.group(2), hole.group(2)[:-40] + b">" + b" " * 38 + b"<"))
# ---- bits ----
put("bit-in-the-page", flipped(signed, signed.index(b"stream") + 20))
put("bit-in-the-time", flipped(signed, signed.rindex(b"/M (D:") + 10))
put("bit-in-the-signature", flipped(signed, hole.start(2) + 600))
put("bit-in-the-time-stamp", digit_flipped(signed, hole.start(2) + len(hole.group(2).rstrip(b"0")) - 90))
put("bit-in-the-proofs", flipped(signed, signed.rindex(b"/OCSPs") if b"/OCSPs" in signed else signed.rindex(b"/Certs")))
put("header-changed", b"%PDF-1.4" + signed[8:])
# ---- parsers that disagree ----
put("hybrid-table", update(signed, {size: b"<< >>"}, trailer=with_key(trailer_of(signed), b"/XRefStm 100")))
put("entry-into-the-past", update(signed, {}, raw_entries=((contents, signed.index(b"%d 0 obj" % page)),)))
put("table-behind-a-stream", update(signed, {}, as_table=True))
put("entry-twice", signed + b"xref\n%d 1\n0000000009 00000 n \n%d 1\n0000000009 00000 n \ntrailer\n" % (size, size) + trailer_of(signed) + b"\nstartxref\n%d\n%%%%EOF\n" % len(signed))
put("encrypted-trailer", update(signed, {size: b"<< >>"}, trailer=with_key(trailer_of(signed), b"/Encrypt %d 0 R" % size)))
# ---- object streams: what stands in one, and where it is said to stand ----
old = packs(signed)
of_tree = next(n for n in old if any(m == tree for m, _ in old[n]))
of_page = next(n for n in old if any(m == page for m, _ in old[n]))
rewritten = [(n, with_key(t, b"/RoleMap << /P /Artifact >>") if n == tree else t) for n, t in old[of_tree]]
turned = [(page, with_key(page_text, b"/Rotate 180"))]
put("packed-page", update(signed, {}, packed={size: turned}))
put("packed-catalog", update(signed, {}, packed={size: [(root, with_key(catalog, b"/PieceInfo << /X << >> >>"))]}))
put("packed-shadow", update(signed, {}, packed={size: [(size + 1, note)]}))
put("packed-signature", update(signed, {}, packed={size: [(int(re.search(rb"/V (\d+) 0 R", field_text).group(1)), body(signed, int(re.search(rb"/V (\d+) 0 R", field_text).group(1))))]}))
put("pack-written-again", update(signed, {of_tree: body(update(signed, {}, packed={of_tree: rewritten}), of_tree)}))
put("pack-and-its-objects-written-again", update(signed, {}, packed={of_tree: rewritten}))
put("pack-freed", update(signed, {}, free=(of_tree,)))
put("object-back-in-its-old-pack", update(signed, {}, rows_of={page: (2, of_page, [m for m, _ in old[of_page]].index(page))}))
put("object-in-another-pack", update(signed, {}, rows_of={tree: (2, of_page, 0)}))
put("object-in-no-pack", update(signed, {}, rows_of={page: (2, contents, 0)}))
put("object-in-a-pack-of-its-own", update(signed, {}, rows_of={page: (2, page, 0)}))
grown = update(signed, {}, packed={size: turned + [(size + 1, note)]})
put("object-that-no-row-names", update(signed, {size: body(grown, size)}, rows_of={page: (2, size, 0)}))
put("row-with-another-index", update(signed, {size: body(grown, size)}, rows_of={page: (2, size, 1), size + 1: (2, size, 0)}))
put("pack-that-extends", update(signed, {size: body(update(signed, {}, packed={size: turned}), size).replace(b"/First", b"/Extends %d 0 R /First" % of_page)}, rows_of={page: (2, size, 0)}))
put("table-with-the-number-of-a-page", update(signed, {}, own=page))
put("table-with-the-number-of-content", update(signed, {}, own=contents))
put("table-with-another-key", update(signed, {}, trailer=with_key(trailer_of(signed), b"/Shadow (x)")))
put("row-of-another-kind", update(signed, {}, rows_of={size: (3, 0, 0)}))
# ---- the archived one, and the one with two signatures ----
put("archived-content-replaced", update(archived, {contents: stream}), archived)
put("archived-annotation-added", update(archived, {size_of(archived): note, page: re.sub(rb"/Annots \[", b"/Annots [%d 0 R " % size_of(archived), body(archived, page))}), archived)
put("archived-bit-in-the-time-stamp", flipped(archived, archived.rindex(b"/Contents <") + 900), archived)
put("archived-bit-in-the-binder", flipped(archived, archived.index(b"stream") + 20), archived)
put("archived-byte-behind", archived + b"\n", archived)
put("two-content-replaced", update(two, {contents: stream}), two)
put("two-third-signature", update(two, {size_of(two): body(two, int(last(rb"/V (\d+) 0 R", two)))}), two)
put("two-bit-in-the-second", flipped(two, two.rindex(b"/Contents <") + 600), two)
put("two-reviewer-replaced", two.replace(b"/Action /All", b"/Action /Al1"), two)
before = two[:[m.end() for m in re.finditer(rb"%%EOF\n", two)][-2]]
opened = int(re.search(rb"/Fields \[\d+ 0 R (\d+) 0 R", body(before, root_of(before))).group(1))
for name, value in (("stamp", b"%d 0 R" % size_of(before)), ("words", b"(Approved)"), ("nothing", b"<< /Type /Sig >>"), ("null", b"null")):
    put("two-place-filled-with-" + name, update(before, {size_of(before): STAMP, opened: with_key(body(before, opened), b"/V " + value)}), two)
print("\n".join(made))
