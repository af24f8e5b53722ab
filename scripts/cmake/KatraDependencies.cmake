# Every third-party package in one place. The system's package comes first (Debian 12 has all of
# them); a pinned source archive is the fallback, unless KATRA_FETCH_DEPS is off.
include(FetchContent)
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)

# Declares `name` to be fetched when the system has no such package. The hash is checked by CMake:
# a server that answers with something else ends the configuration.
macro(katra_fetch name url sha256)
  if(NOT KATRA_FETCH_DEPS)
    message(FATAL_ERROR "${name} is not installed and KATRA_FETCH_DEPS is off: run scripts/setup")
  endif()
  FetchContent_Declare(${name} URL ${url} URL_HASH SHA256=${sha256})
  FetchContent_MakeAvailable(${name})
endmacro()

find_package(SQLite3 3.40 REQUIRED)
find_package(SQLiteCpp QUIET)
if(NOT SQLiteCpp_FOUND)
  set(SQLITECPP_RUN_CPPLINT OFF)
  set(SQLITECPP_INTERNAL_SQLITE OFF)
  katra_fetch(SQLiteCpp https://github.com/SRombauts/SQLiteCpp/archive/3.2.0.tar.gz
    57f91ed44ef205fe97b8c6586002fe6031cd02771d1c5d8415d9c515ad1532d1)
endif()

find_package(nlohmann_json 3.11 QUIET)
if(NOT nlohmann_json_FOUND)
  katra_fetch(nlohmann_json
    https://github.com/nlohmann/json/releases/download/v3.11.2/json.tar.xz
    8c4b26bf4b422252e13f332bc5e388ec0ab5c3443d24399acb675e68278d341f)
endif()

find_package(spdlog QUIET)
if(NOT spdlog_FOUND)
  katra_fetch(spdlog https://github.com/gabime/spdlog/archive/v1.10.0.tar.gz
    697f91700237dbae2326b90469be32b876b2b44888302afbc7aceb68bcfe8224)
endif()

find_package(CLI11 2.1 QUIET)
if(NOT CLI11_FOUND)
  katra_fetch(CLI11 https://github.com/CLIUtils/CLI11/archive/v2.1.2.tar.gz
    26291377e892ba0e5b4972cdfd4a2ab3bf53af8dac1f4ea8fe0d1376b625c8cb)
endif()

# tl::expected is a single header.
find_path(KATRA_EXPECTED_INCLUDE tl/expected.hpp)
if(NOT KATRA_EXPECTED_INCLUDE)
  set(EXPECTED_BUILD_TESTS OFF)
  katra_fetch(expected https://github.com/TartanLlama/expected/archive/refs/tags/v1.0.0.tar.gz
    8f5124085a124113e75e3890b4e923e3a4de5b26a973b891b3deb40e19c03cee)
  set(KATRA_EXPECTED_INCLUDE ${expected_SOURCE_DIR}/include)
endif()
add_library(katra_expected INTERFACE)
target_include_directories(katra_expected SYSTEM INTERFACE ${KATRA_EXPECTED_INCLUDE})

# libuv and utf8proc have no CMake configuration in Debian 12, and yaml-cpp's names its target
# differently from version to version.
pkg_check_modules(LIBUV REQUIRED IMPORTED_TARGET libuv>=1.44)
pkg_check_modules(YAMLCPP REQUIRED IMPORTED_TARGET yaml-cpp>=0.7)
pkg_check_modules(UTF8PROC REQUIRED IMPORTED_TARGET libutf8proc>=2.6)

find_package(CURL 7.85 REQUIRED)
find_package(ZLIB REQUIRED)

# llhttp: Debian ships its C source without a library; elsewhere the library is taken.
find_path(KATRA_LLHTTP_INCLUDE llhttp.h PATHS /usr/share/include PATH_SUFFIXES llhttp)
find_path(KATRA_LLHTTP_SOURCE llhttp.c PATHS /usr/share/llhttp)
find_library(KATRA_LLHTTP_LIBRARY llhttp)
if(KATRA_LLHTTP_SOURCE AND KATRA_LLHTTP_INCLUDE)
  add_library(katra_llhttp STATIC
    ${KATRA_LLHTTP_SOURCE}/api.c ${KATRA_LLHTTP_SOURCE}/http.c ${KATRA_LLHTTP_SOURCE}/llhttp.c)
  target_compile_definitions(katra_llhttp PUBLIC LLHTTP_STRICT_MODE=1)
  target_compile_options(katra_llhttp PRIVATE -O2 -w)
  set_target_properties(katra_llhttp PROPERTIES POSITION_INDEPENDENT_CODE ${BUILD_SHARED_LIBS})
  target_link_libraries(katra_llhttp PRIVATE katra_hardening)
elseif(KATRA_LLHTTP_LIBRARY AND KATRA_LLHTTP_INCLUDE)
  add_library(katra_llhttp INTERFACE)
  target_link_libraries(katra_llhttp INTERFACE ${KATRA_LLHTTP_LIBRARY})
else()
  message(FATAL_ERROR "llhttp is not installed: run scripts/setup")
endif()
target_include_directories(katra_llhttp SYSTEM INTERFACE ${KATRA_LLHTTP_INCLUDE})
if(KATRA_LLHTTP_SOURCE)
  target_include_directories(katra_llhttp PRIVATE ${KATRA_LLHTTP_INCLUDE})
endif()

if(KATRA_BUILD_TESTS)
  find_package(Catch2 QUIET)
  if(NOT Catch2_FOUND)
    katra_fetch(Catch2 https://github.com/catchorg/Catch2/archive/refs/tags/v3.5.4.tar.gz
      b7754b711242c167d8f60b890695347f90a1ebc95949a045385114165d606dbb)
  endif()
endif()
