// Makes the ids of an answer's parts as the client sees them (S17, S45, R32). Internal to
// router/translate.
#pragma once

#include <string>
#include <string_view>
#include <unordered_set>

namespace katra::router::translate {

// With the prefix of the client's API (S45). `upstream_id` may be empty.
[[nodiscard]] std::string MessageId(std::string_view upstream_id, std::string_view request_id);

// The ids of one answer's tool calls: unique in the answer and in the conversation before it.
class AnswerToolIds {
 public:
  // The upstream's id in a form valid for the client. If the upstream gives none, or one that is
  // already taken, a new one made from `seed`. `used`: the ids of the conversation.
  [[nodiscard]] std::string Give(std::string_view id, std::string_view seed,
                                 const std::unordered_set<std::string>& used);

 private:
  std::unordered_set<std::string> given_;
  int made_ = 0;
};

}  // namespace katra::router::translate
