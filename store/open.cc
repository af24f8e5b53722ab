#include "store/open.h"

#include <algorithm>
#include <utility>

#include "core/text.h"
#include "store/sqlite/open.h"

namespace katra::store {
namespace {

// The scheme of an address, such as "postgres" in "postgres://host/db"; empty for a path.
std::string_view SchemeOf(std::string_view address) {
  const size_t end = address.find("://");
  if (end == std::string_view::npos) return {};
  const std::string_view scheme = address.substr(0, end);
  const bool is_scheme = std::all_of(scheme.begin(), scheme.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' ||
           c == '-' || c == '.';
  });
  return is_scheme ? scheme : std::string_view();
}

}  // namespace

// A new backend adds one branch here, and a folder beside sqlite/.
Result<std::shared_ptr<Store>> OpenStore(const std::string& address, const OpenOptions& options,
                                         const CallContext& context) {
  if (const std::string_view scheme = SchemeOf(address); !scheme.empty()) {
    return Fail(ErrorCode::kInvalidArgument,
                "unknown kind of store \"" + OneLine(scheme, 64) +
                    "://\": the address of a store is the path of a folder, e.g. /home/you/.katra",
                address);
  }
  OpenOptions with_configuration = options;
  if (!with_configuration.quotas) {
    with_configuration.quotas = [address](std::string_view persona) {
      return LoadQuotas(address, persona);
    };
  }
  if (!with_configuration.retention) {
    with_configuration.retention = [address] { return LoadRetention(address); };
  }
  auto opened = sqlite::OpenSqliteStore(address, with_configuration, context);
  if (!opened) return Pass(std::move(opened));
  return std::shared_ptr<Store>(std::move(*opened));
}

}  // namespace katra::store
