#include "router/routing/task_sense/attributes.h"

#include <algorithm>

namespace katra::router::routing::task_sense {
namespace {

constexpr std::array<std::string_view, kAttributes> kNames = {
    "write_code", "fix_bug",   "explain",   "review",    "write_tests", "write_prose",
    "operate",    "design",    "edit",      "refactor",  "performance", "security",
    "data",       "frontend",  "find_code", "research",  "translate",   "algorithm",
    "git",        "upgrade",   "run",       "summarize", "ml",          "not_software",
    "small_talk", "follow_up",
};

}  // namespace

std::string_view Name(Attribute attribute) { return kNames[Index(attribute)]; }

std::optional<Attribute> AttributeNamed(std::string_view name) {
  const auto* const found = std::find(kNames.begin(), kNames.end(), name);
  if (found == kNames.end()) return std::nullopt;
  return static_cast<Attribute>(found - kNames.begin());
}

}  // namespace katra::router::routing::task_sense
