"""resident.py stores FILE COUNT - writes an answer of ARM with COUNT storage accounts that fail several checks.
   resident.py peak COMMAND... - runs it and prints the most memory, in KiB, that it had resident; ends with its code."""
import json
import resource
import subprocess
import sys

SUBSCRIPTION = "11111111-1111-1111-1111-111111111111"


def store(number):
    name = f"store{number:06d}"
    return {"id": f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-{number % 97}/providers/Microsoft.Storage/storageAccounts/{name}",
            "name": name, "type": "Microsoft.Storage/storageAccounts", "location": "westeurope",
            "properties": {"supportsHttpsTrafficOnly": False, "minimumTlsVersion": "TLS1_0", "allowBlobPublicAccess": True,
                           "publicNetworkAccess": "Enabled", "allowSharedKeyAccess": True}}


if sys.argv[1] == "stores":
    with open(sys.argv[2], "w", encoding="ascii") as out:
        out.write('{"value":[')
        for i in range(int(sys.argv[3])):
            out.write(("," if i > 0 else "") + json.dumps(store(i)))
        out.write("]}")
else:
    code = subprocess.run(sys.argv[2:], stdout=subprocess.DEVNULL, check=False).returncode
    print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
    sys.exit(code)
