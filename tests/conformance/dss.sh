#!/bin/sh
# dss.sh fetch | dss.sh ROOT.pem INSTANT [CRL...] -- FILE.pdf... - what EU DSS says of signed PDFs, as Dss.java prints it.
# Its jars are fetched once into build/dss; without them, or with other bytes than dss.sha256 names, this fails.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
folder=$here/../../build/dss
if ! (cd "$folder" && sha256sum -c --quiet --strict "$here/dss.sha256") >/dev/null 2>&1; then
    rm -rf "$folder"
    mkdir -p "$folder"
    mvn -q -B -f "$here/dss.xml" dependency:copy-dependencies -DoutputDirectory="$folder" >&2 || {
        echo "dss: mvn could not fetch it" >&2
        exit 2
    }
fi
(cd "$folder" && sha256sum -c --quiet --strict "$here/dss.sha256" && [ "$(ls | wc -l)" -eq "$(wc -l <"$here/dss.sha256")" ]) >&2
[ "$1" != fetch ] || exit 0
exec java -cp "$folder/*" "$here/Dss.java" "$@"
