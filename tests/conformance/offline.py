"""offline.py HTML - no script, and nothing that a browser would fetch from elsewhere."""
import re
import sys

text = open(sys.argv[1], encoding="utf-8").read()
for found in re.finditer(r"<(script|iframe|object|embed|link|base|form)\b|\b(src|action)\s*=|@import|url\(", text, re.I):
    sys.exit("line %d: %s" % (text.count("\n", 0, found.start()) + 1, text[found.start():found.start() + 60]))
