# `cmake --install` and find_package(trivium).
include(CMakePackageConfigHelpers)
set(config_dir ${CMAKE_INSTALL_LIBDIR}/cmake/trivium)
install(EXPORT triviumTargets NAMESPACE trivium:: DESTINATION ${config_dir})
configure_package_config_file(cmake/triviumConfig.cmake.in ${PROJECT_BINARY_DIR}/triviumConfig.cmake
                              INSTALL_DESTINATION ${config_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/triviumConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/triviumConfig.cmake ${PROJECT_BINARY_DIR}/triviumConfigVersion.cmake
        DESTINATION ${config_dir})
