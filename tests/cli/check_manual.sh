# Help and manual come from one table: every option has a text and an example, every example parses and runs.
fresh_folder
# The worked examples run in the order of the manual: the first one makes acme.
mkdir -p m/exports
for n in 1 2 3 4 5 6 7 8; do
    echo "{\"value\":[{\"n\":$n}]}" >m/exports/$n.json
done
# Two exports with something to answer for.
in=/subscriptions/aaaaaaaa-0000-4000-8000-00000000000a/resourceGroups
rule='{"name":"rdp","properties":{"priority":100,"direction":"Inbound","access":"Allow","protocol":"Tcp","sourceAddressPrefix":"*","sourcePortRange":"*","destinationAddressPrefix":"*","destinationPortRange":"3389"}}'
printf '{"value":[{"id":"%s/rg-net/providers/Microsoft.Network/networkSecurityGroups/nsg-jump-prod","type":"Microsoft.Network/networkSecurityGroups","properties":{"securityRules":[%s],"defaultSecurityRules":[]}}]}' "$in" "$rule" >m/exports/nsg.json
printf '{"value":[{"id":"%s/rg-data/providers/Microsoft.Storage/storageAccounts/stlegacy","type":"Microsoft.Storage/storageAccounts","properties":{"minimumTlsVersion":"TLS1_0"}}]}' "$in" >m/exports/storage.json
for f in nsg storage; do
    echo '{"format":"bindery-sidecar 1","collected_at":"2026-03-15T06:00:00Z","complete":true}' >m/exports/$f.json.meta.json
done
SOURCE_DATE_EPOCH=1783000000 # a waiver holds until a day to come
export SOURCE_DATE_EPOCH
cp -R "$here/policies/own.case" "$here/policies/baseline.json" "$here/policies/definitions" m
# The authority of the examples is one of ours, reached as through a proxy.
sh "$root/tests/servers/pki.sh" pki >pki.log 2>&1 || fail "manual: the test's authorities are made" "$(cat pki.log)"
mkfifo held
python3 "$root/tests/servers/authority.py" pki <held >port 2>server.log &
server=$!
exec 9>held
while [ ! -s port ] && kill -0 "$server" 2>/dev/null; do
    sleep 0.1
done
http_proxy=http://127.0.0.1:$(cat port) python3 "$here/manual.py" m >list 2>why || fail "manual: the table is read" "$(cat why)"
exec 9>&-
kill "$server" 2>/dev/null
while IFS="$(printf '\t')" read -r word what detail; do
    case $word in
    ok) pass "$what" ;;
    *) fail "$what" "$detail" ;;
    esac
done <list
unset SOURCE_DATE_EPOCH

bindery help --man >bindery.1
if command -v man >/dev/null; then
    said=$(LC_ALL=C.UTF-8 MANWIDTH=100 man --warnings -E UTF-8 -l bindery.1 2>&1 >/dev/null)
    claim "manual: man has nothing to say against the page" test -z "$said"
fi
if command -v mandoc >/dev/null; then
    claim "manual: mandoc has nothing to say against the page" mandoc -T lint -W warning bindery.1
fi
claim "manual: the page is in sections" sh -c \
    'for s in NAME SYNOPSIS DESCRIPTION COMMANDS "COMMON OPTIONS" "EXIT STATUS" ENVIRONMENT FILES; do grep -q "^.SH $s" bindery.1 || exit 1; done'
claim "manual: the page is the same in any locale" sh -c 'LC_ALL=tr_TR.UTF-8 bindery help --man | cmp - bindery.1'

# The check of one's own that the README shows is loaded, and its case holds.
new_engagement mine
mkdir mine/catalog
sed -n '/^```json$/,/^```$/p' "$root/README.md" | grep -v '^```' >mine/catalog/own.json
awk '/^Cases are three lines/ { here = 1 } here && /^```/ { n++; next } here && n == 1' "$root/README.md" >own.case
claim "manual: the README shows a check and its case" sh -c 'grep -q own-tls mine/catalog/own.json && grep -q own-tls own.case'
claim "manual: the README's own check passes the lint" bindery -C mine catalog lint -q
claim "manual: the README's case holds" bindery -C mine catalog test own.case -q
