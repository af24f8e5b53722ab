#include "router/gateway/server/notices.h"

namespace katra::router::gateway {

std::vector<std::string> NoticesOf(const RouterConfig& config) {
  std::vector<std::string> notices;
  for (const ConfigWarning& warning : config.warnings) {
    notices.push_back(DescribeWarning(warning));
  }
  return notices;
}

}  // namespace katra::router::gateway
