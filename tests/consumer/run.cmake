# SPDX-License-Identifier: BSD-3-Clause
# Configures, builds and runs the consumer project of one WAY, from nothing.
cmake_minimum_required(VERSION 3.24)

set(sources "${CMAKE_CURRENT_LIST_DIR}/../..")
string(REPLACE "|" ";" PLACES "${PLACES}")
file(REMOVE_RECURSE "${BUILD}")

function(run)
    execute_process(COMMAND ${ARGN} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

set(options -DVERSION=${VERSION} -DWITH_IO=${WITH_IO})
if(WAY STREQUAL "find_package")
    run("${CMAKE_COMMAND}" --install "${BLUE_BUILD}" --prefix "${BUILD}/prefix")
    list(APPEND options "-Dblue_ROOT=${BUILD}/prefix")
elseif(WAY STREQUAL "add_subdirectory")
    list(APPEND options "-DBLUE_SOURCE=${sources}")
elseif(WAY STREQUAL "fetch_content")
    # What a user sets to work on a local copy; without it, FetchContent would download.
    list(APPEND options "-DFETCHCONTENT_SOURCE_DIR_BLUE=${sources}")
endif()

run("${CMAKE_COMMAND}" -S "${CMAKE_CURRENT_LIST_DIR}/${WAY}" -B "${BUILD}/build" -G "${GENERATOR}"
    "-DCMAKE_CXX_COMPILER=${COMPILER}" ${options} ${PLACES})
run("${CMAKE_COMMAND}" --build "${BUILD}/build")
run("${BUILD}/build/consumer")
if(EXISTS "${BUILD}/build/network")
    run("${BUILD}/build/network")
endif()
