// The common first and last steps of translating a Messages request.
#include "router/translate/request_draft.h"

#include <algorithm>
#include <array>

#include "core/text.h"
#include "router/translate/estimate.h"

namespace katra::router::translate {
namespace {

// The members of a request that are read; others are dropped and recorded (R53). `output_format` is
// the older place of output_config.format; dropping a cache mark loses nothing if caching is
// automatic.
constexpr std::array<std::string_view, 17> kRead = {
    "model",         "messages",       "system",   "tools",        "tool_choice",
    "max_tokens",    "stop_sequences", "stream",   "temperature",  "top_p",
    "top_k",         "metadata",       "thinking", "service_tier", "output_config",
    "output_format", "cache_control"};

void ListUnread(Draft& draft) {
  for (const JsonView member : draft.root) {
    const std::string key = member.Key().Text();
    const bool known = std::find(kRead.begin(), kRead.end(), key) != kRead.end();
    if (!known && !member.IsNothing()) draft.dropped.insert(key);
  }
  for (const JsonView member : draft.root["output_config"]) {
    const std::string key = member.Key().Text();
    if (key != "effort" && key != "format") draft.dropped.insert("output_config." + key);
  }
}

bool Contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

void BeginDraft(Draft& draft) {
  const std::string model = ToLowerAscii(draft.target.model);
  const bool by_model =
      draft.responses || draft.quirks().max_tokens_field == MaxTokensField::kByModel;
  draft.reasoning_model = by_model && IsReasoningModel(draft.target.model);
  draft.claude_model =
      draft.quirks().cache_control && (Contains(model, "claude") || Contains(model, "anthropic"));
  if (draft.claude_model) draft.ids.KeepEncoded();
  const JsonView thinking = draft.root["thinking"]["type"];
  const std::string& effort = draft.target.effort;
  draft.thinking =
      effort.empty() ? thinking.Is("enabled") || thinking.Is("adaptive") : effort != "none";
  TranslatedRequest& result = draft.result;
  result.stream = draft.root["stream"].IsTrue();
  result.requested_model = draft.root["model"].Text();
  ReplyContext& reply = result.reply;
  reply.provider = draft.target.provider;
  reply.upstream = UpstreamOf(draft.target);
  reply.owner = draft.target.owner;
  reply.secrets = draft.target.secrets;
  reply.model = draft.target.model;
  reply.request_id = draft.target.request_id;
  reply.reasoning_history = draft.quirks().reasoning_history;
  reply.think_tags = draft.quirks().think_tags;
  reply.reasoning = draft.target.reasoning;
  reply.input_estimate_tokens = draft.target.input_estimate > 0 ? draft.target.input_estimate
                                                                : EstimateInputTokens(draft.root);
}

void EndDraft(Draft& draft) {
  ListUnread(draft);
  draft.result.dropped.assign(draft.dropped.begin(), draft.dropped.end());
}

Status ReadBody(std::string_view messages_body, JsonDocument& document) {
  if (!IsValidUtf8(messages_body)) return Malformed("the request body is not valid UTF-8");
  if (auto parsed = document.Parse(messages_body); !parsed) return parsed;
  if (!document.Root().IsObject()) {
    return Malformed("the request body is not a JSON object; send the body of POST /v1/messages");
  }
  return {};
}

const std::string& UpstreamOf(const Target& target) {
  return target.upstream.empty() ? target.provider : target.upstream;
}

tl::unexpected<Error> RejectCapability(std::string_view token, std::string message) {
  return Fail(ErrorCode::kUnsupported,
              "capability_rejected: " + std::string(token) + ": " + std::move(message));
}

tl::unexpected<Error> Malformed(std::string message) {
  return Fail(ErrorCode::kInvalidArgument, std::move(message));
}

std::string MapToolName(std::string_view name, ReplyContext* reply) {
  std::string mapped = UpstreamToolName(name);
  if (mapped != name) reply->tool_names[mapped] = std::string(name);
  return mapped;
}

bool IsReasoningModel(std::string_view model) {
  const size_t slash = model.rfind('/');
  const std::string name =
      ToLowerAscii(slash == std::string_view::npos ? model : model.substr(slash + 1));
  const auto digit = [&name](size_t at) {
    return at < name.size() && name[at] >= '0' && name[at] <= '9';
  };
  if (name.size() >= 2 && name[0] == 'o' && digit(1)) return true;
  // gpt-5, gpt-6, … but not gpt-4, nor the chat variants, which do not reason.
  if (name.rfind("gpt-", 0) != 0 || !digit(4) || Contains(name, "-chat")) return false;
  return name[4] >= '5' || digit(5);
}

}  // namespace katra::router::translate
