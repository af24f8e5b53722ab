# What an installation has, and the Debian package made of it: `cpack -G DEB` in build/release.
include(GNUInstallDirs)

# The executables that are installed; `katra_programs` builds just these.
set(katra_programs katra_mcp_server katra_gateway katra k katra-router-config)
add_custom_target(katra_programs DEPENDS ${katra_programs})
# Completions and man pages are made by the program itself.
set(KATRA_PAGES ${CMAKE_BINARY_DIR}/pages)
add_custom_target(katra_pages
  COMMAND ${CMAKE_COMMAND} -E make_directory ${KATRA_PAGES}/man
  COMMAND katra man --write ${KATRA_PAGES}/man
  COMMAND katra completions bash > ${KATRA_PAGES}/katra
  COMMAND katra completions zsh > ${KATRA_PAGES}/_katra
  COMMAND katra completions fish > ${KATRA_PAGES}/katra.fish
  COMMENT "Writing completions and man pages"
  VERBATIM)
add_dependencies(katra_programs katra_pages)
# What the programs are made of, as SPDX 2.3.
set(KATRA_SBOM ${CMAKE_BINARY_DIR}/pages/katra.spdx.json)
add_custom_target(katra_sbom
  COMMAND ${Python3_EXECUTABLE} ${CMAKE_SOURCE_DIR}/scripts/cmake/sbom.py
          --version ${PROJECT_VERSION} --source ${CMAKE_SOURCE_DIR} --out ${KATRA_SBOM}
          --fetched ${CMAKE_BINARY_DIR}/_deps
          $<TARGET_FILE:katra_mcp_server> $<TARGET_FILE:katra_gateway> $<TARGET_FILE:katra>
          $<TARGET_FILE:k> $<TARGET_FILE:katra-router-config>
  COMMENT "Writing the list of what the programs are made of"
  VERBATIM)
add_dependencies(katra_sbom katra_pages katra_mcp_server katra_gateway katra k katra-router-config)
add_dependencies(katra_programs katra_sbom)
# Packing builds nothing: the tests of a release build are not part of it.
set(CMAKE_SKIP_INSTALL_ALL_DEPENDENCY ON)

install(TARGETS ${katra_programs} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(DIRECTORY ${CMAKE_SOURCE_DIR}/schemas DESTINATION ${CMAKE_INSTALL_DATADIR}/katra
  FILES_MATCHING PATTERN "*.json"
  PATTERN golden EXCLUDE)
install(DIRECTORY ${CMAKE_SOURCE_DIR}/plugin DESTINATION ${CMAKE_INSTALL_DATADIR}/katra)
install(FILES ${CMAKE_SOURCE_DIR}/schemas/personas.json.example
  DESTINATION ${CMAKE_INSTALL_DATADIR}/katra)
install(FILES ${CMAKE_SOURCE_DIR}/README.md ${CMAKE_SOURCE_DIR}/CHANGELOG.md
              ${CMAKE_SOURCE_DIR}/SECURITY.md ${KATRA_SBOM}
  DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY ${CMAKE_SOURCE_DIR}/docs DESTINATION ${CMAKE_INSTALL_DOCDIR}
  FILES_MATCHING PATTERN "*.md" PATTERN "*.svg")

install(DIRECTORY ${KATRA_PAGES}/man/ DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES ${KATRA_PAGES}/katra
  DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
install(FILES ${KATRA_PAGES}/_katra DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions)
install(FILES ${KATRA_PAGES}/katra.fish
  DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME katra)
set(CPACK_PACKAGE_VENDOR Katra)
set(CPACK_PACKAGE_CONTACT "Katra maintainers <katra@example.org>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY ${PROJECT_DESCRIPTION})
set(CPACK_PACKAGE_INSTALL_DIRECTORY katra)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_VERBATIM_VARIABLES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION devel)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON) # Depends: what the executables really link
# Its symbols would allow versions without STRICT tables.
set(CPACK_DEBIAN_PACKAGE_DEPENDS "libsqlite3-0 (>= 3.40)")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
include(CPack)
