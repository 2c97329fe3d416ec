#!/bin/sh
# The first story, replayed into a store of its own and asked three questions. Run it by `make demo`.
set -eu
cd "$(dirname "$0")/.."

say() { printf '%s\n' "$@"; }
show() { # prints the command as a person would type it, then what it answers
    printf '\n$ %s\n' "$*"
    "$@"
}

TIMELINE_DB=build/demo.db
export TIMELINE_DB
mkdir -p build
rm -f "$TIMELINE_DB" "$TIMELINE_DB-wal" "$TIMELINE_DB-shm" # the same demo every time

say "One news report of 21 November 2025, as events. Replay it into a store:"
show timeline replay fixtures/foxconn-openai.yaml

say "" "What was the state of Foxconn's partnerships on the day of the report?"
show timeline state foxconn --on 2025-11-21

say "" "And in the spring before, with all that we know today (hindsight)?"
show timeline state foxconn --on 2025-04-15

say "" "What could a reader have said one day before the report?"
show timeline state foxconn --as-of 2025-11-20

cat <<'END'

Now ask questions of your own. The store is build/demo.db (`make demo` makes it anew):

  export TIMELINE_DB=build/demo.db PATH="$PWD/.venv/bin:$PATH"

  timeline state openai --on 2025-11-21           # the other side of the table
  timeline log rumour:foxconn-nissan              # every report behind one item
  timeline find "hon hai"                         # a company by any of its names
  timeline replay fixtures/foxconn-openai-later.yaml
  timeline state foxconn --as-of 2025-04-15       # later reports told what was known then
  timeline --help

Or look at it in a browser (.venv/bin/pip install -e '.[web,plot,graph]' first):

  timeline serve                                  # then open http://127.0.0.1:8000/
END
