// Writes limits, sampling and format of an answer of the Responses API (R45-R53, R71-R74).
#include <algorithm>

#include "core/text.h"
#include "router/translate/to_responses/parts.h"

namespace katra::router::translate {
namespace {

// A lower value is a 400.
constexpr int64_t kLeastOutputTokens = 16;
constexpr std::string_view kNoEffort = "none";

// Whether reasoning may be requested. OpenAI's models that do not reason answer 400 to the request;
// nothing is known about others.
bool MayReason(const Draft& draft) {
  if (draft.quirks().reasoning_request == ReasoningRequest::kNone) return false;
  if (draft.reasoning_model) return true;
  const std::string model = ToLowerAscii(draft.target.model);
  const std::string_view name = std::string_view(model).substr(model.rfind('/') + 1);
  for (const std::string_view chatting : {"gpt-3", "gpt-4", "gpt-5", "chatgpt"}) {
    if (name.starts_with(chatting)) return false;
  }
  const auto& parts = draft.quirks().reasoning_models;
  return parts.empty() || std::any_of(parts.begin(), parts.end(), [&](const std::string& part) {
           return model.find(part) != std::string::npos;
         });
}

void WriteReasoning(Draft& draft, JsonWriter& writer) {  // R73
  const JsonView thinking = draft.root["thinking"];
  if (!MayReason(draft)) {
    if (draft.thinking) draft.dropped.insert("thinking");
    if (draft.root["output_config"]["effort"].IsString()) {
      draft.dropped.insert("output_config.effort");
    }
    return;
  }
  // Without it the next turn could not return the reasoning (R77).
  writer.Key("include").BeginArray().String("reasoning.encrypted_content").EndArray();
  const std::vector<std::string>& efforts = draft.quirks().efforts;
  const bool disabled = thinking["type"].Is("disabled") || draft.target.effort == kNoEffort;
  std::string effort;
  if (!disabled) {
    const std::string wanted = WantedEffort(draft);
    if (!wanted.empty()) effort = NearestEffort(wanted, efforts);
  } else if (std::find(efforts.begin(), efforts.end(), kNoEffort) != efforts.end()) {
    effort = kNoEffort;
  }
  const bool summary = draft.thinking && !disabled && draft.quirks().reasoning_summaries &&
                       !thinking["display"].Is("omitted");
  if (effort.empty() && !summary) return;
  writer.Key("reasoning").BeginObject();
  if (!effort.empty()) writer.Key("effort").String(effort);
  if (summary) writer.Key("summary").String("auto");
  writer.EndObject();
}

void WriteFormat(const Draft& draft, JsonWriter& writer) {  // R52
  const JsonView schema = OutputSchema(draft);
  if (schema.IsMissing()) return;
  writer.Key("text").BeginObject().Key("format").BeginObject();
  writer.Key("type").String("json_schema").Key("name").String("output");
  writer.Key("strict").Bool(true).Key("schema").Raw(schema.Raw());
  writer.EndObject().EndObject();
}

}  // namespace

Status WriteResponsesParameters(Draft& draft, JsonWriter& writer) {
  if (const auto most = WantedLength(draft)) {
    writer.Key("max_output_tokens").Integer(std::max(*most, kLeastOutputTokens));
  }
  if (auto done = EmulateStops(draft, 0); !done) return done;
  WriteSampling(draft, writer);
  WriteReasoning(draft, writer);
  WriteFormat(draft, writer);
  WriteIdentity("safety_identifier", draft, writer);
  writer.Key("store").Bool(false);  // R71
  if (draft.result.stream) writer.Key("stream").Bool(true);
  return {};
}

}  // namespace katra::router::translate
