# katra_embed(TARGET NAMESPACE HEADER FILE...): compiles text files into TARGET.
# HEADER (an include path, e.g. store/migrations.gen.h) then declares in NAMESPACE
#   struct EmbeddedFile { std::string_view name; std::string_view text; };
#   const std::vector<EmbeddedFile>& EmbeddedFiles();
# sorted by name. A changed file rebuilds what embeds it.
find_package(Python3 REQUIRED COMPONENTS Interpreter)

function(katra_embed target namespace header)
  set(out ${CMAKE_BINARY_DIR}/generated/${header})
  string(REGEX REPLACE "\\.h$" ".cc" source ${out})
  set(inputs)
  foreach(file ${ARGN})
    get_filename_component(path ${file} ABSOLUTE)
    list(APPEND inputs ${path})
  endforeach()
  add_custom_command(
    OUTPUT ${out} ${source}
    COMMAND ${Python3_EXECUTABLE} ${CMAKE_SOURCE_DIR}/scripts/cmake/embed.py
            --namespace ${namespace} --header ${out} --include ${header} --source ${source} ${inputs}
    DEPENDS ${inputs} ${CMAKE_SOURCE_DIR}/scripts/cmake/embed.py
    COMMENT "Embedding ${header}"
    VERBATIM)
  target_sources(${target} PRIVATE ${out} ${source})
  target_include_directories(${target} PRIVATE ${CMAKE_BINARY_DIR}/generated)
endfunction()

# katra_embed_bytes(TARGET SYMBOL FILE): puts FILE as it is into TARGET's read-only data, aligned to 64
# bytes, from SYMBOL to SYMBOL_end (both extern "C" const char[]). For what is too large to be compiled.
function(katra_embed_bytes target symbol file)
  get_filename_component(path ${file} ABSOLUTE)
  set(source ${CMAKE_CURRENT_BINARY_DIR}/${symbol}.S)
  if(APPLE)
    set(prefix "_")
    set(begin ".const_data")
    set(end "")
  else()
    set(prefix "")
    set(begin ".section .rodata")
    set(end ".section .note.GNU-stack,\"\",%progbits")
  endif()
  file(CONFIGURE OUTPUT ${source} @ONLY CONTENT
"${begin}
.globl ${prefix}${symbol}
.globl ${prefix}${symbol}_end
.balign 64
${prefix}${symbol}:
.incbin \"${path}\"
${prefix}${symbol}_end:
.byte 0
${end}
")
  set_property(SOURCE ${source} APPEND PROPERTY OBJECT_DEPENDS ${path})
  add_library(${target}_${symbol} OBJECT ${source})
  target_sources(${target} PRIVATE $<TARGET_OBJECTS:${target}_${symbol}>)
endfunction()
