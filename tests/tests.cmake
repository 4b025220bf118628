# Tests, registered with ctest under the labels unit, ns and boot. Adding a file adds its tests.
#
#   tests/unit/test_X.c   unit/X             one cmocka program, linked with the rooms
#   tests/unit/search     unit/service-search…   every state of a few units; see search.cmake
#   tests/unit/scale      unit/service-scale     what thousands of units cost
#   tests/fuzz/corpus/X   unit/fuzz-X        the fuzz target X over its corpus and what is near to it
#   tests/lint/X          unit/lint-X        one script: findings on stdout, one a line, and status 1
#   tests/pack/X.bats     unit/pack-X        the dev primer-pack, which is a tool of this host
#   tests/ns/X.bats       ns/X@AS-TRACKER    the dev binary in namespaces, once for every variant
#   tests/boot/X.bats     boot/X             the release binary in QEMU
#
# A .bats file may say three things in comment lines of its own, anywhere in it:
#   # variants: root/cgroup user/group    the variants that it makes sense for (ns; default: all four)
#   # timeout: 300                        seconds for the whole file (default: 300, boot 900)
#   # alone: yes                          nothing else runs meanwhile (boot): a machine in real time

set(variants_all root/cgroup root/group user/cgroup user/group)
# An exit status of its own for the sanitizers, so that no test takes it for the program's. The leak
# checker works in namespaces too, in PID 1 and as an ordinary user; but with fake stacks
# (detect_stack_use_after_return) it waits for ever for a process whose signals are blocked.
set(sanitizer_environment
  "ASAN_OPTIONS=exitcode=99:strict_string_checks=1"
  "UBSAN_OPTIONS=exitcode=99:print_stacktrace=1")
set(test_environment
  "PRIMER=${CMAKE_BINARY_DIR}/primer"
  "PRIMER_BUILD=${CMAKE_BINARY_DIR}"
  "PRIMER_RELEASE=${CMAKE_SOURCE_DIR}/build/release"
  "PRIMER_SOURCE=${CMAKE_SOURCE_DIR}")

