#include "router/translate/same_format/chat_request.h"

#include <algorithm>

#include "core/json_write.h"
#include "core/sha256.h"
#include "core/text.h"
#include "router/translate/estimate.h"
#include "router/translate/request_draft.h"
#include "router/translate/same_format/chat_draft.h"

namespace katra::router::translate {
namespace {

// Adapts the parameters of a request, its top-level members.
class Parameters {
 public:
  Parameters(ChatDraft& draft, SameFormat& same)
      : draft_(draft),
        same_(same),
        of_openai_(draft.quirks().max_tokens_field == MaxTokensField::kByModel),
        reasoning_model_(of_openai_ && IsReasoningModel(draft.target.model)) {}

  // False: it has stop sequences that only a translation can emulate.
  [[nodiscard]] bool Write() {
    if (!StopsFit()) return false;
    Model();
    Stream();
    Length();
    Sampling();
    Effort();
    Identity();
    Format();
    for (const std::string& name : draft_.quirks().refused_members) Drop(name);
    if (!draft_.root["seed"].IsNothing()) Rename("seed", draft_.quirks().seed_member);
    draft_.edits.RemoveMembers(draft_.root, [this](JsonView member) {
      return gone_.count(std::string(member.Key().RawString())) != 0;
    });
    if (!added_.empty()) draft_.edits.AddMembers(draft_.root, added_);
    return true;
  }

  // A message to insert before the conversation; may be empty.
  [[nodiscard]] const std::string& first_message() const { return first_message_; }

 private:
  // Removes a member, and records it if it had an effect.
  void Drop(const std::string& name) {
    const JsonView value = draft_.root[name];
    if (value.IsMissing()) return;
    gone_.insert(name);
    if (!value.IsNothing()) draft_.dropped.insert(name);
  }

  // Removes all members of that name, because readers differ in which one they use.
  template <typename Change>
  void Each(std::string_view name, const Change& change) {
    for (const JsonView member : draft_.root) {
      if (member.Key().Is(name)) change(member);
    }
  }

  void Rename(std::string_view from, std::string_view to) {
    if (from == to) return;
    Each(from, [&](JsonView member) { draft_.edits.Rename(member, to); });
  }

  void Add(std::string_view members) {
    if (!added_.empty()) added_.push_back(',');
    added_.append(members);
  }

  [[nodiscard]] bool StopsFit() const {  // R46
    const JsonView stop = draft_.root["stop"];
    if (stop.IsNothing()) return true;
    const size_t count = stop.IsArray() ? stop.Size() : size_t{1};
    const auto most = static_cast<size_t>(std::max(draft_.quirks().max_stop_sequences, 0));
    const bool known = draft_.target.quirks_known || most != 4;
    return count <= (reasoning_model_ ? 0 : known ? most : count);
  }

  void Model() {
    std::string quoted;
    AppendJsonString(quoted, draft_.target.model);
    if (draft_.root["model"].IsMissing()) Add("\"model\":" + quoted);
    Each("model", [&](JsonView member) {
      if (!member.Is(draft_.target.model)) draft_.edits.Replace(member, quoted);
    });
  }

  // Without usage the cost would be unknown (R54).
  void Stream() {
    const JsonView options = draft_.root["stream_options"];
    if (!draft_.quirks().stream_usage) {
      Drop("stream_options");
      return;
    }
    if (!draft_.root["stream"].IsTrue() || options["include_usage"].IsTrue()) return;
    same_.hide_usage = true;
    static constexpr std::string_view kAsk = R"("include_usage":true)";
    if (options.IsMissing()) {
      Add(R"("stream_options":{)" + std::string(kAsk) + "}");
    } else if (!options.IsObject()) {
      draft_.edits.Replace(options, "{" + std::string(kAsk) + "}");
    } else if (const JsonView asked = options["include_usage"]; !asked.IsMissing()) {
      draft_.edits.Replace(asked, "true");
    } else {
      draft_.edits.AddMembers(options, std::string(kAsk));
    }
  }

  void Length() {  // R8, R45
    static constexpr const char* kOld = "max_tokens";
    static constexpr const char* kNew = "max_completion_tokens";
    const int64_t limit = draft_.target.max_output_tokens;
    for (const std::string_view name : {kOld, kNew}) {
      Each(name, [&](JsonView member) {
        const bool more = limit > 0 && member.Integer().value_or(0) > limit;
        if (more) draft_.edits.Replace(member, std::to_string(limit));
      });
    }
    const char* from = nullptr;
    const char* to = nullptr;
    const bool renamed = draft_.quirks().max_tokens_field == MaxTokensField::kMaxCompletionTokens;
    if (reasoning_model_ || renamed) {
      from = kOld;
      to = kNew;
    } else if (draft_.target.quirks_known && !of_openai_) {
      from = kNew;
      to = kOld;
    }
    if (from == nullptr || draft_.root[from].IsMissing()) return;
    if (draft_.root[to].IsNothing() && !draft_.root[from].IsNothing()) {
      gone_.insert(to);
      Rename(from, to);
    } else {
      gone_.insert(from);
    }
  }

