# What `cmake --install` puts where, in three components: library (the shared object), dev (headers,
# static library, CMake and pkg-config files) and daemon (the programs and what belongs to them).
include(CMakePackageConfigHelpers)

# ---- library and dev ----

set_target_properties(nacre_static PROPERTIES EXPORT_NAME static)
install(TARGETS nacre EXPORT nacreTargets
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT library NAMELINK_COMPONENT dev)
install(TARGETS nacre_static EXPORT nacreTargets
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT dev)
install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/nacre" DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
  COMPONENT dev FILES_MATCHING PATTERN "*.hpp")
install(FILES "${PROJECT_BINARY_DIR}/generated/nacre/version.hpp"
  DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/nacre COMPONENT dev)

set(nacre_package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/nacre)
install(EXPORT nacreTargets NAMESPACE nacre:: DESTINATION ${nacre_package_dir} COMPONENT dev)
configure_package_config_file("${PROJECT_SOURCE_DIR}/cmake/nacreConfig.cmake.in"
  "${PROJECT_BINARY_DIR}/nacreConfig.cmake" INSTALL_DESTINATION ${nacre_package_dir})
# Before version 1 a minor version may break what the last one promised.
write_basic_package_version_file("${PROJECT_BINARY_DIR}/nacreConfigVersion.cmake"
  COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/nacreConfig.cmake" "${PROJECT_BINARY_DIR}/nacreConfigVersion.cmake"
  DESTINATION ${nacre_package_dir} COMPONENT dev)

# The prefix is relative to the .pc file, so that an installed tree may be moved.
file(RELATIVE_PATH nacre_pc_to_prefix "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")
configure_file("${PROJECT_SOURCE_DIR}/cmake/nacre.pc.in" "${PROJECT_BINARY_DIR}/nacre.pc" @ONLY)
install(FILES "${PROJECT_BINARY_DIR}/nacre.pc"
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT dev)

# ---- daemon ----

# Debian's place for settings is /etc, whatever the prefix; elsewhere it is below the prefix.
if(CMAKE_INSTALL_PREFIX STREQUAL "/usr")
  set(nacre_etc /etc/nacre)
else()
  set(nacre_etc ${CMAKE_INSTALL_SYSCONFDIR}/nacre)
endif()

foreach(program IN ITEMS nacred nacre-cli)
  if(TARGET ${program})
    install(TARGETS ${program} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT daemon)
  endif()
endforeach()

if(TARGET nacred)
  install(FILES "${PROJECT_SOURCE_DIR}/packaging/nacre.toml" DESTINATION ${nacre_etc} COMPONENT daemon)
  file(READ "${PROJECT_SOURCE_DIR}/packaging/nacred.service" unit)
  if(NOT CMAKE_INSTALL_PREFIX STREQUAL "/usr")
    string(REPLACE "/usr/bin/nacred" "${CMAKE_INSTALL_FULL_BINDIR}/nacred" unit "${unit}")
    string(REPLACE "/etc/nacre/" "${CMAKE_INSTALL_FULL_SYSCONFDIR}/nacre/" unit "${unit}")
  endif()
  file(WRITE "${PROJECT_BINARY_DIR}/packaging/nacred.service" "${unit}")
  install(FILES "${PROJECT_BINARY_DIR}/packaging/nacred.service"
    DESTINATION lib/systemd/system COMPONENT daemon)
endif()

if(TARGET nacre-cli)
  # The program writes its own completion, so it is never out of date.
  set(nacre_completion "${PROJECT_BINARY_DIR}/completion")
  add_custom_command(OUTPUT "${nacre_completion}/nacre" "${nacre_completion}/_nacre" "${nacre_completion}/nacre.fish"
    COMMAND ${CMAKE_COMMAND} -E make_directory "${nacre_completion}"
    COMMAND nacre-cli completion bash > "${nacre_completion}/nacre"
    COMMAND nacre-cli completion zsh > "${nacre_completion}/_nacre"
    COMMAND nacre-cli completion fish > "${nacre_completion}/nacre.fish"
    DEPENDS nacre-cli VERBATIM)
  add_custom_target(nacre-completion ALL DEPENDS "${nacre_completion}/nacre")
  install(FILES "${nacre_completion}/nacre"
    DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions COMPONENT daemon)
  install(FILES "${nacre_completion}/_nacre"
    DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions COMPONENT daemon)
  install(FILES "${nacre_completion}/nacre.fish"
    DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d COMPONENT daemon)
endif()

get_target_property(nacre_soversion nacre SOVERSION)
foreach(pair IN ITEMS library:libnacre${nacre_soversion} dev:libnacre-dev daemon:nacred)
  string(REGEX MATCH "^(.*):(.*)$" pair "${pair}")
  install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/${CMAKE_MATCH_2}
    RENAME copyright COMPONENT ${CMAKE_MATCH_1})
endforeach()

# ---- packages ----

if(PROJECT_IS_TOP_LEVEL)
  include(NacrePackages)
endif()
