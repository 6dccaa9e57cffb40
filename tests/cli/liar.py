"""A copy of the program that calls what is in progress complete: what somebody makes who holds the key and lies."""
import sys

source, target = sys.argv[1:3]
program = open(source, "rb").read()
word = b"\0[~]\0"
assert word in program, "the program holds no word for what is in progress"
open(target, "wb").write(program.replace(word, b"\0[x]\0"))