  static bool IsUsual(std::string_view name, JsonView value) {
    if (value.IsFalse()) return true;
    const double usual = name == "temperature" || name == "top_p" ? 1 : 0;
    return value.IsNumber() && value.Number() == usual;
  }

  void Sampling() {  // R47, R55
    const bool thinks = reasoning_model_ && !draft_.root["reasoning_effort"].Is("none");
    const auto drop = [this](const char* name) {
      if (!IsUsual(name, draft_.root[name])) Drop(name);
    };
    if (thinks || draft_.quirks().fixed_sampling) {
      for (const char* name : {"temperature", "top_p", "presence_penalty", "frequency_penalty"}) {
        drop(name);
      }
    }
    if (thinks) {
      for (const char* name : {"logprobs", "top_logprobs", "logit_bias"}) drop(name);
    }
    // OpenAI's o-series only calls one tool at a time, and refuses the field.
    const bool o_series = reasoning_model_ && draft_.target.model.find("gpt") == std::string::npos;
    if (!draft_.quirks().parallel_tool_calls || o_series) Drop("parallel_tool_calls");  // R34
  }

  void Effort() {  // R38
    const JsonView effort = draft_.root["reasoning_effort"];
    if (!effort.IsString()) return;
    const auto& known = draft_.quirks().efforts;
    if (!MayReason(draft_.quirks(), draft_.target.model, reasoning_model_)) {
      Drop("reasoning_effort");
    } else if (draft_.quirks().reasoning_request == ReasoningRequest::kEffort &&
               IsKnownEffort(effort.Text()) &&
               std::find(known.begin(), known.end(), effort.Text()) == known.end()) {
      std::string nearest;
      AppendJsonString(nearest, NearestEffort(effort.Text(), known));
      draft_.edits.Replace(effort, nearest);
    }
  }

  void Identity() {  // R49
    const int room = draft_.quirks().max_user_id_characters;
    for (const char* name : {"user", "safety_identifier"}) {
      const JsonView id = draft_.root[name];
      if (room == 0) {
        Drop(name);
      } else if (id.IsString() && id.Text().size() > static_cast<size_t>(room)) {
        const auto length = static_cast<size_t>(std::min(room, 32));
        draft_.edits.Replace(id, "\"" + Sha256Hex(id.Text()).substr(0, length) + "\"");
      }
    }
  }

  void Format() {  // R52
    const JsonView format = draft_.root["response_format"];
    if (draft_.quirks().json_schema_output || !format["type"].Is("json_schema")) return;
    draft_.edits.Replace(format, R"({"type":"json_object"})");
    const JsonView schema = format["json_schema"]["schema"];
    std::string note = "Answer with one JSON object";
    if (schema.IsObject()) note += " that fits this JSON Schema: " + std::string(schema.Raw());
    JsonWriter writer(first_message_);
    writer.BeginObject().Key("role").String("system").Key("content").String(note).EndObject();
  }

  ChatDraft& draft_;
  SameFormat& same_;
  bool of_openai_;
  bool reasoning_model_;
  std::set<std::string> gone_;
  std::string added_;
  std::string first_message_;
};

ReplyContext ContextOf(const Target& target, JsonView root) {
  ReplyContext reply;
  reply.provider = target.provider;
  reply.upstream = UpstreamOf(target);
  reply.owner = target.owner;
  reply.secrets = target.secrets;
  reply.model = target.model;
  reply.request_id = target.request_id;
  reply.reasoning_history = target.quirks.reasoning_history;
  reply.reasoning = target.reasoning;
  reply.input_estimate_tokens =
      target.input_estimate > 0 ? target.input_estimate : EstimateInputTokens(root);
  return reply;
}

}  // namespace

Result<std::optional<TranslatedRequest>> PassChat(std::string_view chat_body,
                                                  const Target& target) {
  if (!IsValidUtf8(chat_body)) return Malformed("the request body is not valid UTF-8");
  JsonDocument document;
  if (auto parsed = document.Parse(chat_body); !parsed) return Pass(std::move(parsed));
  const JsonView root = document.Root();
  if (!root.IsObject()) return Malformed("the request body is not a JSON object");

  ChatDraft draft(target, root);
  SameFormat same;
  same.several = root["n"].Integer().value_or(1) > 1;
  Parameters parameters(draft, same);
  if (!parameters.Write()) return std::optional<TranslatedRequest>();
  PassConversation(draft, parameters.first_message());

  TranslatedRequest result;
  result.body = draft.edits.Empty() ? std::string(chat_body) : draft.edits.Apply(chat_body);
  result.stream = root["stream"].IsTrue();
  result.requested_model = root["model"].Text();
  result.dropped.assign(draft.dropped.begin(), draft.dropped.end());
  result.reply = ContextOf(target, root);
  result.same_format = same;
  return std::optional<TranslatedRequest>(std::move(result));
}

}  // namespace katra::router::translate
