#include "router/translate/answer_ids.h"

#include "router/translate/names.h"

namespace katra::router::translate {

std::string MessageId(std::string_view upstream_id, std::string_view request_id) {
  std::string id = "msg_";
  for (const char c : upstream_id.empty() ? request_id : upstream_id) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '_' || c == '-';
    id.push_back(plain ? c : '_');
  }
  return id;
}

std::string AnswerToolIds::Give(std::string_view upstream_id, std::string_view seed,
                                const std::unordered_set<std::string>& used) {
  std::string id = upstream_id.empty() ? std::string() : ClientToolId(upstream_id);
  while (id.empty() || given_.count(id) != 0 || used.count(id) != 0) {
    id = "toolu_" + ClientToolId(seed) + "_" + std::to_string(made_++);
  }
  given_.insert(id);
  return id;
}

}  // namespace katra::router::translate
