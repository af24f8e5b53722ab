// Determines the MCP revision of a request. The handshake revisions ("legacy") agree on a version
// once per process; the stateless one ("modern") states it in `_meta` of each request. One
// connection may mix both. Knows nothing of what methods do.
#pragma once

#include <array>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "mcp_server/rpc/message.h"

namespace katra::mcp {

inline constexpr std::array<std::string_view, 4> kLegacyVersions = {"2025-11-25", "2025-06-18",
                                                                    "2025-03-26", "2024-11-05"};
inline constexpr std::string_view kBatchVersion = "2025-03-26";  // the only one with batches
inline constexpr std::string_view kModernVersion = "2026-07-28";

inline constexpr int kResourceNotFoundLegacy = -32002;
inline constexpr int kUnsupportedVersion = -32022;

enum class Era { kLegacy, kModern };

// The severities of syslog, lowest first.
enum class Severity { kDebug, kInfo, kNotice, kWarning, kError, kCritical, kAlert, kEmergency };
[[nodiscard]] std::optional<Severity> ParseSeverity(std::string_view text);
[[nodiscard]] const char* ToString(Severity severity);

// What a request's `_meta` says.
struct RequestContext {
  Era era = Era::kLegacy;
  std::optional<RequestId> progress_token;
  // Modern requests only:
  std::optional<Severity> log_level;
  std::string client_name;
  std::string client_version;
};

struct ProtocolError {
  int code = 0;
  std::string message;
  JsonPtr data;  // null: none
};
template <typename T>
using ProtocolResult = tl::expected<T, ProtocolError>;

[[nodiscard]] inline tl::unexpected<ProtocolError> Refuse(int code, std::string message,
                                                          JsonPtr data = nullptr) {
  return tl::unexpected<ProtocolError>(ProtocolError{code, std::move(message), std::move(data)});
}

// Reads and checks `params._meta`. `legacy_only`: behave like a server that does not know the
// stateless era.
[[nodiscard]] ProtocolResult<RequestContext> ReadContext(std::string_view method,
                                                         const nlohmann::json& params,
                                                         bool legacy_only);

// The version that `initialize` agrees on: the one that the client asked for if it is supported,
// else our newest.
[[nodiscard]] std::string_view NegotiateVersion(std::string_view asked);

}  // namespace katra::mcp
