#include "cli/use_show.h"

#include <vector>

namespace katra::cli {
namespace {

std::string Of(int64_t used, int64_t limit) {
  return std::to_string(used) + (limit == 0 ? "" : " of " + std::to_string(limit));
}

}  // namespace

std::string ShowTokenUse(const JsonView& tokens, const Page& page) {
  std::vector<std::vector<std::string>> rows;
  for (const JsonView token : tokens) {
    const auto of = [&](const char* used, const char* limit) {
      return Of(token[used].Integer().value_or(0), token["limits"][limit].Integer().value_or(0));
    };
    rows.push_back({token["persona"].Text(), of("requests", "requests_per_minute"),
                    of("request_bytes", "request_bytes_per_minute"), of("open", "open_requests"),
                    token["id"].Text()});
  }
  if (rows.empty()) return {};
  return RenderTable({"PERSONA", "REQUESTS A MINUTE", "BYTES A MINUTE", "OPEN", "TOKEN"}, rows,
                     page);
}

}  // namespace katra::cli
