#include "router/gateway/server/notices.h"

#include <array>

namespace katra::router::gateway {
namespace {

// Configured routes that this gateway does not use.
constexpr std::array<std::string_view, 4> kUnused = {"think", "longContext", "webSearch", "image"};

bool IsUnusedRoute(const std::string& key) {
  const bool of_all = key.starts_with("routing_rules.");
  const bool of_one = key.starts_with("personas.") && key.find(".routing.") != std::string::npos;
  if (!of_all && !of_one) return false;
  for (const std::string_view name : kUnused) {
    if (key.ends_with("." + std::string(name))) return true;
  }
  return false;
}

}  // namespace

std::vector<std::string> NoticesOf(const RouterConfig& config) {
  std::vector<std::string> notices;
  for (const ConfigWarning& warning : config.warnings) {
    notices.push_back(DescribeWarning(warning));
  }
  for (const auto& [key, origin] : config.origins) {
    if (!IsUnusedRoute(key)) continue;
    notices.push_back(DescribeOrigin(origin) + ": " + key +
                      " has no effect: this gateway only uses the route \"background\"");
  }
  return notices;
}

}  // namespace katra::router::gateway
