# SPDX-License-Identifier: BSD-3-Clause
# Runs one compile-fail case: cmake -DSOURCE=FILE -DCOMPILER=PROGRAM -DKIND=g++|clang|nvcc
# -DFLAGS="FLAG|FLAG" -P check_case.cmake (a bar, since add_test would take a list apart). The
# corrected twin (BLUE_EXPECT_FAIL=0) must compile. The wrong variant (BLUE_EXPECT_FAIL=1) must fail
# with exactly one error, with every expected text and within the number of lines that the case
# allows.
cmake_minimum_required(VERSION 3.24)

file(READ "${SOURCE}" source)
string(REPLACE "|" ";" FLAGS "${FLAGS}")

# Two messages: a fatal one would break the compiler's lines anew.
function(complain text)
    message("${SOURCE}: ${text}")
    message(FATAL_ERROR "compile-fail case not met")
endfunction()

# Runs the compiler and gives its exit code and what it printed.
function(compile expect_fail result_variable output_variable)
    execute_process(
        COMMAND "${CMAKE_COMMAND}" -E env LC_ALL=C "${COMPILER}" ${FLAGS}
                -DBLUE_EXPECT_FAIL=${expect_fail} "${SOURCE}"
        RESULT_VARIABLE result
        OUTPUT_VARIABLE output
        ERROR_VARIABLE output)
    set(${result_variable} "${result}" PARENT_SCOPE)
    set(${output_variable} "${output}" PARENT_SCOPE)
endfunction()

if(NOT source MATCHES "BLUE_EXPECT_FAIL" OR NOT source MATCHES "// expected-error {{")
    complain("a case needs a line '// expected-error {{text}}' and 'BLUE_EXPECT_FAIL'")
endif()
string(REGEX REPLACE "\n// expected-(error {{[^\n]*}}|lines [^\n]*)" "" unread "${source}")
if(unread MATCHES "expected-(error|lines)")
    complain("each expectation needs a line of its own")
endif()

compile(0 result output)
if(NOT result EQUAL 0)
    complain("the corrected twin does not compile:\n${output}")
endif()

compile(1 result output)
if(result EQUAL 0)
    complain("the wrong variant compiles")
endif()

string(REGEX MATCHALL "[0-9]\\)?: (fatal )?error[ :]" errors "${output}")
list(LENGTH errors count)
if(NOT count EQUAL 1)
    complain("expected exactly one error, found ${count}:\n${output}")
endif()

# nvcc prints template arguments as "[with Found=false, ...]" and numbers as 128L.
set(printed "${output}")
if(KIND STREQUAL "nvcc")
    string(REGEX REPLACE "([0-9])U?L" "\\1" printed "${output}")
endif()

# One text after the other, as plain strings: they may contain what CMake would read as a list.
set(rest "${source}")
while(rest MATCHES "// expected-error {{([^\n]*)}}")
    set(text "${CMAKE_MATCH_1}")
    string(FIND "${printed}" "${text}" position)
    if(position EQUAL -1 AND NOT (KIND STREQUAL "nvcc" AND text MATCHES "<false, "))
        complain("expected the text\n  ${text}\nin:\n${output}")
    endif()
    string(FIND "${rest}" "// expected-error {{${text}}}" position)
    math(EXPR position "${position} + 10")
    string(SUBSTRING "${rest}" ${position} -1 rest)
endwhile()

string(REPLACE "+" "\\+" kind_regex "${KIND}")
if(source MATCHES "// expected-lines[^\n]* ${kind_regex} ([0-9]+)")
    set(limit "${CMAKE_MATCH_1}")
    string(REGEX REPLACE "[^\n]" "" newlines "${output}")
    string(LENGTH "${newlines}" count)
    if(count GREATER limit)
        complain("expected at most ${limit} lines from ${KIND}, found ${count}:\n${output}")
    endif()
endif()
