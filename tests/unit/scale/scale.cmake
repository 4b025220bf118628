# What thousands of units cost: the room init/service, compiled so that it counts its own steps.
#
#   build/X/unit/scale      unit/service-scale

file(GLOB scale_sources CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/init/service/*.c")
add_library(scale-service STATIC ${scale_sources})
target_link_libraries(scale-service PRIVATE primer-warnings)
target_include_directories(scale-service PRIVATE "${CMAKE_SOURCE_DIR}/init")
target_compile_options(scale-service PRIVATE -O1 -fsanitize-coverage=trace-pc)
add_executable(scale "${CMAKE_CURRENT_LIST_DIR}/scale.c")
target_link_libraries(scale PRIVATE scale-service primer-warnings cmocka)
target_include_directories(scale PRIVATE "${CMAKE_SOURCE_DIR}/init")
target_compile_options(scale PRIVATE -O1)
set_property(TARGET scale PROPERTY RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/unit")
add_test(NAME unit/service-scale COMMAND scale)
set_tests_properties(unit/service-scale PROPERTIES LABELS unit TIMEOUT 120)
