#!/bin/sh
# header.sh DOXYGEN FOLDER: Doxygen's own page header, with the theme's switch between light and dark, and a first link
# that leads past the menus.
set -eu
cd "$2"
"$1" -w html own-header.html own-footer.html own-style.css
awk '/<\/head>/ {
  print "<script src=\"$relpath^doxygen-awesome-darkmode-toggle.js\"></script>"
  print "<script src=\"$relpath^doxygen-awesome-fragment-copy-button.js\"></script>"
  print "<script>DoxygenAwesomeDarkModeToggle.init(); DoxygenAwesomeFragmentCopyButton.init();</script>"
} { print }
/^<body>/ { print "<a class=\"skip\" href=\"#doc-content\">To the text</a>" }' own-header.html >header.html
