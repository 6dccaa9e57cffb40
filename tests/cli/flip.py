"""flip.py FILE TRUST COUNT COPY: flips one bit at COUNT places spread over the file; none may verify or crash."""
import os
import subprocess
import sys

path, trust, count, copy = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
data = bytearray(open(path, "rb").read())
ends = [0, 1, 10, 14, 26, len(data) - 1, len(data) - 2, len(data) - 10, len(data) - 22]
places = sorted(set(ends + [(i * len(data)) // count + i % 7 for i in range(count - len(ends))]))
bad = 0
for number, place in enumerate(places):
    data[place] ^= 1 << (number % 8)
    open(copy, "wb").write(data)
    data[place] ^= 1 << (number % 8)
    done = subprocess.run([os.environ["BINDERY"], "verify", "--json", "--trust", trust, copy], capture_output=True)
    if done.returncode not in (1, 3, 6):
        bad += 1
        print("byte %d of %d, bit %d: exit %d %s" % (place, len(data), number % 8, done.returncode, done.stderr[:200]))
print("%d places, %d unnoticed" % (len(places), bad))
sys.exit(bad > 0)
