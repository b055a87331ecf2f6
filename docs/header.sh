#!/bin/sh
# header.sh DOXYGEN FOLDER: Doxygen's own page header, with the theme's switch between light and dark.
set -eu
cd "$2"
"$1" -w html own-header.html own-footer.html own-style.css
awk '/<\/head>/ {
  print "<script src=\"$relpath^doxygen-awesome-darkmode-toggle.js\"></script>"
  print "<script src=\"$relpath^doxygen-awesome-fragment-copy-button.js\"></script>"
  print "<script>DoxygenAwesomeDarkModeToggle.init(); DoxygenAwesomeFragmentCopyButton.init();</script>"
} { print }' own-header.html >header.html
