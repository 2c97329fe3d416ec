#!/bin/sh
# Three pictures of the real stories, in build/pictures. Run it by `make demo` or `make pictures`.
set -eu
cd "$(dirname "$0")/.."

TIMELINE_DB=build/pictures/stories.db
export TIMELINE_DB
mkdir -p build/pictures
rm -f build/pictures/* # the same pictures every time

timeline replay --quiet fixtures
cd build/pictures
TIMELINE_DB=stories.db
timeline plot foxconn --on 2025-11-21 --quiet -o foxconn.html
timeline plot rumour:foxconn-nissan --on 2025-11-21 --known 2025-11-20 --quiet -o rumour.html
timeline graph foxconn --depth 2 --on 2025-11-21 --quiet -o network.html

cat <<END

Three pictures of the real stories, each a page that opens without a network, with its data beside it:

  file://$PWD/foxconn.html   what Foxconn was part of, over time
  file://$PWD/rumour.html    one rumour, by when it held and when that was known
  file://$PWD/network.html   who was tied to whom, with a slider through the days
END
