# What makes building and testing quick (preset `dev`): the standard headers and Catch2's are parsed once,
# and what sources use of nlohmann/json and CLI11 is compiled once. For g++ only: clang
# wants every user of a precompiled header to have exactly its flags.
#
# It changes no program and no warning: each source includes what it uses. The other presets build
# without it, which is what holds the sources to that.
#
# The code under test is compiled with -Og: that costs an eighth more time to compile, and it then needs
# half the time in the suites. The tests themselves are as many lines again, run once, and stay at -O0.
#
# nlohmann/json and CLI11 are not in the precompiled header: what they compile when they are included
# would be in every object, and costs more than reading them.
set(KATRA_TESTED_FLAGS $<$<CONFIG:Debug>:-Og>)
option(KATRA_PRECOMPILE "Precompile standard headers, compile header-only libraries once (g++)" OFF)
if(KATRA_PRECOMPILE AND NOT CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  message(STATUS "KATRA_PRECOMPILE is for g++ only: left out")
  set(KATRA_PRECOMPILE OFF)
endif()

if(KATRA_PRECOMPILE)
  set(folder ${CMAKE_SOURCE_DIR}/scripts/cmake/precompiled)
  add_library(katra_json_instances STATIC ${folder}/json_instances.cc)
  target_link_libraries(katra_json_instances PRIVATE nlohmann_json::nlohmann_json)
  target_compile_options(katra_json_instances PRIVATE ${KATRA_TESTED_FLAGS}
    $<TARGET_PROPERTY:katra_flags,INTERFACE_COMPILE_OPTIONS>)
  target_include_directories(katra_flags SYSTEM BEFORE INTERFACE ${folder})
  target_link_libraries(katra_flags INTERFACE katra_json_instances)
endif()

# CLI11 before 2.3 is inline functions of classes, which each of 35 sources would compile anew. They are
# given copies of its headers that say `#pragma interface`: the functions are in one object instead.
# Newer versions are laid out differently, and are left as they are.
if(KATRA_PRECOMPILE AND CLI11_DIR AND CLI11_VERSION VERSION_LESS 2.3)
  find_path(KATRA_CLI11_INCLUDE CLI/CLI.hpp REQUIRED)
  set(folder ${CMAKE_BINARY_DIR}/generated/precompiled)
  set(instances "// Has what the headers beside it leave out.\n")
  file(GLOB headers ${KATRA_CLI11_INCLUDE}/CLI/*.hpp)  # another project's: whatever it has
  foreach(header ${headers})
    get_filename_component(name ${header} NAME)
    file(READ ${header} text)
    file(CONFIGURE OUTPUT ${folder}/CLI/${name} CONTENT "#pragma interface\n${text}" @ONLY)
    string(APPEND instances "#pragma implementation \"${name}\"\n")
  endforeach()
  string(APPEND instances "#include <CLI/CLI.hpp>\n")
  file(CONFIGURE OUTPUT ${folder}/cli_instances.cc CONTENT "${instances}" @ONLY)

  add_library(katra_cli_instances STATIC ${folder}/cli_instances.cc)
  target_compile_options(katra_cli_instances PRIVATE ${KATRA_TESTED_FLAGS}
    $<TARGET_PROPERTY:katra_flags,INTERFACE_COMPILE_OPTIONS>)
  target_include_directories(katra_cli_instances SYSTEM PRIVATE ${folder})
  set_property(TARGET CLI11::CLI11 APPEND PROPERTY INTERFACE_SYSTEM_INCLUDE_DIRECTORIES ${folder})
  set_property(TARGET CLI11::CLI11 APPEND PROPERTY INTERFACE_INCLUDE_DIRECTORIES ${folder})
  set_property(TARGET CLI11::CLI11 APPEND PROPERTY INTERFACE_LINK_LIBRARIES katra_cli_instances)
endif()

# katra_precompiled(NAME LIBS libraries... HEADERS headers...): a target that other targets of the same
# flags take their precompiled header from.
function(katra_precompiled name)
  cmake_parse_arguments(arg "" "" "LIBS;HEADERS" ${ARGN})
  set(source ${CMAKE_BINARY_DIR}/generated/${name}.cc)
  file(GENERATE OUTPUT ${source} CONTENT "// Nothing: CMake wants a source beside a header.\n")
  add_library(${name} STATIC ${source})
  target_link_libraries(${name} PRIVATE katra_flags ${arg_LIBS})
  target_precompile_headers(${name} PRIVATE ${arg_HEADERS})
  if(KATRA_CCACHE)
    set(launcher ${KATRA_CCACHE_SETTINGS} ${Python3_EXECUTABLE}
        ${CMAKE_SOURCE_DIR}/scripts/cmake/precompile.py ${KATRA_CCACHE})
    set_target_properties(${name} PROPERTIES CXX_COMPILER_LAUNCHER "${launcher}")
  endif()
endfunction()

# katra_precompile_in(FOLDER): gives one of them to every target of FOLDER and below that has Katra's
# flags.
function(katra_precompile_in folder)
  get_property(targets DIRECTORY ${folder} PROPERTY BUILDSYSTEM_TARGETS)
  foreach(target ${targets})
    get_target_property(type ${target} TYPE)
    get_target_property(libraries ${target} LINK_LIBRARIES)
    if(NOT type MATCHES "^(STATIC_LIBRARY|SHARED_LIBRARY|EXECUTABLE)$" OR NOT "katra_flags" IN_LIST libraries OR
       target MATCHES "^katra_precompiled")
      continue()
    endif()
    if("katra_catch" IN_LIST libraries)
      target_precompile_headers(${target} REUSE_FROM katra_precompiled_catch)
    else()
      target_precompile_headers(${target} REUSE_FROM katra_precompiled)
      target_compile_options(${target} PRIVATE ${KATRA_TESTED_FLAGS})
    endif()
  endforeach()
  get_property(folders DIRECTORY ${folder} PROPERTY SUBDIRECTORIES)
  foreach(below ${folders})
    katra_precompile_in(${below})
  endforeach()
endfunction()

# katra_precompile(): to be called when every target is known.
function(katra_precompile)
  if(NOT KATRA_PRECOMPILE)
    return()
  endif()
  set(headers
    <algorithm> <array> <charconv> <chrono> <cstdint> <cstdio> <cstdlib> <deque> <filesystem> <fstream>
    <functional> <iostream> <iterator> <map> <memory> <mutex> <optional> <random> <set> <sstream>
    <stdexcept> <string> <string_view> <thread> <unordered_map> <unordered_set> <utility> <vector>
    <tl/expected.hpp>)
  katra_precompiled(katra_precompiled LIBS katra_expected HEADERS ${headers})
  target_compile_options(katra_precompiled PRIVATE ${KATRA_TESTED_FLAGS})
  if(TARGET katra_catch)
    set(catch <catch2/catch_all.hpp>)
    if(Catch2_VERSION AND Catch2_VERSION VERSION_LESS 3)
      set(catch <catch2/catch.hpp>)
    endif()
    katra_precompiled(katra_precompiled_catch
      LIBS katra_expected katra_catch HEADERS ${headers} ${catch})
  endif()
  katra_precompile_in(${CMAKE_SOURCE_DIR})
endfunction()
