# SPDX-License-Identifier: BSD-3-Clause
set(BLUE_PRECOMPILED_SOURCE "${CMAKE_CURRENT_LIST_DIR}/precompiled.cpp")

# blue_precompile(target): compiles the kernels of the usual networks once, in an object of its own,
# and blue/blue.hpp as a precompiled header of the target, whose files then compile faster. The
# object is compiled with the target's options, also those of the libraries that it links with: it
# has to be for the same processor.
function(blue_precompile target)
    set(object ${target}_blue_kernels)
    add_library(${object} OBJECT "${BLUE_PRECOMPILED_SOURCE}")
    target_link_libraries(${object} PRIVATE blue::blue)
    target_compile_options(${object} PRIVATE $<TARGET_PROPERTY:${target},COMPILE_OPTIONS>)
    target_compile_definitions(${object} PRIVATE $<TARGET_PROPERTY:${target},COMPILE_DEFINITIONS>)
    # For programs and shared libraries alike.
    set_property(TARGET ${object} PROPERTY POSITION_INDEPENDENT_CODE ON)
    target_sources(${target} PRIVATE $<TARGET_OBJECTS:${object}>)
    target_precompile_headers(${target} PRIVATE <blue/precompiled.hpp>)
endfunction()
