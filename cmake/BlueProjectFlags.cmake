# SPDX-License-Identifier: BSD-3-Clause
# Flags of this project's own programs: tests, examples, benchmarks. The library itself needs none,
# and who uses it gets none of these.
get_property(blue_multi_config GLOBAL PROPERTY GENERATOR_IS_MULTI_CONFIG)
if(NOT blue_multi_config AND NOT CMAKE_BUILD_TYPE)
    set(CMAKE_BUILD_TYPE Release CACHE STRING "Debug, Release, RelWithDebInfo or MinSizeRel" FORCE)
endif()
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_CUDA_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

set(blue_flags -Wall -Wextra -Wpedantic)
set(blue_cuda_flags -Xcompiler=-Wall,-Wextra)
# GCC 12 warns about its own AVX-512 intrinsics, which copy a variable onto itself to leave it
# undefined.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    list(APPEND blue_flags -Wno-uninitialized -Wno-maybe-uninitialized)
    list(APPEND blue_cuda_flags -Xcompiler=-Wno-uninitialized,-Wno-maybe-uninitialized)
endif()

if(BLUE_NATIVE)
    include(CheckCXXCompilerFlag)
    check_cxx_compiler_flag(-march=native BLUE_COMPILER_KNOWS_NATIVE)
    if(BLUE_COMPILER_KNOWS_NATIVE)
        set(blue_native_flags -march=native)
        # clang 19 warns about what it makes of -march=native itself on processors with AVX10.
        if(CMAKE_CXX_COMPILER_ID MATCHES "Clang" AND CMAKE_CXX_COMPILER_VERSION VERSION_GREATER 18)
            list(APPEND blue_native_flags -Wno-invalid-feature-combination)
        endif()
        list(APPEND blue_flags ${blue_native_flags})
        # The same for host code of .cu files: inline functions must not differ between the two.
        list(APPEND blue_cuda_flags -Xcompiler=-march=native)
    endif()
endif()
add_compile_options("$<$<COMPILE_LANGUAGE:CXX>:${blue_flags}>"
                    "$<$<COMPILE_LANG_AND_ID:CUDA,NVIDIA>:${blue_cuda_flags}>")
blue_march_hint()
