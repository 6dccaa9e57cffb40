#!/bin/sh
# demo.sh BINDERY FOLDER - the sample engagement, copied to FOLDER, run there, and its package verified.
set -eu
bindery=$(realpath "$1")
folder=$2
sample=$(dirname "$0")/contoso

rm -rf "$folder"
mkdir -p "$(dirname "$folder")"
cp -R "$sample" "$folder"
cd "$folder"

echo "bindery run, in $folder:"
log=$(pwd).log
notes=$(pwd).notes
"$bindery" run >"$log" 2>"$notes" || {
    status=$?
    cat "$log" "$notes" >&2
    exit $status
}
sed 's/^/  /' "$log"
# What was refused and noted belongs to the picture: the sample holds one file that is cut short.
sed -n 's/^bindery: \(refused\|note\|warning\): /  \1: /p' "$notes"

package=$(ls out/*/*.zip)
period=$(dirname "$package")
echo
echo "bindery verify --trust identity/trial.crt.pem --reperform $package:"
"$bindery" verify -q --trust identity/trial.crt.pem --reperform "$package" | sed 's/^/  /'

cat <<WORDS

You now hold what an auditor would be handed for one period:

  $folder/$period/binder.pdf
      the signed binder: start here, in any PDF reader
  $folder/$package
      the package: the binder, every piece of evidence, hashes, signature, and
      00_START-HERE/index.html to browse it offline
  $folder/$period/readiness.pdf
      the same findings for you: what is missing, and who owns it
  $folder/$period/assessment.json, findings.ndjson
      the same for programs

The company is invented, the key is a trial key, and some controls fail on purpose.
Your own, with $1 on the PATH:

  bindery init acme && cp -R YOUR-EXPORTS/. acme/inbox/ && bindery -C acme run
WORDS
