# Calendars, papers and acts that lie on a boundary, each engagement judged from the command line; see periods.py.
fresh_folder
mkdir engagements
python3 "$here/periods.py" "$BINDERY" engagements >out 2>&1
while read -r word name rest; do
    case $word in
    pass) pass "periods: $name" ;;
    FAIL) fail "periods: $name" "$rest" ;;
    esac
done <out
claim "periods: all of them were judged" grep -q '^47 cases, ' out
