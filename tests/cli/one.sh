# One file of tests, started by run.sh: in a folder and a home of its own, so that files run side by side.
name=$(basename "$1")
log=$work/$name.log
work=$work/$name.d
all_counts=$COUNTS
COUNTS=$work/counts
export work COUNTS HOME="$work/home" XDG_CONFIG_HOME="$work/home/.config"
mkdir -p "$work/home"
: >"$COUNTS"
. "$here/lib.sh"
file=$1
case $file in
*/*) ;;
*) file=$here/$file ;;
esac
case $file in
*.test) run_cases "$file" >"$log" 2>&1 ;;
*) (. "$file") >"$log" 2>&1 ;;
esac
if [ ! -s "$COUNTS" ]; then
    fail "$name: nothing was tested" >>"$log"
fi
cat "$COUNTS" >>"$all_counts"
chmod -R u+rwx "$work"
rm -rf "$work"
