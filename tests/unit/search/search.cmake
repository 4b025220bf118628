# The search over small graphs of units, and the same search over the room with one fault each.
#
#   build/X/unit/search                  unit/service-search
#   build/X/unit/faults/NAME/search      unit/service-search-faults: faults/NAME.sed is found
#
# Fast code, no sanitizers: it goes through millions of states.

file(GLOB search_sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_LIST_DIR}/*.c")
file(GLOB search_faults CONFIGURE_DEPENDS "${CMAKE_CURRENT_LIST_DIR}/faults/*.sed")
file(GLOB service_sources CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/init/service/*.c")

function(search_target target)
  target_link_libraries(${target} PRIVATE primer-warnings)
  target_include_directories(${target} PRIVATE "${CMAKE_SOURCE_DIR}/init")
  target_compile_options(${target} PRIVATE -O2)
endfunction()

add_library(search-objects OBJECT ${search_sources})
search_target(search-objects)
add_library(search-service STATIC ${service_sources})
search_target(search-service)
add_executable(search $<TARGET_OBJECTS:search-objects>)
target_link_libraries(search PRIVATE search-service)
set_property(TARGET search PROPERTY RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/unit")
add_test(NAME unit/service-search COMMAND search)
set_tests_properties(unit/service-search PROPERTIES LABELS unit TIMEOUT 300)

# The faulty copies come first, so that the linker leaves their sound twins in the archive.
foreach(fault IN LISTS search_faults)
  cmake_path(GET fault STEM name)
  set(folder "${CMAKE_BINARY_DIR}/unit/faults/${name}")
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${fault}")
  file(STRINGS "${fault}" files REGEX "^# files: " LIMIT_COUNT 1)
  string(REGEX REPLACE "^# files: *" "" files "${files}")
  string(REPLACE " " ";" files "${files}")
  set(copies)
  foreach(file IN LISTS files)
    add_custom_command(
      OUTPUT "${folder}/${file}"
      COMMAND sed -f "${fault}" "${CMAKE_SOURCE_DIR}/init/service/${file}" > "${folder}/${file}"
      DEPENDS "${fault}" "${CMAKE_SOURCE_DIR}/init/service/${file}"
      VERBATIM)
    list(APPEND copies "${folder}/${file}")
  endforeach()
  file(MAKE_DIRECTORY "${folder}")
  add_executable(search-${name} ${copies} $<TARGET_OBJECTS:search-objects>)
  search_target(search-${name})
  target_compile_options(search-${name} PRIVATE -Wno-error -w) # a fault may leave something unused
  target_link_libraries(search-${name} PRIVATE search-service)
  set_target_properties(search-${name} PROPERTIES OUTPUT_NAME search RUNTIME_OUTPUT_DIRECTORY "${folder}")
endforeach()
add_test(NAME unit/service-search-faults
  COMMAND "${CMAKE_CURRENT_LIST_DIR}/check-faults" "${CMAKE_BINARY_DIR}/unit/faults")
set_tests_properties(unit/service-search-faults PROPERTIES LABELS unit TIMEOUT 300)
