#!/bin/sh
# filter.sh FILE: a page as Doxygen wants it. In the repository it reads well without: code is linked
# there, and shown here; pages link to files there, and to pages here. In a header, names of Python that
# are not on the page of multiprocessing are given their page (a space there would be one of the address), and what
# is private or protected, or a base that only holds it, is no user's.
case "$1" in
  *.hpp)
    exec sed -e 's#\\python{\(concurrent\.futures\|threading\|collections\|multiprocessing\.shared_memory\)\.#\\python{\1,\1.#' \
      -e 's#\(\\python{[^},]*\), #\1,#' \
      -e 's# : public \(Handle\|Guarded\|MethodsOf\|std::enable_shared_from_this\)<.*{$# {#' \
      -e '/^ \(private\|protected\):/,/^};/{/^};/!s/.*//}' "$1" ;;
esac
chapter=$(echo "$1" | sed -n 's#.*/chapters/\(\([0-9]*\)_[^/]*\)/README.md#\1#p')
exercise=$(echo "$1" | sed -n 's#.*/exercises/\([0-9]*_[0-9]\)_[^/]*/README.md#\1#p')
label=
topics=
# Pages for which links like [Queue](#queue) lead to their headings: there as the repository makes them, here by a label.
case "$1" in
  */docs/python.md) label=python topics=python_ ;;
  */docs/pitfalls.md) topics=pitfalls_ ;;
esac
[ -z "$chapter" ] || label="chapter_${chapter%%_*}"
[ -z "$exercise" ] || label="exercise_$exercise"
# shellcheck disable=SC2016
sed -e "1s/^# /# ${exercise:+$exercise · }/" \
    -e "1s/^# .*/&${label:+ {#$label\}}/" \
    ${topics:+-e "/^###* /{h;s/^#* //;s/[.,?'()]//g;y/ ABCDEFGHIJKLMNOPQRSTUVWXYZ/-abcdefghijklmnopqrstuvwxyz/;s/.*/ {#$topics&}/;H;g;s/\n//}"} \
    ${topics:+-e "s/](#/](#$topics/g"} \
    -e '1s/.*{#\(pitfalls\|tutorials\|principles\)}.*/&\n\n[TOC]/' \
    -e "s#^\[\`steps/[^]]*\`\](\(steps/[^)]*\))\$#**\1**\n\n@include $chapter/\1#" \
    -e 's#(\(\.\./\)*docs/pictures/#(#g' \
    -e 's#\](\(\.\./\.\./docs/\)*\([a-z]*\)\.md)#](@ref \2)#g' \
    -e 's|\](\.\./\.\./docs/\([a-z]*\)\.md#\([^)]*\))|](@ref \1_\2)|g' \
    -e 's#\](\(\.\./\)*exercises/\([0-9]*_[0-9]\)_[^/]*/README.md)#](@ref exercise_\2)#g' \
    -e 's#\](\(\.\./\)*chapters/\([0-9]*\)_[^/]*/README.md)#](@ref chapter_\2)#g' \
    -e 's#\[\(`[^`]*`\)\]([^)]*\.\([ch]pp\|py\))#\1#g' "$1"
