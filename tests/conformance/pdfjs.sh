#!/bin/sh
# pdfjs.sh fetch | pdfjs.sh FILE.pdf - the text of a PDF by PDF.js, as pdfjs.mjs prints it. The package is fetched once into
# build/pdfjs; without it, or with other bytes than these, this fails.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
folder=$here/../../build/pdfjs
version=4.7.76
sum=5198d6e4a1d3df30ed5005aa82a830ed2ef3c99c1c1d32017e4d9376899ef4bd
mkdir -p "$folder"
if ! [ -f "$folder/pdfjs-dist-$version.tgz" ]; then
    (cd "$folder" && npm pack --silent "pdfjs-dist@$version") >&2 || { echo "pdfjs: npm could not fetch it" >&2; exit 2; }
fi
echo "$sum  $folder/pdfjs-dist-$version.tgz" | sha256sum -c --quiet --strict - >&2
[ -d "$folder/package/legacy/build" ] || tar -xzf "$folder/pdfjs-dist-$version.tgz" -C "$folder"
[ "$1" != fetch ] || exit 0
exec node "$here/pdfjs.mjs" "$folder/package/legacy/build" "$1"