# Unit tests.
file(GLOB unit_sources CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/tests/unit/test_*.c")
if(TARGET primer-rooms)
  foreach(source IN LISTS unit_sources)
    cmake_path(GET source STEM program)
    string(REGEX REPLACE "^test_" "" name "${program}")
    add_executable(${program} "${source}")
    target_link_libraries(${program} PRIVATE primer-rooms cmocka)
    target_compile_definitions(${program} PRIVATE PRIMER_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
    set_property(TARGET ${program} PROPERTY RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/unit")
    add_test(NAME unit/${name} COMMAND ${program} WORKING_DIRECTORY "${CMAKE_BINARY_DIR}")
    set_tests_properties(unit/${name} PROPERTIES
      LABELS unit TIMEOUT 300 SKIP_RETURN_CODE 77 ENVIRONMENT "${test_environment};${sanitizer_environment}")
  endforeach()
endif()

# The room init/service by exhaustive search, and its cost with thousands of units.
include("${CMAKE_SOURCE_DIR}/tests/unit/search/search.cmake")
include("${CMAKE_SOURCE_DIR}/tests/unit/scale/scale.cmake")

# Fuzz targets over their corpus, without libFuzzer. What they say of refused inputs is nobody's to read.
file(GLOB corpora CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/tests/fuzz/corpus/*/")
foreach(corpus IN LISTS corpora)
  cmake_path(GET corpus FILENAME name)
  if(NOT IS_DIRECTORY "${corpus}" OR NOT TARGET primer-rooms)
    continue()
  endif()
  file(GLOB inputs CONFIGURE_DEPENDS "${corpus}/*")
  add_executable(corpus-${name} tests/fuzz/${name}.c tests/fuzz/corpus/corpus.c)
  target_link_libraries(corpus-${name} PRIVATE primer-rooms)
  set_target_properties(corpus-${name} PROPERTIES
    OUTPUT_NAME ${name} RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/corpus")
  add_test(NAME unit/fuzz-${name} COMMAND corpus-${name} ${inputs})
  set_tests_properties(unit/fuzz-${name} PROPERTIES
    LABELS unit TIMEOUT 120 ENVIRONMENT "${test_environment};${sanitizer_environment}")
endforeach()

# Lints.
file(GLOB lints CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/tests/lint/*")
foreach(lint IN LISTS lints)
  cmake_path(GET lint FILENAME name)
  add_test(NAME unit/lint-${name} COMMAND "${lint}" WORKING_DIRECTORY "${CMAKE_SOURCE_DIR}")
  set_tests_properties(unit/lint-${name} PROPERTIES
    LABELS unit TIMEOUT 300 ENVIRONMENT "${test_environment}")
endforeach()

# What a .bats file says about itself in "# KEY: VALUE", or the default.
function(bats_says file key default result)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${file}")
  file(STRINGS "${file}" line REGEX "^# ${key}: " LIMIT_COUNT 1)
  if(line)
    string(REGEX REPLACE "^# ${key}: *" "" line "${line}")
    string(STRIP "${line}" line)
    string(REGEX REPLACE " +" ";" line "${line}")
    set(${result} "${line}" PARENT_SCOPE)
  else()
    set(${result} "${default}" PARENT_SCOPE)
  endif()
endfunction()

# Registers FILE as NAME with LABEL; further arguments are environment variables.
function(add_bats_test name file label timeout)
  bats_says("${file}" timeout ${timeout} timeout)
  add_test(NAME ${name} COMMAND "${CMAKE_SOURCE_DIR}/tests/lib/run-bats" ${name} "${file}"
    WORKING_DIRECTORY "${CMAKE_BINARY_DIR}")
  # The runner ends the file itself at its timeout, and ctest ends the runner should that fail.
  math(EXPR last_resort "${timeout} + 15")
  set_tests_properties(${name} PROPERTIES
    LABELS ${label} TIMEOUT ${last_resort} SKIP_RETURN_CODE 77
    ENVIRONMENT "${test_environment};${sanitizer_environment};BATS_FILE_TIMEOUT=${timeout};${ARGN}")
endfunction()

# The packer.
file(GLOB pack_files CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/tests/pack/*.bats")
foreach(file IN LISTS pack_files)
  cmake_path(GET file STEM name)
  add_bats_test(unit/pack-${name} "${file}" unit 300)
endforeach()

# Namespaces, by variants.
file(GLOB ns_files CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/tests/ns/*.bats")
foreach(file IN LISTS ns_files)
  cmake_path(GET file STEM name)
  bats_says("${file}" variants "${variants_all}" variants)
  foreach(variant IN LISTS variants)
    if(NOT variant IN_LIST variants_all)
      message(FATAL_ERROR "${file}: variant \"${variant}\" is none of: ${variants_all}")
    endif()
    string(REPLACE "/" ";" pair ${variant})
    list(GET pair 0 as)
    list(GET pair 1 tracker)
    add_bats_test(ns/${name}@${as}-${tracker} "${file}" ns 300
      "PRIMER_AS=${as};PRIMER_TRACKER=${tracker}")
  endforeach()
endforeach()

# Boots. Each is a whole machine, which one core emulates. Nearly all count instructions for time, and what else goes on
# here is nothing to them.
file(GLOB boot_files CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/tests/boot/*.bats")
foreach(file IN LISTS boot_files)
  cmake_path(GET file STEM name)
  add_bats_test(boot/${name} "${file}" boot 900 "PRIMER=${CMAKE_SOURCE_DIR}/build/release/primer")
  bats_says("${file}" alone no alone)
  set_tests_properties(boot/${name} PROPERTIES RUN_SERIAL ${alone})
endforeach()
