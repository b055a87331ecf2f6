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
