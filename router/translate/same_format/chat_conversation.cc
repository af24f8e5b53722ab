// Adapts `messages` and `tools` of a Chat request to an upstream of the same format.
#include <optional>

#include "core/json_write.h"
#include "router/translate/kept_reasoning.h"
#include "router/translate/request_draft.h"
#include "router/translate/same_format/chat_draft.h"

namespace katra::router::translate {
namespace {

// Gemini's documented placeholder for a lost signature.
constexpr std::string_view kLostSignature = "skip_thought_signature_validator";
// The most stored reasoning that one request may return.
constexpr size_t kMostKeptBytes = size_t{32} << 20U;

class Conversation {
 public:
  explicit Conversation(ChatDraft& draft)
      : draft_(draft),
        history_(draft.quirks().reasoning_history),
        // Plain servers may accept these; this one is known not to.
        no_marks_(draft.target.quirks_known && !draft.quirks().cache_control),
        no_developer_(draft.target.quirks_known &&
                      draft.quirks().max_tokens_field != MaxTokensField::kByModel),
        no_reasoning_(draft.target.quirks_known || history_ != ReasoningHistory::kDrop) {}

  void Pass(JsonView messages) {
    size_t latest = 0;
    size_t index = 0;
    JsonView last;
    for (const JsonView message : messages) {
      ++index;
      if (message["role"].Is("assistant")) latest = index;
      last = message;
    }
    index = 0;
    for (const JsonView message : messages) {
      const bool earlier = index++ < latest;
      if (message.IsObject()) Message(message, earlier, message.Offset() == last.Offset());
    }
  }

  void Tools(JsonView tools) {
    size_t room = kMaxReferencedOfAll;
    for (const JsonView tool : tools) {
      if (no_marks_) Unmark(tool);
      const JsonView parameters = tool["function"]["parameters"];
      if (draft_.quirks().schema_dialect == SchemaDialect::kFull) continue;
      if (!parameters.IsObject()) continue;
      std::string schema;  // R30
      bool lost = false;
      WriteSchema(parameters, draft_.quirks().schema_dialect, &room, &lost, schema);
      if (lost) draft_.dropped.insert("tools.parameters.$ref");
      if (schema != parameters.Raw()) draft_.edits.Replace(parameters, std::move(schema));
    }
  }

 private:
  void Message(JsonView message, bool earlier, bool last) {
    const JsonView role = message["role"];
    if (no_developer_ && role.Is("developer")) draft_.edits.Replace(role, "\"system\"");
    Id(message["tool_call_id"]);
    for (const JsonView part : message["content"]) Part(part, earlier);
    if (role.Is("assistant")) {
      Assistant(message, last);
    } else if (no_marks_) {
      Unmark(message);
    }
  }

  void Id(JsonView id) {  // R32
    if (id.RawString().empty()) return;
    const std::string own = id.Text();
    const std::string& upstream = draft_.ids.Upstream(own);
    if (upstream == own) return;
    std::string quoted;
    AppendJsonString(quoted, upstream);
    draft_.edits.Replace(id, quoted);
  }

  // R19: an earlier turn must not make all later ones fail.
  void Part(JsonView part, bool earlier) {
    if (earlier && part["type"].Is("image_url") && !draft_.quirks().images) {
      draft_.edits.Replace(
          part, R"({"type":"text","text":"[An image was here: this model takes no images.]"})");
      draft_.dropped.insert("content.image_url");
    } else if (no_marks_) {
      Unmark(part);
    }
  }

  void Unmark(JsonView object) {
    if (object["cache_control"].IsMissing()) return;
    draft_.edits.RemoveMembers(object,
                               [](JsonView member) { return member.Key().Is("cache_control"); });
  }

  void Assistant(JsonView message, bool last) {
    const JsonView calls = message["tool_calls"];
    for (const JsonView call : calls) Id(call["id"]);
    if (no_reasoning_ || no_marks_) {
      draft_.edits.RemoveMembers(message, [this](JsonView member) { return Refused(member); });
    }
    std::string added;
    if (!calls.Empty() && history_ != ReasoningHistory::kDrop) added = Reasoning(message, calls);
    if (last && calls.Empty() && draft_.quirks().prefill_prefix &&
        message["prefix"].IsMissing()) {  // R26
      added = R"("prefix":true)";
    }
    if (!added.empty()) draft_.edits.AddMembers(message, added);
  }

