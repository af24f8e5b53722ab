// Writes limits, sampling and format of the answer: R38-R40, R45-R55.
#include <algorithm>
#include <optional>

#include "router/translate/to_chat/parts.h"

namespace katra::router::translate {
namespace {

void WriteThinking(Draft& draft, JsonWriter& writer) {
  const JsonView thinking = draft.root["thinking"];
  const bool disabled = thinking["type"].Is("disabled");
  const std::string wanted = WantedEffort(draft);
  const std::string effort = NearestEffort(wanted, draft.quirks().efforts);
  const bool can = MayReason(draft.quirks(), draft.target.model, draft.reasoning_model);
  const auto drop = [&] {
    if (draft.thinking) draft.dropped.insert("thinking");
    if (draft.root["output_config"]["effort"].IsString()) {
      draft.dropped.insert("output_config.effort");
    }
  };
  switch (can ? draft.quirks().reasoning_request : ReasoningRequest::kNone) {
    case ReasoningRequest::kNone:
      drop();
      break;
    case ReasoningRequest::kEffort:
      if (disabled && draft.quirks().effort_none) {  // R40
        writer.Key("reasoning_effort").String("none");
      } else if (!disabled && !wanted.empty()) {
        writer.Key("reasoning_effort").String(effort);
      }
      break;
    case ReasoningRequest::kOpenRouter:
      if (const auto budget = thinking["budget_tokens"].Integer();
          draft.thinking && budget && draft.target.effort.empty() &&
          !draft.root["output_config"]["effort"].IsString()) {
        writer.Key("reasoning").BeginObject().Key("max_tokens");
        writer.Integer(std::max<int64_t>(*budget, 1024)).EndObject();
      } else if (!disabled && !wanted.empty()) {
        writer.Key("reasoning").BeginObject().Key("effort").String(effort).EndObject();
      }
      break;
    case ReasoningRequest::kThinkingType:
      if (draft.thinking || disabled) {
        writer.Key("thinking").BeginObject().Key("type");
        writer.String(disabled ? "disabled" : "enabled").EndObject();
      }
      if (draft.thinking) writer.Key("reasoning_effort").String(effort);
      break;
    case ReasoningRequest::kChatTemplate:
      if (draft.thinking || disabled) {
        writer.Key("chat_template_kwargs").BeginObject().Key("enable_thinking");
        writer.Bool(!disabled).EndObject();
      }
      break;
  }
}

void WriteLength(Draft& draft, JsonWriter& writer) {  // R45
  const auto most = WantedLength(draft);
  const bool renamed = draft.reasoning_model ||
                       draft.quirks().max_tokens_field == MaxTokensField::kMaxCompletionTokens;
  if (most) writer.Key(renamed ? "max_completion_tokens" : "max_tokens").Integer(*most);
}

Status WriteStops(Draft& draft, JsonWriter& writer) {  // R46
  const auto room = draft.reasoning_model
                        ? size_t{0}
                        : static_cast<size_t>(std::max(draft.quirks().max_stop_sequences, 0));
  const JsonView stops = draft.root["stop_sequences"];
  size_t written = 0;
  for (const JsonView stop : stops) {
    if (stop.RawString().empty() || written == room) continue;
    if (written++ == 0) writer.Key("stop").BeginArray();
    writer.RawString(stop.RawString());
  }
  if (written > 0) writer.EndArray();
  return EmulateStops(draft, room);
}

void WriteFormat(Draft& draft, JsonWriter& writer) {  // R52
  const JsonView schema = OutputSchema(draft);
  if (schema.IsMissing()) return;
  writer.Key("response_format").BeginObject();
  if (draft.quirks().json_schema_output) {
    writer.Key("type").String("json_schema").Key("json_schema").BeginObject();
    writer.Key("name").String("output").Key("strict").Bool(true);
    writer.Key("schema").Raw(schema.Raw()).EndObject();
  } else {
    writer.Key("type").String("json_object");
    draft.system_notes.push_back("Answer with one JSON object that fits this JSON Schema: " +
                                 std::string(schema.Raw()));
  }
  writer.EndObject();
}

}  // namespace

Status WriteParameters(Draft& draft, JsonWriter& writer) {
  WriteLength(draft, writer);
  if (auto done = WriteStops(draft, writer); !done) return done;
  WriteSampling(draft, writer);
  WriteThinking(draft, writer);
  WriteFormat(draft, writer);
  WriteIdentity("user", draft, writer);
  if (!draft.result.stream) return {};
  writer.Key("stream").Bool(true);
  if (draft.quirks().stream_usage) {  // R54
    writer.Key("stream_options").BeginObject().Key("include_usage").Bool(true).EndObject();
  }
  return {};
}

}  // namespace katra::router::translate
