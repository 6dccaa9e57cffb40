"""terminal.py ANSWER... -- WORDS...: runs bindery on a terminal of its own, types one answer per question; prints what the
terminal showed and ends with its exit code.  A question ends in ': '."""
import os
import pty
import select
import sys
import time

split = sys.argv.index("--")
answers, words = sys.argv[1:split], sys.argv[split + 1:]
child, terminal = pty.fork()
if child == 0:
    os.execv(os.environ["BINDERY"], ["bindery", *words])
shown, unread, end = b"", b"", time.time() + 30
while time.time() < end:
    ready = select.select([terminal], [], [], 0.5)[0]
    try:
        piece = os.read(terminal, 65536) if ready else b""
    except OSError:
        break
    if ready and not piece:
        break
    shown += piece
    unread += piece
    if unread.endswith(b": ") and answers:
        time.sleep(0.05)
        os.write(terminal, answers.pop(0).encode() + b"\n")
        unread = b""
sys.stdout.buffer.write(shown)
sys.stdout.flush()
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
