# Tests, registered with ctest: labels unit, ns and boot.

file(GLOB unit_sources CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/tests/unit/test_*.c")
if(TARGET primer-rooms)
  foreach(source IN LISTS unit_sources)
    cmake_path(GET source STEM name)
    string(REGEX REPLACE "^test_" "" short "${name}")
    add_executable(${name} "${source}")
    target_link_libraries(${name} PRIVATE primer-rooms cmocka)
    set_property(TARGET ${name} PROPERTY RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/unit")
    add_test(NAME unit/${short} COMMAND ${name})
    set_tests_properties(unit/${short} PROPERTIES LABELS unit TIMEOUT 60)
  endforeach()
endif()
