"""pages_reportlab.py PAGES FILE - the records of pages.c as a PDF by reportlab, with the same embedded TrueType face.

A page is 50 rows of 5 cells.  Prints pages, seconds, pages a second and the most memory held in MB."""
import resource
import sys
import time

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import LongTable, Paragraph, SimpleDocTemplate

ROWS_PER_TABLE = 5000
FACE = "/usr/share/fonts/truetype/open-sans/OpenSans-Regular.ttf"


def cells(row):
    return [f"E-{row:06}", f"person{row % 977}@contoso.example", f"change {row % 131} of a role", "2026-03-14", str(row % 1013)]


def main():
    pages, name = int(sys.argv[1]), sys.argv[2]
    pdfmetrics.registerFont(TTFont("Text", FACE))
    heading = ParagraphStyle("heading", fontName="Text", fontSize=20, leading=26)
    style = [("FONT", (0, 0), (-1, -1), "Text", 7), ("LINEBELOW", (0, 0), (-1, -1), 0.5, colors.lightgrey),
             ("ALIGN", (4, 0), (4, -1), "RIGHT"), ("TOPPADDING", (0, 0), (-1, -1), 1.8), ("BOTTOMPADDING", (0, 0), (-1, -1), 1.8)]
    start, story, rows = time.monotonic(), [], pages * 50
    for first in range(0, rows, ROWS_PER_TABLE):
        story.append(Paragraph(f"Part {first // ROWS_PER_TABLE + 1}", heading))
        data = [["Id", "Who", "What", "Day", "Count"]] + [cells(row) for row in range(first, min(rows, first + ROWS_PER_TABLE))]
        story.append(LongTable(data, colWidths=[60, 150, 150, 60, 50], rowHeights=13, repeatRows=1, style=style))
    document = SimpleDocTemplate(name, pagesize=A4, topMargin=68, bottomMargin=68)
    document.build(story)
    took = time.monotonic() - start
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{document.page} pages, reportlab: {took:.2f} s, {document.page / took:.0f} pages/s, {held} MB held")


main()
