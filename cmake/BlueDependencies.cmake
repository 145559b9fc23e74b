# SPDX-License-Identifier: BSD-3-Clause
# What the library needs (Mp11, threads) and what its components need. A missing component is no
# error: BLUE_HAS_EIGEN, BLUE_HAS_IO and BLUE_HAS_CUDA say what the tests and examples may use.

# For header-only libraries: what is fetched is used as a folder, without its build system.
function(blue_fetch name target include_dir)
    include(FetchContent)
    FetchContent_Declare(blue_${name} ${ARGN} GIT_SHALLOW TRUE SOURCE_SUBDIR no-build-system)
    FetchContent_MakeAvailable(blue_${name})
    add_library(${target} INTERFACE IMPORTED GLOBAL)
    set_target_properties(
        ${target} PROPERTIES INTERFACE_INCLUDE_DIRECTORIES
                             "${blue_${name}_SOURCE_DIR}/${include_dir}")
endfunction()

find_package(Threads REQUIRED)

find_package(Mp11 MODULE QUIET)
if(NOT TARGET Boost::mp11 AND BLUE_FETCH_DEPENDENCIES)
    blue_fetch(
        mp11 Boost::mp11 include GIT_REPOSITORY https://github.com/boostorg/mp11.git GIT_TAG
        boost-1.86.0)
endif()
if(NOT TARGET Boost::mp11)
    message(
        FATAL_ERROR
            "blue needs Boost.Mp11. Install it (Debian and Ubuntu: libboost-dev), name its place "
            "in CMAKE_PREFIX_PATH, or set BLUE_FETCH_DEPENDENCIES=ON.")
endif()

# blue::eigen
if(NOT TARGET Eigen3::Eigen)
    find_package(Eigen3 CONFIG QUIET)
    # Checked by hand: Eigen 5 would reject a request for 3.4.
    if(Eigen3_FOUND AND Eigen3_VERSION VERSION_LESS 3.4)
        message(FATAL_ERROR "blue needs Eigen 3.4 or newer, ${Eigen3_DIR} has ${Eigen3_VERSION}")
    endif()
endif()
if(NOT TARGET Eigen3::Eigen AND BLUE_FETCH_DEPENDENCIES)
    blue_fetch(
        eigen Eigen3::Eigen . GIT_REPOSITORY https://gitlab.com/libeigen/eigen.git GIT_TAG 3.4.0)
endif()
if(TARGET Eigen3::Eigen)
    set(BLUE_HAS_EIGEN TRUE)
else()
    set(BLUE_HAS_EIGEN FALSE)
endif()

# blue::io
find_package(ZLIB QUIET)
find_package(nlohmann_json CONFIG QUIET)
if(TARGET ZLIB::ZLIB AND TARGET nlohmann_json::nlohmann_json)
    set(BLUE_HAS_IO TRUE)
else()
    set(BLUE_HAS_IO FALSE)
endif()

# blue::cuda. A project that includes this one decides itself whether it speaks CUDA.
set(BLUE_HAS_CUDA FALSE)
if(BLUE_ENABLE_CUDA STREQUAL "AUTO")
    if(PROJECT_IS_TOP_LEVEL)
        include(CheckLanguage)
        check_language(CUDA)
    endif()
    if(CMAKE_CUDA_COMPILER)
        set(BLUE_HAS_CUDA TRUE)
    endif()
elseif(BLUE_ENABLE_CUDA)
    set(BLUE_HAS_CUDA TRUE)
endif()
if(BLUE_HAS_CUDA)
    if(NOT DEFINED CMAKE_CUDA_ARCHITECTURES)
        # Without a device in this machine: the oldest that current toolkits know. Its PTX runs on
        # every newer one.
        set(CMAKE_CUDA_ARCHITECTURES 75)
        if(EXISTS /dev/nvidia0)
            set(CMAKE_CUDA_ARCHITECTURES native)
        endif()
    endif()
    enable_language(CUDA)
    find_package(CUDAToolkit REQUIRED)
endif()
