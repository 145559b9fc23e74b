# SPDX-License-Identifier: BSD-3-Clause
# One line for those who would otherwise measure a plain x86-64 build (SSE2, no fused multiply-add)
# and believe that this is the library's speed.
function(blue_march_hint)
    string(TOUPPER "${CMAKE_BUILD_TYPE}" config)
    set(flags "${CMAKE_CXX_FLAGS} ${CMAKE_CXX_FLAGS_${config}}")
    get_property(options DIRECTORY PROPERTY COMPILE_OPTIONS)
    if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64)$" AND NOT "${flags} ${options}" MATCHES
                                                             "-m(arch=|avx)|/arch:")
        message(
            STATUS
                "blue: plain x86-64 build, several times slower than this processor allows: "
                "add -march=native or -march=x86-64-v3 to CMAKE_CXX_FLAGS")
    endif()
endfunction()
