# Debian packages by CPack, one for each install component; `make deb` builds them.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME nacre)
set(CPACK_PACKAGE_VENDOR "nacre")
set(CPACK_PACKAGE_CONTACT "nacre <nacre@localhost>")
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGING_INSTALL_PREFIX ${CMAKE_INSTALL_PREFIX})
# Without it CPack would write what has an absolute path, /etc/nacre, into the machine's own /etc.
set(CPACK_SET_DESTDIR ON)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL library dev daemon)
set(CPACK_COMPONENTS_GROUPING ONE_PER_GROUP)

set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION libs)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# Programs built against this library depend on exactly its version: before 1.0 any may differ.
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS_POLICY "=")
set(CPACK_DEBIAN_ENABLE_COMPONENT_DEPENDS OFF)

# The name carries the soname, so that programs built against two of them can live side by side.
set(CPACK_DEBIAN_LIBRARY_PACKAGE_NAME libnacre${nacre_soversion})
set(CPACK_COMPONENT_LIBRARY_DESCRIPTION "Layered cache for C++ services: the shared library
 nacre keeps values in memory, on disk and in Redis in front of whatever is slow.")

set(CPACK_DEBIAN_DEV_PACKAGE_NAME libnacre-dev)
set(CPACK_DEBIAN_DEV_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEV_PACKAGE_SHLIBDEPS OFF)
set(CPACK_DEBIAN_DEV_PACKAGE_DEPENDS
    "libnacre${nacre_soversion} (= ${PROJECT_VERSION}), libfmt-dev, libboost-json1.81-dev, libssl-dev")
set(CPACK_COMPONENT_DEV_DESCRIPTION "Layered cache for C++ services: headers and static library
 What is needed to build programs with nacre, by CMake or by pkg-config.")

set(CPACK_DEBIAN_DAEMON_PACKAGE_NAME nacred)
set(CPACK_DEBIAN_DAEMON_PACKAGE_SECTION net)
set(CPACK_DEBIAN_DAEMON_PACKAGE_RECOMMENDS ca-certificates)
set(CPACK_COMPONENT_DAEMON_DESCRIPTION "Layered cache as a service over HTTP
 nacred serves a cache to every language; nacre is its command line.")
set(CPACK_DEBIAN_DAEMON_PACKAGE_CONTROL_EXTRA
  "${PROJECT_SOURCE_DIR}/packaging/daemon/conffiles"
  "${PROJECT_SOURCE_DIR}/packaging/daemon/postinst"
  "${PROJECT_SOURCE_DIR}/packaging/daemon/prerm"
  "${PROJECT_SOURCE_DIR}/packaging/daemon/postrm")
set(CPACK_DEBIAN_DAEMON_PACKAGE_CONTROL_STRICT_PERMISSION ON)

include(CPack)
