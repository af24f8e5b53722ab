#include "router/translate/usage.h"

#include <algorithm>
#include <initializer_list>
#include <optional>

#include "core/json_write.h"

namespace katra::router::translate {
namespace {

std::optional<int64_t> Count(JsonView member) {
  const auto number = member.Number();
  if (!number || *number < 0) return std::nullopt;
  return static_cast<int64_t>(std::min(*number, static_cast<double>(kMaxCount)));
}

// The first of these members that is a valid count.
int64_t FirstCount(std::initializer_list<JsonView> members) {
  for (const JsonView member : members) {
    if (const auto count = Count(member)) return *count;
  }
  return 0;
}

void TakeCount(JsonView member, int64_t* into, bool* told) {
  const auto count = Count(member);
  if (!count) return;
  *into = *count;
  *told = true;
}

}  // namespace

bool ReadChatUsage(JsonView usage, Usage* into) {
  if (!usage.IsObject()) return false;
  const bool told = Count(usage["prompt_tokens"]) || Count(usage["completion_tokens"]);
  if (!told) return false;
  const int64_t prompt = FirstCount({usage["prompt_tokens"]});
  const int64_t completion = FirstCount({usage["completion_tokens"]});
  const JsonView prompt_details = usage["prompt_tokens_details"];
  const JsonView output_details = usage["completion_tokens_details"];

  Usage read;
  read.known = true;
  for (const JsonView cached : {prompt_details["cached_tokens"], usage["prompt_cache_hit_tokens"],
                                usage["cached_tokens"]}) {
    read.cache_told = read.cache_told || Count(cached);
  }
  read.cache_read_tokens = FirstCount(
      {prompt_details["cached_tokens"], usage["prompt_cache_hit_tokens"], usage["cached_tokens"]});
  read.cache_write_tokens =
      FirstCount({prompt_details["cache_write_tokens"], prompt_details["cache_creation_tokens"],
                  usage["cache_write_tokens"], usage["cache_creation_tokens"]});
  read.cache_read_tokens = std::min(read.cache_read_tokens, prompt);
  read.cache_write_tokens = std::min(read.cache_write_tokens, prompt - read.cache_read_tokens);
  read.input_tokens = prompt - read.cache_read_tokens - read.cache_write_tokens;

  // Some report reasoning separately from the completion, which their total reveals.
  const int64_t reasoning =
      FirstCount({output_details["reasoning_tokens"], usage["reasoning_tokens"]});
  const int64_t total = FirstCount({usage["total_tokens"]});
  const bool beside = reasoning > 0 && total == prompt + completion + reasoning;
  read.output_tokens = std::min(completion + (beside ? reasoning : 0), kMaxCount);
  read.web_searches = into->web_searches;
  *into = read;
  return true;
}

bool ReadResponsesUsage(JsonView usage, Usage* into) {
  if (!usage.IsObject()) return false;
  const auto input = Count(usage["input_tokens"]);
  const auto output = Count(usage["output_tokens"]);
  if (!input && !output) return false;
  const JsonView details = usage["input_tokens_details"];
  const int64_t prompt = input.value_or(0);
  Usage read;
  read.known = true;
  read.cache_told = Count(details["cached_tokens"]).has_value();
  read.cache_read_tokens = std::min(FirstCount({details["cached_tokens"]}), prompt);
  read.cache_write_tokens =
      std::min(FirstCount({details["cache_write_tokens"]}), prompt - read.cache_read_tokens);
  read.input_tokens = prompt - read.cache_read_tokens - read.cache_write_tokens;
  read.output_tokens = output.value_or(0);  // including reasoning
  read.web_searches = into->web_searches;
  *into = read;
  return true;
}

bool ReadMessagesUsage(JsonView usage, Usage* into) {
  if (!usage.IsObject()) return false;
  bool told = false;
  TakeCount(usage["input_tokens"], &into->input_tokens, &told);
  TakeCount(usage["cache_read_input_tokens"], &into->cache_read_tokens, &into->cache_told);
  told = told || into->cache_told;
  TakeCount(usage["cache_creation_input_tokens"], &into->cache_write_tokens, &told);
  TakeCount(usage["output_tokens"], &into->output_tokens, &told);
  TakeCount(usage["server_tool_use"]["web_search_requests"], &into->web_searches, &told);
  into->known = into->known || told;
  return told;
}

void AppendMessagesUsage(std::string& out, const Usage& usage) {
  JsonWriter writer(out);
  writer.BeginObject();
  writer.Key("input_tokens").Integer(usage.input_tokens);
  writer.Key("cache_creation_input_tokens").Integer(usage.cache_write_tokens);
  writer.Key("cache_read_input_tokens").Integer(usage.cache_read_tokens);
  writer.Key("output_tokens").Integer(usage.output_tokens);
  if (usage.web_searches > 0) {
    writer.Key("server_tool_use").BeginObject();
    writer.Key("web_search_requests").Integer(usage.web_searches).EndObject();
  }
  writer.EndObject();
}

void AppendChatUsage(std::string& out, const Usage& usage) {
  JsonWriter writer(out);
  writer.BeginObject();
  writer.Key("prompt_tokens").Integer(usage.PromptTokens());
  writer.Key("completion_tokens").Integer(usage.output_tokens);
  writer.Key("total_tokens").Integer(usage.PromptTokens() + usage.output_tokens);
  writer.Key("prompt_tokens_details").BeginObject();
  writer.Key("cached_tokens").Integer(usage.cache_read_tokens).EndObject();
  writer.EndObject();
}

}  // namespace katra::router::translate
