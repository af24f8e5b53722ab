// One line of JSON-RPC 2.0, taken apart: what kind of message it is, or what is wrong with it.
// Knows nothing of MCP's methods or versions.
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

// The id of a request, or a progress token: a string or an integer. Default: null, not known.
struct RequestId {
  std::variant<std::monostate, int64_t, uint64_t, std::string> value;

  // Nothing: neither a string nor an integer.
  static std::optional<RequestId> FromJson(const nlohmann::json& json);

  [[nodiscard]] nlohmann::json ToJson() const;
  // Differs for ids that differ, also in type ("1" and 1).
  [[nodiscard]] std::string Key() const;
};

enum class MessageKind { kRequest, kNotification, kResponse, kInvalid };

struct Message {
  MessageKind kind = MessageKind::kInvalid;
  RequestId id;        // of a request; of an invalid message when it could be read
  std::string method;  // of a request or notification
  JsonPtr params;      // never null: an empty object when there are none
  // Of an invalid message only: what it must be answered with.
  int error_code = 0;
  std::string error;
};

struct ParsedLine {
  bool batch = false;
  std::vector<Message> messages;  // exactly one unless `batch`
};

// Never fails: what is wrong with the line is in its messages.
[[nodiscard]] ParsedLine ParseLine(std::string_view line);

// The answer to a line that passed kMaxLineBytes; `id`: of the request that was in it, when it is
// known.
[[nodiscard]] Message TooLongMessage(RequestId id = {});

// Lines to send, without newlines. Invalid UTF-8 in strings is replaced by U+FFFD.
[[nodiscard]] std::string ResultLine(const RequestId& id, const nlohmann::json& result);
[[nodiscard]] std::string ErrorLine(const RequestId& id, int code, const std::string& message,
                                    const JsonPtr& data = nullptr);
[[nodiscard]] std::string NotificationLine(const std::string& method, const nlohmann::json& params);

}  // namespace katra::mcp
