# SPDX-License-Identifier: BSD-3-Clause
# Install rules and the package files for find_package(blue [COMPONENTS eigen io cuda]).
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(blue_package_dir "${CMAKE_INSTALL_DATADIR}/cmake/blue")

# One file per component, so that a component's dependencies are needed only by who asks for it.
foreach(component IN ITEMS blue blue_eigen blue_io blue_cuda)
    install(TARGETS ${component} EXPORT ${component} FILE_SET HEADERS)
    install(
        EXPORT ${component}
        NAMESPACE blue::
        FILE ${component}-targets.cmake
        DESTINATION "${blue_package_dir}")
endforeach()

configure_package_config_file(
    "${PROJECT_SOURCE_DIR}/cmake/blueConfig.cmake.in" "${PROJECT_BINARY_DIR}/blueConfig.cmake"
    INSTALL_DESTINATION "${blue_package_dir}")
write_basic_package_version_file(
    "${PROJECT_BINARY_DIR}/blueConfigVersion.cmake"
    COMPATIBILITY SameMinorVersion # until 1.0
    ARCH_INDEPENDENT)
install(
    FILES "${PROJECT_BINARY_DIR}/blueConfig.cmake"
          "${PROJECT_BINARY_DIR}/blueConfigVersion.cmake"
          "${PROJECT_SOURCE_DIR}/cmake/FindMp11.cmake"
          "${PROJECT_SOURCE_DIR}/cmake/BlueMarchHint.cmake"
          "${PROJECT_SOURCE_DIR}/cmake/BluePrecompile.cmake"
          "${PROJECT_SOURCE_DIR}/cmake/precompiled.cpp"
    DESTINATION "${blue_package_dir}")
install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" DESTINATION "${CMAKE_INSTALL_DATADIR}/licenses/blue")
