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
