#include "router/translate/searches.h"

#include <algorithm>

#include "core/json_write.h"

namespace katra::router::translate {

void Searches::Add(std::string_view url, std::string_view title) {
  constexpr size_t kMost = 100;
  if (url.empty() || results_.size() >= kMost) return;
  std::string result;
  JsonWriter writer(result);
  writer.BeginObject().Key("type").String("web_search_result");
  writer.Key("title").RawString(title.empty() ? url : title).Key("url").RawString(url);
  writer.Key("encrypted_content").String("").Key("page_age").Null().EndObject();
  const bool known = std::find(results_.begin(), results_.end(), result) != results_.end();
  if (!known) results_.push_back(std::move(result));
}

void Searches::Write(std::string_view message_id, MessageSink& sink) const {
  const std::string id = "srvtoolu_" + std::string(message_id.substr(4));
  std::string use;
  JsonWriter writer(use);
  writer.BeginObject().Key("type").String("server_tool_use").Key("id").String(id);
  writer.Key("name").String("web_search").Key("input").BeginObject().EndObject().EndObject();
  sink.WholeBlock(use);
  std::string result;
  JsonWriter found(result);
  found.BeginObject().Key("type").String("web_search_tool_result");
  found.Key("tool_use_id").String(id).Key("content").BeginArray();
  for (const std::string& search : results_) found.Raw(search);
  found.EndArray().EndObject();
  sink.WholeBlock(result);
}

}  // namespace katra::router::translate
