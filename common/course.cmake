# The two functions that declare what the course is made of.

# chapter(01_process): a library from the chapter's headers and sources, a program from each of
# main.cpp, NAME.cpp with a main, and steps/*.cpp, and a benchmark from bench.cpp.
# The target of the chapter's name builds all its programs.
function(chapter name)
  cmake_parse_arguments(arg "" "" "LIBRARIES;PROGRAMS" ${ARGN})
  set(folder ${CMAKE_SOURCE_DIR}/chapters/${name})
  file(GLOB sources CONFIGURE_DEPENDS ${folder}/*.cpp)
  list(REMOVE_ITEM sources ${folder}/main.cpp ${folder}/bench.cpp)
  foreach(program IN LISTS arg_PROGRAMS)
    list(REMOVE_ITEM sources ${folder}/${program}.cpp)
  endforeach()

  set(library lib${name})
  add_library(${library} STATIC ${sources})
  set_target_properties(${library} PROPERTIES PREFIX "")
  get_property(lower GLOBAL PROPERTY chapter_libraries)
  target_link_libraries(${library} PUBLIC ${lower} common ${arg_LIBRARIES})
  target_include_directories(${library} PUBLIC ${CMAKE_SOURCE_DIR}/chapters)
  set_property(GLOBAL PROPERTY chapter_libraries ${library} ${lower})

  add_custom_target(${name})
  file(GLOB steps RELATIVE ${folder} CONFIGURE_DEPENDS ${folder}/steps/*.cpp)
  list(TRANSFORM steps REPLACE "\\.cpp$" "")
  foreach(program IN ITEMS main LISTS arg_PROGRAMS steps)
    string(REPLACE / _ target ${name}_${program})
    add_executable(${target} ${folder}/${program}.cpp)
    target_link_libraries(${target} PRIVATE ${library})
    get_filename_component(output ${program} NAME)
    set_target_properties(${target} PROPERTIES
      OUTPUT_NAME ${output} RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/chapters/${name})
    add_dependencies(${name} ${target})
  endforeach()

  if(benchmark_FOUND AND EXISTS ${folder}/bench.cpp)
    add_executable(${name}_bench EXCLUDE_FROM_ALL ${folder}/bench.cpp)
    target_link_libraries(${name}_bench PRIVATE ${library} benchmark::benchmark)
    set_target_properties(${name}_bench PROPERTIES
      OUTPUT_NAME bench RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/chapters/${name})
  endif()
endfunction()

# Without it, watched exercises are not, nor where all is built with a sanitizer already. Where it is, a submission that
# does not compile with it hides its races.
include(CheckCXXSourceCompiles)
if(NOT CMAKE_CXX_FLAGS MATCHES -fsanitize)
  set(CMAKE_REQUIRED_FLAGS -fsanitize=thread)
  check_cxx_source_compiles("int main() {}" HAS_THREAD_SANITIZER)
  unset(CMAKE_REQUIRED_FLAGS)
endif()

# submission_script(compile lib flags): a script that compiles a submission, with that half of the checks.
function(submission_script script subject flags)
  get_property(chapters GLOBAL PROPERTY chapter_libraries)
  set(libraries "")
  foreach(library IN ITEMS ${chapters} common)
    string(APPEND libraries " '$<TARGET_FILE:${library}>'")
  endforeach()
  file(GENERATE OUTPUT ${script} CONTENT
"# FILE PROGRAM: builds a submission; PROGRAM.d lists what it includes, also what is not there
ulimit -v 4000000 2>/dev/null
ulimit -f 500000 2>/dev/null
ulimit -t \"\${GRADER_COMPILE_SECONDS:-60}\" 2>/dev/null  # of the compiler's own time: a busy machine is nobody's fault
export TMPDIR=\"$(dirname \"$2\")\"  # what is left there by a compiler that was stopped goes with the program
compiler() {
  timeout 600 '${CMAKE_CXX_COMPILER}' -std=c++20 -D_GNU_SOURCE ${CMAKE_CXX_FLAGS} -Wno-error -O1 -g1 ${flags} \"$@\"
}
in_source() {
  compiler -ffile-prefix-map=\"$(dirname \"$1\")\"=/submission \\
    -I'${CMAKE_SOURCE_DIR}' -I'${CMAKE_SOURCE_DIR}/chapters' \"$@\"
}
in_source \"$1\" -M -MG -MF \"$2.d\" 2>/dev/null
in_source \"$1\" -c -o \"$2.o\" || exit
if nm \"$2.o\" | grep -q _ZN6grader; then
  echo 'it uses names of the grader itself: an answer is called by the checks, and calls none of what they are made of'
  exit 1
fi
compiler \"$2.o\" -o \"$2\" -Wl,--build-id \\
  -Wl,--whole-archive '$<TARGET_FILE:${subject}>' -Wl,--no-whole-archive \\
  '$<TARGET_FILE:grader_subject>' ${libraries} '$<TARGET_FILE:fmt::fmt>' -lcrypto -pthread
")
endfunction()

# exercise(01_1_endings [WATCHED]): the judge that runs the checks, the prebuilt half of every submission, and
# a script that compiles a submission; one that is watched is compiled with the thread sanitizer, too. The file that
# learners edit is never part of a build, so that a half-edited one breaks nothing.
function(exercise name)
  cmake_parse_arguments(arg "WATCHED" "" "" ${ARGN})
  set(folder ${CMAKE_SOURCE_DIR}/exercises/${name})
  set(parts ${CMAKE_BINARY_DIR}/exercises/${name})
  get_property(chapters GLOBAL PROPERTY chapter_libraries)

  add_executable(${name}_checks EXCLUDE_FROM_ALL ${folder}/checks.cpp)
  target_link_libraries(${name}_checks PRIVATE grader_judge)
  set_target_properties(${name}_checks PROPERTIES OUTPUT_NAME checks RUNTIME_OUTPUT_DIRECTORY ${parts})

  add_library(${name}_subject STATIC EXCLUDE_FROM_ALL ${folder}/checks.cpp)
  target_compile_definitions(${name}_subject PRIVATE IN_SUBMISSION)
  target_link_libraries(${name}_subject PUBLIC grader_subject ${chapters})
  submission_script(${parts}/compile ${name}_subject "")
  add_custom_target(grade_${name})  # all that ./learn grade needs for this one
  add_dependencies(grade_${name} ${name}_checks ${name}_subject)
  add_dependencies(grade grade_${name})

  if(arg_WATCHED AND HAS_THREAD_SANITIZER)
    add_library(${name}_watched STATIC EXCLUDE_FROM_ALL ${folder}/checks.cpp
      ${CMAKE_SOURCE_DIR}/exercises/grader/sanitizer.cpp)
    target_compile_definitions(${name}_watched PRIVATE IN_SUBMISSION)
    target_compile_options(${name}_watched PRIVATE -fsanitize=thread -Wno-tsan)
    target_include_directories(${name}_watched PRIVATE ${CMAKE_SOURCE_DIR}/chapters)
    submission_script(${parts}/compile_watched ${name}_watched "-fsanitize=thread -U__SANITIZE_THREAD__")
    add_dependencies(grade_${name} ${name}_watched)
  endif()
endfunction()
