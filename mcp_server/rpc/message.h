// Parses one line of JSON-RPC 2.0: what kind of message it is, or what is wrong with it. Knows
// nothing of MCP's methods or versions.
#pragma once

#include <cstdint>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace katra::mcp {

using JsonPtr = std::shared_ptr<const nlohmann::json>;

inline constexpr int kParseError = -32700;
inline constexpr int kInvalidRequest = -32600;
inline constexpr int kMethodNotFound = -32601;
inline constexpr int kInvalidParams = -32602;

inline constexpr size_t kMaxNesting = 64;
inline constexpr size_t kMaxBatchMessages = 64;

// The id of a request, or a progress token: a string or an integer. Default: null, for an unknown
// id.
struct RequestId {
  std::variant<std::monostate, int64_t, uint64_t, std::string> value;

  // Returns nullopt for anything but a string or an integer.
  static std::optional<RequestId> FromJson(const nlohmann::json& json);

  [[nodiscard]] nlohmann::json ToJson() const;
  // Distinct for distinct ids, including by type ("1" and 1).
  [[nodiscard]] std::string Key() const;
};

enum class MessageKind { kRequest, kNotification, kResponse, kInvalid };

struct Message {
  MessageKind kind = MessageKind::kInvalid;
  RequestId id;        // of a request; of an invalid message if it could be read
  std::string method;  // of a request or notification
  JsonPtr params;      // never null; an empty object if there are none
  // Only for an invalid message: the error to answer with.
  int error_code = 0;
  std::string error;
};

struct ParsedLine {
  bool batch = false;
  std::vector<Message> messages;  // exactly one unless `batch`
};

// Never fails: errors are reported as invalid messages.
[[nodiscard]] ParsedLine ParseLine(std::string_view line);

// The invalid message for a line longer than kMaxLineBytes. `id`: of the request in it, if known.
[[nodiscard]] Message TooLongMessage(RequestId id = {});

// Lines to send, without newlines. Replaces invalid UTF-8 in strings by U+FFFD.
[[nodiscard]] std::string ResultLine(const RequestId& id, const nlohmann::json& result);
[[nodiscard]] std::string ErrorLine(const RequestId& id, int code, const std::string& message,
                                    const JsonPtr& data = nullptr);
[[nodiscard]] std::string NotificationLine(const std::string& method, const nlohmann::json& params);

}  // namespace katra::mcp
