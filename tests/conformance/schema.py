"""schema.py SCHEMA FILE... - each file is valid under the JSON Schema (2020-12), and the schema is itself."""
import json
import sys

import jsonschema

schema = json.load(open(sys.argv[1], encoding="utf-8"))
if schema.get("$schema") != "https://json-schema.org/draft/2020-12/schema":
    sys.exit("%s is of another draft" % sys.argv[1])
jsonschema.Draft202012Validator.check_schema(schema)
validator = jsonschema.Draft202012Validator(schema)
bad = 0
for name in sys.argv[2:]:
    for error in validator.iter_errors(json.load(open(name, encoding="utf-8"))):
        bad += 1
        print("%s: at /%s: %s" % (name, "/".join(map(str, error.absolute_path)), error.message[:300]))
if len(sys.argv) < 3:
    sys.exit("no files")
sys.exit(1 if bad else 0)