  // R43: the reasoning of other models.
  [[nodiscard]] bool Refused(JsonView member) const {
    const JsonView key = member.Key();
    if (key.Is("cache_control")) return no_marks_;
    if (!no_reasoning_) return false;
    if (key.Is("reasoning_content")) {
      // An empty one is replaced by the stored one.
      return history_ != ReasoningHistory::kReasoningContent || member.RawString().empty();
    }
    if (key.Is("reasoning_details")) {
      return history_ != ReasoningHistory::kReasoningDetails || member.Empty();
    }
    return key.Is("reasoning") && history_ != ReasoningHistory::kReasoningDetails;
  }

  // R41, R42, R44: what clients do not keep but the upstream expects back.
  std::string Reasoning(JsonView message, JsonView calls) {
    std::string added;
    JsonWriter writer(added);
    if (history_ == ReasoningHistory::kReasoningContent) {
      if (!message["reasoning_content"].RawString().empty()) return {};
      std::string text = Kept(calls).reasoning_content;
      if (text.empty()) text = " ";
      writer.Key("reasoning_content").RawString(text);
    } else if (history_ == ReasoningHistory::kReasoningDetails) {
      if (!message["reasoning_details"].Empty()) return {};
      const std::string details = Kept(calls).reasoning_details;
      if (!details.empty()) writer.Key("reasoning_details").Raw("[" + details + "]");
    } else {
      Signatures(calls);
    }
    return added;
  }

  void Signatures(JsonView calls) {
    std::optional<KeptReasoning> kept;
    bool told = false;
    for (const JsonView call : calls) {
      told = told || HasSignature(call);
    }
    bool first = true;
    for (const JsonView call : calls) {
      const bool wanted = first && !told;
      first = false;
      if (HasSignature(call) || !call.IsObject()) continue;
      if (!kept) kept = Kept(calls);
      const auto found = kept->thought_signatures.find(call["id"].Text());
      std::string_view signature;
      if (found != kept->thought_signatures.end()) {
        signature = found->second;
      } else if (wanted && kept->thought_signatures.empty() && SignaturesWanted()) {
        signature = kLostSignature;
      }
      if (signature.empty() || !call["extra_content"].IsMissing()) continue;
      std::string added;
      JsonWriter writer(added);
      writer.Key("extra_content").BeginObject().Key("google").BeginObject();
      writer.Key("thought_signature").RawString(signature).EndObject().EndObject();
      draft_.edits.AddMembers(call, added);
    }
  }

  static bool HasSignature(JsonView call) {
    return !call["extra_content"]["google"]["thought_signature"].RawString().empty();
  }

  // Models before Gemini 3 accept calls without a signature.
  [[nodiscard]] bool SignaturesWanted() const {
    const std::string& model = draft_.target.model;
    return model.find("gemini-1") == std::string::npos &&
           model.find("gemini-2") == std::string::npos;
  }

  [[nodiscard]] KeptReasoning Kept(JsonView calls) {
    KeptReasoning all;
    const std::string& upstream = UpstreamOf(draft_.target);
    for (const JsonView call : calls) {
      if (draft_.target.reasoning == nullptr || kept_bytes_ > kMostKeptBytes) break;
      const auto json = draft_.target.reasoning->Get(
          ReasoningKey(draft_.target.owner, upstream, call["id"].Text()));
      if (!json) continue;
      kept_bytes_ += json->size();
      auto kept = KeptReasoning::FromJson(*json);
      if (!kept || kept->upstream != upstream) continue;
      if (all.reasoning_content.empty()) all.reasoning_content = kept->reasoning_content;
      if (kept->reasoning_details.size() > all.reasoning_details.size()) {
        all.reasoning_details = kept->reasoning_details;
      }
      all.thought_signatures.merge(kept->thought_signatures);
    }
    return all;
  }

  ChatDraft& draft_;
  ReasoningHistory history_;
  bool no_marks_;
  bool no_developer_;
  bool no_reasoning_;
  size_t kept_bytes_ = 0;
};

}  // namespace

void PassConversation(ChatDraft& draft, const std::string& first) {
  const JsonView messages = draft.root["messages"];
  if (!first.empty() && messages.IsArray()) draft.edits.AddFirst(messages, first);
  Conversation conversation(draft);
  conversation.Pass(messages);
  conversation.Tools(draft.root["tools"]);
}

}  // namespace katra::router::translate
