// What was asked and answered in one request, as a line of JSON without secrets, for whoever has
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

// Gathers one request's text while it is answered: cheap, on the loop's thread.
struct CapturedText {
  static constexpr size_t kMaxAnswerBytes = size_t{8} * 1024 * 1024;

  std::shared_ptr<const std::string> request;  // as the client wrote it
  std::string answer;                          // events of a stream, or a whole reply
  bool whole = false;                          // which of the two
  bool cut = false;                            // the answer was longer
  std::optional<translate::OpenAiClientFormat> format =
      std::nullopt;         // of the request, unless it is Messages
  bool own_answer = false;  // the answer is of that format, too

  // What comes beyond the limit is left out.
  void Append(std::string_view events);
};

// One line, with its line feed: who asked for what, the request's members and messages (in the
// Messages form, unless it has none), the text,
// thinking and tool calls of the answer. At most about 2 MiB: long texts are cut, the oldest
// messages, the schemas of tools and Base64 data are left out, and the line says so. Takes
// milliseconds: not for the loop's thread.
[[nodiscard]] std::string CaptureLine(const CapturedText& text, const RequestRecord& record,
                                      const SecretFilter& filter);

}  // namespace katra::router::gateway
