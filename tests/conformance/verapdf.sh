#!/bin/sh
# verapdf.sh fetch | verapdf.sh FLAVOUR FILE - ends with 0 when veraPDF finds that FILE conforms (3b: PDF/A-3b,
# ua1: PDF/UA-1). It is fetched once into build/verapdf; without it, or with other bytes than these, this fails.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
folder=$here/../../build/verapdf
jar=$folder/greenfield-apps-1.28.2.jar
sum=687d4d8bcfec48c9f7e931cf78ed061f1eeccfba55d4cdc000ba9b4d8aa46ce6

if [ ! -f "$jar" ]; then
    mkdir -p "$folder"
    mvn -q -B -f "$here/pom.xml" dependency:copy-dependencies -DexcludeTransitive=true \
        -DoutputDirectory="$folder" >&2 || { echo "verapdf: mvn could not fetch it" >&2; exit 2; }
fi
echo "$sum  $jar" | sha256sum -c --quiet --strict - >&2
[ "$1" != fetch ] || exit 0
flavour=$1
file=$(realpath "$2")
said=$(java -Xmx3g -cp "$jar" org.verapdf.apps.GreenfieldCliWrapper -f "$flavour" --format text -v "$file" 2>&1) || true
printf '%s\n' "$said" | grep -qxF "PASS $file $flavour" || {
    printf '%s\n' "$said"
    exit 1
}
