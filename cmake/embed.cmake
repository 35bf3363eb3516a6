# offhook_embed(TARGET NAME FILE): FILE's bytes become `const std::string_view offhook::embedded::NAME` within TARGET.
# Whoever reads it writes: namespace offhook::embedded { extern const std::string_view NAME; }
# Made again by the build whenever FILE changes. The same file is the script that the build runs.
if(CMAKE_SCRIPT_MODE_FILE)
  file(READ ${INPUT} hex HEX)
  string(REGEX REPLACE "(..)" "'\\\\x\\1'," bytes "${hex}")
  string(REGEX REPLACE "(('[^']*',){20})" "\\1\n" bytes "${bytes}")
  file(WRITE ${OUTPUT} "// Made from ${INPUT}.
#include <string_view>
namespace offhook::embedded {
extern const std::string_view ${NAME};
static constexpr char bytes[] = {\n${bytes}'\\0'};
constinit const std::string_view ${NAME}{bytes, sizeof bytes - 1};
}  // namespace offhook::embedded
")
  return()
endif()

set(OFFHOOK_EMBED_SCRIPT ${CMAKE_CURRENT_LIST_FILE})
function(offhook_embed target name file)
  get_filename_component(input ${file} ABSOLUTE BASE_DIR ${CMAKE_SOURCE_DIR})
  set(output ${CMAKE_BINARY_DIR}/embedded/${name}.cpp)
  add_custom_command(OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} -DNAME=${name} -DINPUT=${input} -DOUTPUT=${output} -P ${OFFHOOK_EMBED_SCRIPT}
    DEPENDS ${input} ${OFFHOOK_EMBED_SCRIPT} COMMENT "Embedding ${file}" VERBATIM)
  target_sources(${target} PRIVATE ${output})
endfunction()
