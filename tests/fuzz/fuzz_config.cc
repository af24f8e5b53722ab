// Whatever bytes stand in the configuration's files: no crash, an error names a line, and what is
// read as JSON is what another parser reads.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "router/config/findings.h"
#include "router/config/json_source.h"
#include "router/config/personas_schema.h"
#include "router/config/providers_conf.h"

namespace katra::testing {
namespace {

void Require(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "not so: %s\n", what);
  std::abort();
}

void TryJson(std::string_view text) {
  const auto read = router::ParseJsonSource(text, "f");
  if (!read) return Require(read.error().message.starts_with("f:"), "an error names the line");
  const nlohmann::json other = nlohmann::json::parse(text, nullptr, false);
  Require(!other.is_discarded(), "another parser reads it too");
  Require(*read->document == other, "and reads the same");
  for (const auto& [pointer, line] : read->lines) {
    Require(line >= 1, "lines count from 1");
    Require(!router::ShowJsonPath(pointer, *read->document).empty(), "every place can be shown");
  }
  router::Findings findings("f");
  Require(router::CheckPersonasSchema(*read, findings).has_value(), "the schema can be checked");
}

void TryConf(std::string_view text) {
  const auto lines = router::ParseProvidersConf(text, "f");
  if (!lines) return Require(lines.error().message.starts_with("f:"), "an error names the line");
  for (const router::ConfLine& line : *lines) Require(!line.key.empty(), "a key has a name");
}

}  // namespace
}  // namespace katra::testing

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  katra::testing::TryJson(text);
  katra::testing::TryConf(text);
  return 0;
}
