# On a terminal: init asks, a run shows a bar and takes it away again, a passphrase is not echoed.
fresh_folder
said=$(python3 "$here/terminal.py" 'Acme GmbH' Europe/Berlin 2026-H1=2026-01-01..2026-06-30 'Security, Availability' '' -- init e 2>&1)
got=$?
claim "terminal: init asks and takes the answers" test "$got" -eq 0
claim_says "terminal: it asks in words" "Organisation ["
claim "terminal: the answers stand in bindery.json" sh -c \
    'grep -q "Acme GmbH" e/bindery.json && grep -q Europe/Berlin e/bindery.json && grep -q 2026-06-30 e/bindery.json && grep -q Availability e/bindery.json'
said=$(python3 "$here/terminal.py" '' '' '' '' '' -- init blank 2>&1)
claim_says "terminal: an empty answer takes the default and says so" "by default"
claim "terminal: the default is the folder's name" grep -q '"name": "blank"' blank/bindery.json
said=$(python3 "$here/terminal.py" '' Mars/Phobos '' '' '' -- init bad 2>&1)
claim_says "terminal: a bad answer is explained" "unknown time zone 'Mars/Phobos'"
claim "terminal: and makes nothing" test ! -e bad
said=$(python3 "$here/terminal.py" -- init given --organisation A --timezone UTC --period a=2026-01-01..2026-03-31 \
    --category Security --subscription 11111111-2222-3333-4444-555555555555 2>&1)
claim_says "terminal: what is given is not asked" "given is an engagement of A"

copy_ready r
python3 "$here/terminal.py" -- -C r run --no-cache >shown 2>&1
claim "terminal: a run shows a bar" grep -q '\[####' shown
claim "terminal: and takes it away before it speaks" sh -c 'printf "\r\033[K" >mark; grep -qF "$(cat mark)bindery: refused" shown'
claim "terminal: the stages are named" grep -q 'judging the controls' shown
python3 "$here/terminal.py" -- -C r run -q >shown 2>&1
claim "terminal: --quiet shows none" sh -c '! grep -q "\[####" shown'

key=r/identity/trial.key.pem
openssl ec -in $key -aes256 -passout pass:sesame -out k 2>/dev/null && cp k $key && chmod 600 $key
said=$(python3 "$here/terminal.py" sesame -- -C r run -q 2>&1)
got=$?
claim "terminal: the passphrase is asked" test "$got" -eq 0
claim_says "terminal: with the file it is for" "Passphrase of r/identity/trial.key.pem"
claim "terminal: and is not echoed" sh -c '! printf "%s" "$0" | grep -q sesame' "$said"
python3 "$here/terminal.py" wrong -- -C r run -q >shown 2>&1
claim "terminal: a wrong one ends 3" test $? -eq 3
claim "terminal: and says so" grep -q 'the passphrase does not fit' shown
