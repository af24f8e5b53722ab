# One INTERFACE target carries warnings and sanitizers; every Katra target links it privately.
add_library(katra_flags INTERFACE)
target_include_directories(katra_flags INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_options(katra_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Wold-style-cast -Wcast-qual
  -Woverloaded-virtual -Wconversion -Werror)

# Where libraries are shared (BUILD_SHARED_LIBS: the presets dev, asan and tsan), a hundred test programs
# take what they test from one file each instead of a copy: a tenth of the disk, and linking takes no time.
# All objects are compiled alike, so that one precompiled header fits both libraries and programs, and
# functions are inlined as they are in a program. What is shipped is one file without them.
if(BUILD_SHARED_LIBS)
  target_compile_options(katra_flags INTERFACE -fPIC -fno-semantic-interposition)
endif()

# g++ 12 warns of overlapping copies in std::string's own operator+ (GCC bug 105651).
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  target_compile_options(katra_flags INTERFACE -Wno-restrict)
endif()

# What is shipped is hardened: release builds only, since sanitizers and FORTIFY do not mix.
# scripts/lint/hardened.py holds the built programs to it.
add_library(katra_hardening INTERFACE)
if(KATRA_SANITIZE)
  set(shipped 0)
else()
  set(shipped "$<CONFIG:Release,MinSizeRel>")
endif()
set(in_program "$<NOT:$<STREQUAL:$<TARGET_PROPERTY:TYPE>,SHARED_LIBRARY>>")
target_compile_options(katra_hardening INTERFACE
  "$<${shipped}:-fstack-protector-strong>"
  "$<$<AND:${shipped},${in_program}>:-fPIE>"
  "$<${shipped}:-U_FORTIFY_SOURCE;-D_FORTIFY_SOURCE=2>")
if(CMAKE_SYSTEM_NAME STREQUAL "Linux")
  target_compile_options(katra_hardening INTERFACE "$<${shipped}:-fstack-clash-protection>")
  target_link_options(katra_hardening INTERFACE
    "$<${shipped}:LINKER:-z,relro,-z,now,-z,noexecstack>"
    "$<$<AND:${shipped},${in_program}>:-pie>")
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64|i.86")
    # -z shstk marks the program although Debian's crt1.o has no mark: that file neither saves nor
    # changes a return address. Not -z ibt: its _start is not a landing pad.
    target_compile_options(katra_hardening INTERFACE "$<${shipped}:-fcf-protection=full>")
    target_link_options(katra_hardening INTERFACE "$<${shipped}:LINKER:-z,shstk>")
  elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "aarch64|arm64")
    target_compile_options(katra_hardening INTERFACE "$<${shipped}:-mbranch-protection=standard>")
  endif()
endif()
target_link_libraries(katra_flags INTERFACE katra_hardening)

if(KATRA_SANITIZE)
  target_compile_options(katra_flags INTERFACE
    -fsanitize=${KATRA_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(katra_flags INTERFACE -fsanitize=${KATRA_SANITIZE})
endif()
if(KATRA_BUILD_FUZZERS)
  # Coverage for every library; only the fuzzers themselves link libFuzzer's main.
  target_compile_options(katra_flags INTERFACE -fsanitize=fuzzer-no-link)
  target_link_options(katra_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()

# lld links in a fraction of the time; what is shipped is linked by the system's own linker.
find_program(KATRA_LLD NAMES ld.lld)
if(KATRA_LLD AND CMAKE_SYSTEM_NAME STREQUAL "Linux" AND NOT KATRA_BUILD_FUZZERS)
  target_link_options(katra_flags INTERFACE "$<$<CONFIG:Debug>:-fuse-ld=lld>")
endif()

# Paths are hashed relative to the source folder, so that every clone shares what one has compiled. The
# sloppiness is what ccache asks for before it caches what uses a precompiled header; see
# scripts/cmake/precompile.py for the sum.
find_program(KATRA_CCACHE ccache)
if(KATRA_CCACHE)
  set(KATRA_CCACHE_SETTINGS ${CMAKE_COMMAND} -E env
      CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1
      CCACHE_SLOPPINESS=pch_defines,time_macros CCACHE_PCH_EXTSUM=1)
  set(CMAKE_C_COMPILER_LAUNCHER ${KATRA_CCACHE_SETTINGS} ${KATRA_CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${KATRA_CCACHE_SETTINGS} ${KATRA_CCACHE})
endif()
