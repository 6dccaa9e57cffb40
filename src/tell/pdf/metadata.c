/* What the file says of itself to machines: XMP (ISO 16684-1), and the colour space its numbers are meant in. */
#include "bindery/pdf.h"
#include "pdf_priv.h"

/* ---- XMP ------------------------------------------------------------------------------------- */

static void put_escaped(bd_buf *out, bd_str text) {
    uint32_t c;
    for (size_t at = 0; bd_utf8_next(text, &at, &c);) {
        char bytes[4];
        switch (c) {
        case '&': bd_buf_puts(out, BD_STR("&amp;")); break;
        case '<': bd_buf_puts(out, BD_STR("&lt;")); break;
        case '>': bd_buf_puts(out, BD_STR("&gt;")); break;
        case '"': bd_buf_puts(out, BD_STR("&quot;")); break;
        case '\'': bd_buf_puts(out, BD_STR("&apos;")); break;
        default: /* XML has no other control characters than white space */
            c = c < ' ' ? ' ' : c == 0xfffe || c == 0xffff ? 0xfffd : c;
            bd_buf_put(out, bytes, bd_utf8_put(bytes, c));
        }
    }
}

static void put_property(bd_buf *out, const char *name, bd_str value) {
    if (value.size > 0) {
        bd_buf_printf(out, "<%s>", name);
        put_escaped(out, value);
        bd_buf_printf(out, "</%s>\n", name);
    }
}

static void put_list(bd_buf *out, const char *name, const char *kind, const char *item, bd_str value) {
    if (value.size > 0) {
        bd_buf_printf(out, "<%s><rdf:%s><rdf:li%s>", name, kind, item);
        put_escaped(out, value);
        bd_buf_printf(out, "</rdf:li></rdf:%s></%s>\n", kind, name);
    }
}

static void put_xmp_date(bd_buf *out, const char *name, bd_instant at) {
    bd_day day = bd_instant_utc_day(at);
    bd_date date = bd_date_of_day(day);
    int64_t second = (at - (bd_instant)day * 86400 * BD_SECOND) / BD_SECOND;
    bd_buf_printf(out, "<%s>%04d-%02d-%02dT%02d:%02d:%02d+00:00</%s>\n", name, date.year, date.month,
                  date.day, (int)(second / 3600), (int)(second / 60 % 60), (int)(second % 60), name);
}

/* PDF/A knows the schema of PDF/UA's claim only if the file describes it (ISO 19005-3, 6.6.2.3). */
static const char pdfua_schema[] =
    "<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType=\"Resource\">\n"
    "<pdfaSchema:schema>PDF/UA Universal Accessibility Schema</pdfaSchema:schema>\n"
    "<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>\n"
    "<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>\n"
    "<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType=\"Resource\">\n"
    "<pdfaProperty:name>part</pdfaProperty:name>\n"
    "<pdfaProperty:valueType>Integer</pdfaProperty:valueType>\n"
    "<pdfaProperty:category>internal</pdfaProperty:category>\n"
    "<pdfaProperty:description>Part of ISO 14289 that the file keeps to</pdfaProperty:description>\n"
    "</rdf:li></rdf:Seq></pdfaSchema:property>\n"
    "</rdf:li></rdf:Bag></pdfaExtension:schemas>\n";

