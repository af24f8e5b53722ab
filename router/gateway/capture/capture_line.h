// Writes the prompt and answer of one request as a line of JSON without secrets, for users who have
// `record` switched on. Knows no files and no threads.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/secrets.h"
#include "router/gateway/observe/request_record.h"
#include "router/translate/openai_clients/openai_client.h"

namespace katra::router::gateway {

// Collects the text of one request while it is answered. Cheap, on the loop's thread.
struct CapturedText {
  static constexpr size_t kMaxAnswerBytes = size_t{8} * 1024 * 1024;

  std::shared_ptr<const std::string> request;  // as sent by the client
  std::string answer;                          // events of a stream, or a complete response
  bool whole = false;                          // true: `answer` is a complete response
  bool cut = false;                            // the answer was truncated
  std::optional<translate::OpenAiClientFormat> format =
      std::nullopt;         // format of the request; nullopt: Messages
  bool own_answer = false;  // the answer has that format too

  // Ignores everything beyond the limit.
  void Append(std::string_view events);
};

// Returns one line, with its line feed: who asked for what, the request's members and messages (in
// Messages form, unless it was never translated), and the text, thinking and tool calls of the
// answer. At most about 2 MiB: long texts are truncated, and the oldest messages, tool schemas and
// Base64 data are omitted, which the line says. Takes milliseconds, so do not call it on the loop's
// thread.
[[nodiscard]] std::string CaptureLine(const CapturedText& text, const RequestRecord& record,
                                      const SecretFilter& filter);

}  // namespace katra::router::gateway
