// Writes messages of application/vnd.amazon.eventstream, for tests.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace katra::testing {

using EventHeaders = std::vector<std::pair<std::string, std::string>>;

// With checksums that fit. `raw_headers` come after `headers`, as they are.
[[nodiscard]] std::string EventBytes(const EventHeaders& headers, std::string_view payload,
                                     std::string_view raw_headers = {});

// A `chunk` event that carries `json` as Bedrock does.
[[nodiscard]] std::string ChunkBytes(std::string_view json);

[[nodiscard]] std::string ExceptionBytes(std::string_view type, std::string_view payload);

// `bytes` with both checksums made to fit what they hold now.
[[nodiscard]] std::string Resealed(std::string bytes);

// An answer of one text block, event by event.
[[nodiscard]] std::vector<std::string> AnswerEvents();

}  // namespace katra::testing
