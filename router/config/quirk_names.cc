// A table of quirk names and members.
#include "router/config/quirk_names.h"

#include <nlohmann/json.hpp>
#include <string_view>

namespace katra::router {
namespace {

using nlohmann::json;

struct Flag {
  const char* name;
  bool Quirks::*member;
};
constexpr Flag kFlags[] = {
    {"stream_usage", &Quirks::stream_usage},
    {"parallel_tool_calls", &Quirks::parallel_tool_calls},
    {"top_k", &Quirks::top_k},
    {"service_tier", &Quirks::service_tier},
    {"prompt_cache_key", &Quirks::prompt_cache_key},
    {"cache_control", &Quirks::cache_control},
    {"images", &Quirks::images},
    {"pdfs", &Quirks::pdfs},
    {"inline_system", &Quirks::inline_system},
    {"prefill_prefix", &Quirks::prefill_prefix},
    {"json_schema_output", &Quirks::json_schema_output},
    {"effort_none", &Quirks::effort_none},
    {"think_tags", &Quirks::think_tags},
    {"fixed_sampling", &Quirks::fixed_sampling},
    {"reasoning_summaries", &Quirks::reasoning_summaries},
    {"count_tokens", &Quirks::count_tokens},
    {"messages_tool_choice", &Quirks::messages_tool_choice},
    {"openai_shaped_errors", &Quirks::openai_shaped_errors},
};

struct Number {
  const char* name;
  int Quirks::*member;
};
constexpr Number kNumbers[] = {
    {"max_stop_sequences", &Quirks::max_stop_sequences},
    {"max_user_id_characters", &Quirks::max_user_id_characters},
};

struct Words {
  const char* name;
  std::vector<std::string> Quirks::*member;
};
constexpr Words kWordLists[] = {
    {"efforts", &Quirks::efforts},
    {"reasoning_models", &Quirks::reasoning_models},
};

template <typename Enum, size_t N>
void ReadWord(const json& object, const char* name, const std::string_view (&words)[N], Enum* out) {
  const auto found = object.find(name);
  if (found == object.end()) return;
  for (size_t i = 0; i < N; ++i) {
    if (found->get_ref<const std::string&>() == words[i]) *out = static_cast<Enum>(i);
  }
}

// In the order of the enumerators.
constexpr std::string_view kSchemaDialects[] = {"full", "gemini"};
constexpr std::string_view kToolIds[] = {"up_to_64", "nine_alphanumeric"};
constexpr std::string_view kMaxTokensFields[] = {"max_tokens", "by_model", "max_completion_tokens"};
constexpr std::string_view kReasoningRequests[] = {"none", "effort", "openrouter", "thinking_type",
                                                   "chat_template"};
constexpr std::string_view kReasoningHistories[] = {"drop", "reasoning_content",
                                                    "reasoning_details", "thought_signature"};
constexpr std::string_view kWebSearches[] = {"none", "options", "openrouter_plugin"};

}  // namespace

void ReadQuirks(const json& object, Quirks& quirks) {
  for (const Flag& flag : kFlags) {
    if (const auto found = object.find(flag.name); found != object.end()) {
      quirks.*flag.member = found->get<bool>();
    }
  }
  for (const Number& number : kNumbers) {
    if (const auto found = object.find(number.name); found != object.end()) {
      quirks.*number.member = found->get<int>();
    }
  }
  for (const Words& words : kWordLists) {
    if (const auto found = object.find(words.name); found != object.end()) {
      quirks.*words.member = found->get<std::vector<std::string>>();
    }
  }
  ReadWord(object, "schema_dialect", kSchemaDialects, &quirks.schema_dialect);
  ReadWord(object, "tool_ids", kToolIds, &quirks.tool_ids);
  ReadWord(object, "max_tokens_field", kMaxTokensFields, &quirks.max_tokens_field);
  ReadWord(object, "reasoning_request", kReasoningRequests, &quirks.reasoning_request);
  ReadWord(object, "reasoning_history", kReasoningHistories, &quirks.reasoning_history);
  ReadWord(object, "web_search", kWebSearches, &quirks.web_search);
}

}  // namespace katra::router
