// What a model found on the web, as the blocks that the Messages API has for it (S16). Internal to
// router/translate.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "router/translate/message_sink.h"

namespace katra::router::translate {

class Searches {
 public:
  // A page that the answer cites; `url` and `title` are JSON string contents. Each counts once.
  void Add(std::string_view url, std::string_view title);
  // Writes a server_tool_use and its result for all of them. `message_id` is the answer's.
  void Write(std::string_view message_id, MessageSink& sink) const;

  [[nodiscard]] bool Empty() const { return results_.empty(); }

 private:
  std::vector<std::string> results_;  // web_search_result objects
};

}  // namespace katra::router::translate
