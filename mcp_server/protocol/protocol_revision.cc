#include "mcp_server/protocol/protocol_revision.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/text.h"

namespace katra::mcp {
namespace {

using nlohmann::json;

constexpr const char* kProtocolVersionKey = "io.modelcontextprotocol/protocolVersion";
constexpr const char* kCapabilitiesKey = "io.modelcontextprotocol/clientCapabilities";
constexpr const char* kClientInfoKey = "io.modelcontextprotocol/clientInfo";
constexpr const char* kLogLevelKey = "io.modelcontextprotocol/logLevel";

constexpr std::array<const char*, 8> kSeverities = {"debug", "info",     "notice", "warning",
                                                    "error", "critical", "alert",  "emergency"};

bool IsModernOnly(std::string_view method) {
  return method == "server/discover" || method == "subscriptions/listen";
}

JsonPtr SupportedData(bool legacy_only, const json& requested) {
  json supported = json::array();
  if (legacy_only) {
    for (const std::string_view version : kLegacyVersions) supported.push_back(version);
  } else {
    supported.push_back(kModernVersion);
  }
  return std::make_shared<const json>(
      json{{"supported", std::move(supported)},
           {"requested", requested.is_string() ? requested : json("")}});
}

// A string member of an object, or "".
std::string Member(const json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

ProtocolResult<RequestContext> ReadModern(const json& meta) {
  const auto version = meta.find(kProtocolVersionKey);
  const auto capabilities = meta.find(kCapabilitiesKey);
  if (version == meta.end() || !version->is_string()) {
    return Refuse(kInvalidParams, std::string("_meta needs the string \"") + kProtocolVersionKey +
                                      "\", e.g. \"" + std::string(kModernVersion) + "\"");
  }
  if (capabilities == meta.end() || !capabilities->is_object()) {
    return Refuse(kInvalidParams, std::string("_meta needs the object \"") + kCapabilitiesKey +
                                      "\" (it may be empty)");
  }
  if (*version != kModernVersion) {
    return Refuse(kUnsupportedVersion,
                  "protocol version \"" + OneLine(version->get<std::string>(), 64) +
                      "\" is not served per request; use \"" + std::string(kModernVersion) +
                      "\", or the initialize handshake",
                  SupportedData(false, *version));
  }
  RequestContext context;
  context.era = Era::kModern;
  if (const auto info = meta.find(kClientInfoKey); info != meta.end() && info->is_object()) {
    context.client_name = Member(*info, "name");
    context.client_version = Member(*info, "version");
  }
  if (const auto level = meta.find(kLogLevelKey); level != meta.end()) {
    context.log_level = ParseSeverity(level->is_string() ? level->get<std::string>() : "");
    if (!context.log_level) {
      return Refuse(kInvalidParams, std::string("\"") + kLogLevelKey +
                                        "\" must be debug, info, notice, warning, error, "
                                        "critical, alert or emergency");
    }
  }
  return context;
}

}  // namespace

std::optional<Severity> ParseSeverity(std::string_view text) {
  for (size_t i = 0; i < kSeverities.size(); ++i) {
    if (text == kSeverities[i]) return static_cast<Severity>(i);
  }
  return std::nullopt;
}

const char* ToString(Severity severity) { return kSeverities[static_cast<size_t>(severity)]; }

ProtocolResult<RequestContext> ReadContext(std::string_view method, const json& params,
                                           bool legacy_only) {
  static const json no_meta = json::object();
  const auto found = params.find("_meta");
  if (found != params.end() && !found->is_object()) {
    return Refuse(kInvalidParams, "\"_meta\" must be an object");
  }
  const json& meta = found == params.end() ? no_meta : *found;
  const bool modern = meta.contains(kProtocolVersionKey) || meta.contains(kCapabilitiesKey) ||
                      meta.contains(kClientInfoKey);
  ProtocolResult<RequestContext> context = RequestContext{};
  if (legacy_only) {
    if (IsModernOnly(method)) {
      return Refuse(kMethodNotFound, "this server was started with --legacy: use initialize");
    }
    if (modern) {
      const json requested = meta.value(kProtocolVersionKey, json());
      return Refuse(kUnsupportedVersion, "this server was started with --legacy: use initialize",
                    SupportedData(true, requested));
    }
  } else if (modern || IsModernOnly(method)) {
    context = ReadModern(meta);
    if (!context) return context;
  }
  if (const auto token = meta.find("progressToken"); token != meta.end()) {
    context->progress_token = RequestId::FromJson(*token);
  }
  return context;
}

std::string_view NegotiateVersion(std::string_view asked) {
  const auto* const found = std::find(kLegacyVersions.begin(), kLegacyVersions.end(), asked);
  return found == kLegacyVersions.end() ? kLegacyVersions.front() : *found;
}

}  // namespace katra::mcp
