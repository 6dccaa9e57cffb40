"""liar.py SOURCE TARGET [WORD...]: a copy of the program that is another one in some point.

    lie       calls what is in progress complete: what somebody makes who holds the key and lies
    version   says that it was made of other sources
    words     gives one reason in other words
    ids       names every exception otherwise
    edition   calls its packages by another edition than they are of
    figures   lists none of the score's figures
"""
import re
import sys

source, target = sys.argv[1:3]
program = open(source, "rb").read()


def change(old, new):
    global program
    assert old in program, "the program does not hold %r" % old
    assert len(old) == len(new)
    program = program.replace(old, new)


for word in sys.argv[3:] or ["lie"]:
    if word == "lie":
        change(b"\0[~]\0", b"\0[x]\0")
    elif word == "version":
        change(re.search(rb"\(sources [0-9a-f]{12}\)", program).group(), b"(sources 0123456789ab)")
    elif word == "words":
        change(b"no evidence describes a day of the period", b"of no day of the period there is evidence")
    elif word == "ids":
        change(b"X-%.*s-%.*s-%s", b"Y-%.*s-%.*s-%s")
    elif word == "edition":
        change(b"auditor\0", b"auditar\0")
    elif word == "figures":
        for member in (b"n", b"of", b"percent"):
            change(b"\0/score/%s/" + member + b"\0", b"\0\0score/%s/" + member + b"\0")
    else:
        sys.exit("no such word: " + word)
open(target, "wb").write(program)
