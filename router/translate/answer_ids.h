// The ids that an answer's parts have for the client (S17, S45, R32). Internal to router/translate.
#pragma once

#include <string>
#include <string_view>
#include <unordered_set>

namespace katra::router::translate {

// With the prefix of the client's API (S45). `upstream_id` may be empty.
[[nodiscard]] std::string MessageId(std::string_view upstream_id, std::string_view request_id);

// The ids of one answer's calls: none twice, and none of the conversation before.
class AnswerToolIds {
 public:
  // The upstream's id as the client may see it; where it has none, or one that was given, another
  // one that is made of `seed`. `used`: of the conversation.
  [[nodiscard]] std::string Give(std::string_view id, std::string_view seed,
                                 const std::unordered_set<std::string>& used);

 private:
  std::unordered_set<std::string> given_;
  int made_ = 0;
};

}  // namespace katra::router::translate
