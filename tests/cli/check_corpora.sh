# Hostile files that others published, by path, and zip bombs made here: refused in little memory and time.
fresh_folder
if ! python3 "$here/corpora.py" . >said 2>why; then
    fail "corpora: the files are tried" "$(cat said why)"
fi
while read -r word rest; do
    case $word in
    pass) pass "$rest" ;;
    skip) echo "skip $rest" ;;
    *) fail "$rest" ;;
    esac
done <said
