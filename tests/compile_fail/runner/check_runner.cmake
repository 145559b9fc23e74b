# SPDX-License-Identifier: BSD-3-Clause
# Runs the case runner on the cases beside this file. Each says in '// expected-complaint {{text}}'
# what the runner has to complain about; without that line the runner has to be content.
cmake_minimum_required(VERSION 3.24)

file(GLOB cases "${CMAKE_CURRENT_LIST_DIR}/*.cpp")
foreach(case IN LISTS cases)
    execute_process(
        COMMAND "${CMAKE_COMMAND}" -DSOURCE=${case} -DCOMPILER=${COMPILER} -DKIND=${KIND}
                "-DFLAGS=${FLAGS}" -P "${CMAKE_CURRENT_LIST_DIR}/../check_case.cmake"
        RESULT_VARIABLE result
        OUTPUT_VARIABLE output
        ERROR_VARIABLE output)
    file(READ "${case}" source)
    if(source MATCHES "// expected-complaint {{([^\n]*)}}")
        string(FIND "${output}" "${CMAKE_MATCH_1}" position)
        if(result EQUAL 0 OR position EQUAL -1)
            message("${case}: no complaint '${CMAKE_MATCH_1}' (exit ${result}):\n${output}")
            set(failed TRUE)
        endif()
    elseif(NOT result EQUAL 0)
        message("${case}: complaint about a correct case:\n${output}")
        set(failed TRUE)
    endif()
endforeach()
if(failed)
    message(FATAL_ERROR "the runner of the compile-fail tests does not do its work")
endif()