void metadata_put(const bd_layout *layout, const bd_pdf_options *options, bd_buf *out) {
    const bd_doc *doc = layout->doc;
    bd_buf_puts(out,
                BD_STR("<?xpacket begin=\"\xef\xbb\xbf\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n"
                       "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\n"
                       "<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\n"
                       "<rdf:Description rdf:about=\"\"\n"
                       " xmlns:dc=\"http://purl.org/dc/elements/1.1/\"\n"
                       " xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\"\n"
                       " xmlns:pdf=\"http://ns.adobe.com/pdf/1.3/\"\n"
                       " xmlns:pdfaid=\"http://www.aiim.org/pdfa/ns/id/\"\n"
                       " xmlns:pdfuaid=\"http://www.aiim.org/pdfua/ns/id/\"\n"
                       " xmlns:pdfaExtension=\"http://www.aiim.org/pdfa/ns/extension/\"\n"
                       " xmlns:pdfaSchema=\"http://www.aiim.org/pdfa/ns/schema#\"\n"
                       " xmlns:pdfaProperty=\"http://www.aiim.org/pdfa/ns/property#\">\n"));
    put_list(out, "dc:title", "Alt", " xml:lang=\"x-default\"", doc->title);
    put_list(out, "dc:creator", "Seq", "", doc->author);
    put_list(out, "dc:description", "Alt", " xml:lang=\"x-default\"", doc->subject);
    put_list(out, "dc:language", "Bag", "", doc->language);
    put_property(out, "pdf:Keywords", doc->keywords);
    put_property(out, "xmp:CreatorTool", bd_str_of(options->creator));
    put_xmp_date(out, "xmp:CreateDate", options->created_at);
    put_xmp_date(out, "xmp:ModifyDate", options->created_at);
    bd_buf_puts(out, BD_STR("<pdfaid:part>3</pdfaid:part>\n"
                            "<pdfaid:conformance>B</pdfaid:conformance>\n"));
    if (layout->is_tagged) {
        bd_buf_puts(out, BD_STR("<pdfuaid:part>1</pdfuaid:part>\n"));
        bd_buf_puts(out, bd_str_of(pdfua_schema));
    }
    bd_buf_puts(out, BD_STR("</rdf:Description>\n</rdf:RDF>\n</x:xmpmeta>\n<?xpacket end=\"r\"?>\n"));
}

/* ---- sRGB ------------------------------------------------------------------------------------ */

/* An ICC profile of version 4.2 (ISO 15076-1): three columns, one curve for all, the white of D50.  IEC 61966-2-1
 * gives the numbers, which are fixed-point with 16 bits behind the point. */
static const uint32_t profile[] = {
    /* header: 500 bytes, 4.2, "mntr" "RGB " "XYZ ", 2024-01-01, "acsp", D50 */
    500, 0, 0x04200000, 0x6d6e7472, 0x52474220, 0x58595a20, 0x07e80001, 0x00010000, 0, 0x61637370, 0, 0,
    0, 0, 0, 0, 0, 0xf6d6, 0x10000, 0xd32d, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    /* ten tags: desc cprt wtpt chad rXYZ gXYZ bXYZ rTRC gTRC bTRC; offset, bytes */
    10, 0x64657363, 252, 36, 0x63707274, 288, 56, 0x77747074, 344, 20, 0x63686164, 364, 44, 0x7258595a,
    408, 20, 0x6758595a, 428, 20, 0x6258595a, 448, 20, 0x72545243, 468, 32, 0x67545243, 468, 32,
    0x62545243, 468, 32,
    /* "mluc": one text, "enUS": "sRGB" */
    0x6d6c7563, 0, 1, 12, 0x656e5553, 8, 28, 0x00730052, 0x00470042,
    /* "Public domain." */
    0x6d6c7563, 0, 1, 12, 0x656e5553, 28, 28, 0x00500075, 0x0062006c, 0x00690063, 0x00200064, 0x006f006d,
    0x00610069, 0x006e002e,
    /* white; the adaptation from D65 to D50 by Bradford */
    0x58595a20, 0, 0xf6d6, 0x10000, 0xd32d, 0x73663332, 0, 0x10c42, 0x5de, 0xfffff325, 0x793, 0xfd90,
    0xfffffba1, 0xfffffda2, 0x3dc, 0xc06e,
    /* red, green, blue */
    0x58595a20, 0, 0x6fa2, 0x38f5, 0x390, 0x58595a20, 0, 0x6299, 0xb785, 0x18da, 0x58595a20, 0, 0x24a0,
    0xf84, 0xb6cf,
    /* "para" of type 3: 2.4, 1/1.055, 0.055/1.055, 1/12.92, 0.04045 */
    0x70617261, 0, 0x00030000, 0x26666, 0xf2a7, 0xd59, 0x13d0, 0xa5b};
_Static_assert(sizeof profile == 500, "the profile is as long as it says");

void profile_put(bd_buf *out) {
    for (size_t i = 0; i < BD_COUNT(profile); i++) {
        for (int shift = 24; shift >= 0; shift -= 8) {
            bd_buf_putc(out, (char)(profile[i] >> shift & 0xff));
        }
    }
}
