# Program, library, headers, catalog and studies, pkg-config file, CMake package.
include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/fab2fleet)
set(data_dir ${CMAKE_INSTALL_DATADIR}/fab2fleet)

install(TARGETS program RUNTIME)
install(TARGETS fab2fleet EXPORT fab2fleet-targets)
install(DIRECTORY include/fab2fleet DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.h")
install(DIRECTORY catalog studies DESTINATION ${data_dir})
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})

install(EXPORT fab2fleet-targets NAMESPACE fab2fleet:: DESTINATION ${package_dir})
write_basic_package_version_file(fab2fleet-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES cmake/fab2fleet-config.cmake ${PROJECT_BINARY_DIR}/fab2fleet-config-version.cmake
        DESTINATION ${package_dir})

# A static library leaves its own libraries to whoever links it, also without `pkg-config --static`.
file(RELATIVE_PATH prefix_from_pc ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})
string(REGEX REPLACE "/$" "" prefix_from_pc "${prefix_from_pc}")
if(BUILD_SHARED_LIBS)
    set(private .private)
endif()
configure_file(cmake/fab2fleet.pc.in fab2fleet.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/fab2fleet.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
