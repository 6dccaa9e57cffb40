/* bulk.c - a long plain PDF, quickly: pages of bytes that no one reads, and a first page that names a certificate.
 *
 *     bulk PAGES BYTES-PER-PAGE WORDS FILE
 *
 * Three objects a page, as page writers make them: page, content and the content's length.  Same arguments, same bytes. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BASE_OBJECTS 4

static uint32_t state = 1;

/* xorshift32: content that does not repeat. */
static char next_byte(void) {
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    return (char)(state >> 24);
}

static void put_content(FILE *file, long number, size_t bytes, const char *words, long *offsets) {
    offsets[number] = ftell(file);
    fprintf(file, "%ld 0 obj\n<< /Length %ld 0 R >>\nstream\n", number, number + 1);
    long from = ftell(file);
    if (words != NULL) {
        fprintf(file, "BT /F1 8 Tf 40 700 Td (%s) Tj ET", words);
    }
    fputs(words != NULL ? "\n%" : "%", file); /* a comment: nothing is drawn */
    for (size_t i = 0; i < bytes; i++) {
        char c = next_byte();
        fputc(c == '\n' || c == '\r' ? ' ' : c, file);
    }
    long length = ftell(file) - from;
    fprintf(file, "\nendstream\nendobj\n");
    offsets[number + 1] = ftell(file);
    fprintf(file, "%ld 0 obj\n%ld\nendobj\n", number + 1, length);
}

int main(int argc, char **argv) {
    if (argc != 5) {
        fprintf(stderr, "usage: bulk PAGES BYTES-PER-PAGE WORDS FILE\n");
        return 2;
    }
    long pages = strtol(argv[1], NULL, 10), count = BASE_OBJECTS + 3 * pages;
    size_t bytes = strtoul(argv[2], NULL, 10);
    FILE *file = fopen(argv[4], "wb");
    long *offsets = calloc((size_t)count, sizeof *offsets);
    if (pages < 1 || file == NULL || offsets == NULL) {
        fprintf(stderr, "bulk: cannot make it\n");
        return 1;
    }
    fputs("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", file);
    offsets[1] = ftell(file);
    fputs("1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n", file);
    offsets[2] = ftell(file);
    fprintf(file, "2 0 obj\n<< /Type /Pages /Count %ld /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> /Kids [", pages);
    for (long i = 0; i < pages; i++) {
        fprintf(file, "%ld 0 R ", BASE_OBJECTS + 3 * i);
    }
    fputs("] >>\nendobj\n", file);
    offsets[3] = ftell(file);
    fputs("3 0 obj\n<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>\nendobj\n", file);
    for (long i = 0; i < pages; i++) {
        long number = BASE_OBJECTS + 3 * i;
        offsets[number] = ftell(file);
        fprintf(file, "%ld 0 obj\n<< /Type /Page /Parent 2 0 R /Resources << /Font << /F1 3 0 R >> >> /Contents %ld 0 R >>\nendobj\n",
                number, number + 1);
        put_content(file, number + 1, bytes, i == 0 ? argv[3] : NULL, offsets);
    }
    long table = ftell(file);
    fprintf(file, "xref\n0 %ld\n0000000000 65535 f \n", count);
    for (long i = 1; i < count; i++) {
        fprintf(file, "%010ld 00000 n \n", offsets[i]);
    }
    fprintf(file, "trailer\n<< /Size %ld /Root 1 0 R /ID [<%032d> <%032d>] >>\nstartxref\n%ld\n%%%%EOF\n", count, 1, 1, table);
    fclose(file);
    free(offsets);
    return 0;
}
