/* pdfjs.mjs BUILD FILE.pdf - the text of a PDF as PDF.js extracts it, for search and copy: a line of UTF-8 for each line
 * that it sees, a form feed behind each page. BUILD is the folder legacy/build of pdfjs-dist. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [build, file] = process.argv.slice(2);
const { getDocument, VerbosityLevel } = await import(pathToFileURL(join(build, "pdf.mjs")));
const data = new Uint8Array(readFileSync(file));
const pdf = await getDocument({ data, isEvalSupported: false, useSystemFonts: false, verbosity: VerbosityLevel.ERRORS })
    .promise;
for (let number = 1; number <= pdf.numPages; number++) {
    const page = await pdf.getPage(number);
    const content = await page.getTextContent();
    let text = "", before = null;
    for (const item of content.items) {
        if (item.str === "") {
            text += item.hasEOL ? "\n" : "";
            continue;
        }
        /* What stands at another height is another line, and what stands back on the same one another column. */
        const [, , , , x, y] = item.transform;
        if (before !== null && (y !== before.transform[5] || x < before.transform[4]) && !/\s$/.test(text)) {
            text += "\n";
        }
        before = item;
        text += item.str + (item.hasEOL ? "\n" : "");
    }
    process.stdout.write(text + "\n\f");
    page.cleanup();
}
