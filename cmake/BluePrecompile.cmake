# SPDX-License-Identifier: BSD-3-Clause
set(BLUE_PRECOMPILED_SOURCE "${CMAKE_CURRENT_LIST_DIR}/precompiled.cpp")

# blue_precompile(target): compiles the kernels of the usual networks once, in an object of its own,
# and blue/blue.hpp as a precompiled header of the target, whose files then compile faster. Call it
# after the target's compile options are set: the object is compiled with them, too.
function(blue_precompile target)
    set(object ${target}_blue_kernels)
    add_library(${object} OBJECT "${BLUE_PRECOMPILED_SOURCE}")
    target_link_libraries(${object} PRIVATE blue::blue)
    foreach(property IN ITEMS COMPILE_OPTIONS COMPILE_DEFINITIONS CXX_STANDARD
                              POSITION_INDEPENDENT_CODE INTERPROCEDURAL_OPTIMIZATION)
        get_target_property(value ${target} ${property})
        if(value)
            set_property(TARGET ${object} PROPERTY ${property} "${value}")
        endif()
    endforeach()
    target_sources(${target} PRIVATE $<TARGET_OBJECTS:${object}>)
    target_precompile_headers(${target} PRIVATE <blue/precompiled.hpp>)
endfunction()
