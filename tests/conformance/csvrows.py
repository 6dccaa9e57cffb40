"""csvrows.py FILE... - every row of a CSV file has as many cells as its header, and no cell begins a formula."""
import csv
import sys

bad = 0
for name in sys.argv[1:]:
    with open(name, encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file, strict=True))
    for number, row in enumerate(rows, 1):
        if len(row) != len(rows[0]):
            bad += 1
            print("%s: row %d has %d cells of %d" % (name, number, len(row), len(rows[0])))
        for cell in row:
            if cell[:1] in "=+@\t\r" and cell:
                bad += 1
                print("%s: row %d: a cell that a spreadsheet would run: %s" % (name, number, cell[:40]))
sys.exit(1 if bad or len(sys.argv) < 2 else 0)
