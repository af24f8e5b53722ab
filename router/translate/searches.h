// Collects a model's web search results as the Messages API's blocks for them (S16). Internal to
// router/translate.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "router/translate/message_sink.h"

namespace katra::router::translate {

class Searches {
 public:
  // Adds a cited page; `url` and `title` are JSON string contents. Duplicates are ignored.
  void Add(std::string_view url, std::string_view title);
  // Writes one server_tool_use with its result for all pages. `message_id` is the answer's.
  void Write(std::string_view message_id, MessageSink& sink) const;

  [[nodiscard]] bool Empty() const { return results_.empty(); }

 private:
  std::vector<std::string> results_;  // web_search_result objects
};

}  // namespace katra::router::translate
