#include "router/gateway/server/notices.h"

namespace katra::router::gateway {

std::vector<std::string> NoticesOf(const RouterConfig& config) {
  std::vector<std::string> notices;
  for (const ConfigWarning& warning : config.warnings) {
    notices.push_back(DescribeWarning(warning));
  }
  return notices;
}

std::function<void(const std::string&)> WarnBy(Logger& logger) {
  return [&logger](const std::string& warning) { logger.Warning(warning); };
}

}  // namespace katra::router::gateway
