# SPDX-License-Identifier: BSD-3-Clause
# Finds Boost.Mp11 and defines Boost::mp11: by its CMake package where there is one (standalone
# Mp11, recent Boost), otherwise by its header, which is all that Linux distributions install.
if(NOT TARGET Boost::mp11)
    find_package(boost_mp11 CONFIG QUIET)
endif()
if(NOT TARGET Boost::mp11)
    find_path(
        Mp11_INCLUDE_DIR boost/mp11.hpp
        HINTS "${Boost_ROOT}" "$ENV{Boost_ROOT}" "${BOOST_ROOT}" "$ENV{BOOST_ROOT}"
        PATH_SUFFIXES include
        DOC "Folder that contains boost/mp11.hpp")
    mark_as_advanced(Mp11_INCLUDE_DIR)
    if(Mp11_INCLUDE_DIR)
        add_library(Boost::mp11 INTERFACE IMPORTED)
        set_target_properties(
            Boost::mp11 PROPERTIES INTERFACE_INCLUDE_DIRECTORIES "${Mp11_INCLUDE_DIR}")
    endif()
endif()
if(TARGET Boost::mp11)
    set(Mp11_TARGET Boost::mp11)
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(Mp11 REQUIRED_VARS Mp11_TARGET)
