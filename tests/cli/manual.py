"""manual.py FOLDER: the manual against the program. Prints `ok|FAIL<TAB>CLAIM<TAB>DETAIL`.

The table comes from `bindery help --json`, the text from `bindery help --man`; FOLDER holds an engagement `acme`, a
folder `exports` and a package and a certificate under the names that the examples use.
"""
import json
import os
import re
import shlex
import subprocess
import sys

BINDERY = os.environ["BINDERY"]


def run(*words, folder="."):
    return subprocess.run([BINDERY, *words], capture_output=True, text=True, cwd=folder, stdin=subprocess.DEVNULL)


def say(is_true, claim, detail=""):
    print("%s\t%s\t%s" % ("ok" if is_true else "FAIL", claim, " ".join(str(detail).split())[:300]))


def commands_of(example):
    """The words of each bindery command in an example; what a shell does around them is left out."""
    commands = [shlex.split(part) for part in re.split(r"&&|\|", example)]
    return [words[1:] for words in commands if words[0] == "bindery"]


def plain(roff):
    return re.sub(r"\s+", " ", roff.replace("\\-", "-").replace("\\e", "\\").replace("\\&", ""))


def check_option(verb, option, man):
    name = option["name"]
    what = "manual: %s of %s" % (name, verb["name"])
    say(len(option.get("text", "")) > 20 and option["text"].endswith("."), what + " has a text", option)
    say(len(option.get("help", "")) > 5, what + " has a help line", option)
    say(option.get("since"), what + " says since when", option)
    say(plain(option["text"]) in man and plain(option["example"]) in man, what + " is in the man page")
    commands = commands_of(option["example"])
    shown = [word.split("=")[0] for words in commands for word in words]
    say(name in shown or option.get("letter") in shown, what + " has an example that shows it", option["example"])
    for words in commands:
        done = run(*words, "-h")
        say(done.returncode == 0, what + " has an example that parses", done.stderr)


def check_verb(verb, man, folder):
    what = "manual: " + verb["name"]
    done = run(*verb["name"].split(), "-h")
    say(done.returncode == 0 and not done.stderr, what + " -h ends 0", done.stderr)
    say(done.stdout.startswith("usage: bindery " + verb["name"]), what + " -h begins with the usage", done.stdout[:80])
    say("\nexample:\n  $ " + verb["example"] in done.stdout, what + " -h has a worked example")
    say(len(done.stdout.splitlines()) <= 40, what + " -h fits on one screen", len(done.stdout.splitlines()))
    same = run("help", *verb["name"].split())
    say(same.stdout == done.stdout, what + ": help says the same as -h")
    say(plain(verb["text"]) in man and plain(verb["answer"]) in man, what + " is in the man page")
    for words in commands_of(verb["example"]):
        done = run(*words, folder=folder)
        say(done.returncode == 0, what + ": its worked example runs", done.stderr)
    like = re.sub(r"\d+(\.\d+)?", "N", verb["answer"].split("\n")[-1].split("  ")[0])
    say(like in re.sub(r"\d+(\.\d+)?", "N", done.stdout), what + ": and answers as the manual shows", done.stdout)


def main():
    table = json.loads(run("help", "--json").stdout)
    man = plain(run("help", "--man").stdout)
    seen = set()
    for verb in table["commands"]:
        check_verb(verb, man, sys.argv[1])
        for option in verb["options"]:
            key = (option["name"], option.get("argument"))
            if key not in seen:
                seen.add(key)
                check_option(verb, option, man)
        help_text = run(*verb["name"].split(), "-h").stdout
        for option in verb["options"]:
            if option["name"] not in ("--version", "--build-info"):
                say(option["name"] in help_text, "manual: %s -h lists %s" % (verb["name"], option["name"]))
    for code in (0, 1, 2, 3, 4, 5, 6, 70, 75):
        say(" .B %d " % code in man, "manual: exit status %d is explained" % code)
    say(len(seen) > 25, "manual: the whole table was read", len(seen))


main()
