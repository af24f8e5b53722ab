#include "router/translate/same_format/responses_request.h"

#include <algorithm>
#include <set>

#include "core/json_write.h"
#include "core/sha256.h"
#include "core/text.h"
#include "router/translate/estimate.h"
#include "router/translate/openai_clients/openai_client.h"
#include "router/translate/request_draft.h"
#include "router/translate/same_format/json_edits.h"
#include "router/translate/signature.h"

namespace katra::router::translate {
namespace {

class ResponsesPass {
 public:
  ResponsesPass(const Target& target, JsonView root)
      : target_(target),
        root_(root),
        of_openai_(target.quirks.max_tokens_field == MaxTokensField::kByModel),
        reasoning_model_(of_openai_ && IsReasoningModel(target.model)) {}

  void Write() {
    Model();
    Length();
    Reasoning();
    Identity();
    if (reasoning_model_ && !root_["reasoning"]["effort"].Is("none")) {  // R47
      for (const char* name : {"temperature", "top_p"}) {
        if (root_[name].Number().value_or(1) != 1) Drop(name);
      }
    }
    for (const std::string& name : target_.quirks.refused_members) Drop(name);
    edits_.RemoveMembers(root_, [this](JsonView member) {
      return gone_.count(std::string(member.Key().RawString())) != 0;
    });
    Input();
  }

  [[nodiscard]] JsonEdits& edits() { return edits_; }
  [[nodiscard]] const std::set<std::string>& dropped() const { return dropped_; }

 private:
  void Drop(const std::string& name) {
    const JsonView value = root_[name];
    if (value.IsMissing()) return;
    gone_.insert(name);
    if (!value.IsNothing()) dropped_.insert(name);
  }

  void Model() {
    std::string quoted;
    AppendJsonString(quoted, target_.model);
    if (root_["model"].IsMissing()) edits_.AddMembers(root_, "\"model\":" + quoted);
    for (const JsonView member : root_) {
      if (member.Key().Is("model") && !member.Is(target_.model)) edits_.Replace(member, quoted);
    }
  }

  void Length() {  // R8
    const int64_t limit = target_.max_output_tokens;
    for (const JsonView member : root_) {
      if (!member.Key().Is("max_output_tokens") || limit <= 0) continue;
      if (member.Integer().value_or(0) > limit) edits_.Replace(member, std::to_string(limit));
    }
  }

  void Reasoning() {  // R38
    const JsonView reasoning = root_["reasoning"];
    if (!reasoning.IsObject()) return;
    if (!MayReason(target_.quirks, target_.model, reasoning_model_)) {
      Drop("reasoning");
      return;
    }
    const JsonView effort = reasoning["effort"];
    const auto& known = target_.quirks.efforts;
    if (effort.IsString() && IsKnownEffort(effort.Text()) && target_.quirks_known &&
        std::find(known.begin(), known.end(), effort.Text()) == known.end()) {
      std::string nearest;
      AppendJsonString(nearest, NearestEffort(effort.Text(), known));
      edits_.Replace(effort, nearest);
    }
    if (!target_.quirks.reasoning_summaries && !reasoning["summary"].IsNothing()) {
      edits_.RemoveMembers(reasoning, [](JsonView member) { return member.Key().Is("summary"); });
      dropped_.insert("reasoning.summary");
    }
  }

  void Identity() {  // R49
    const int room = target_.quirks.max_user_id_characters;
    for (const char* name : {"user", "safety_identifier"}) {
      const JsonView id = root_[name];
      if (room == 0) {
        Drop(name);
      } else if (id.IsString() && id.Text().size() > static_cast<size_t>(room)) {
        const auto length = static_cast<size_t>(std::min(room, 32));
        edits_.Replace(id, "\"" + Sha256Hex(id.Text()).substr(0, length) + "\"");
      }
    }
  }

  // R5: another provider's reasoning cannot be read by this one, and reasoning that Katra made from
  // answers of other formats can only be read by Katra.
  void Input() {
    const JsonView input = root_["input"];
    bool lost = target_.without_reasoning;
    std::string items;
    bool changed = false;
    for (const JsonView item : input) {
      std::string kept(item.Raw());
      if (item["type"].Is("reasoning") && IsForeign(item)) {
        lost = changed = true;
        continue;
      }
      if (item["type"].Is("compaction")) {
        if (auto told = CompactionAsMessage(item)) {
          kept = std::move(*told);
          changed = true;
        }
      } else if (lost && item.IsObject() && !item["id"].IsMissing() &&
                 !item["type"].Is("item_reference")) {
        // The item's id would refer to the removed reasoning.
        JsonEdits edits;
        JsonDocument copy;
        if (copy.Parse(kept)) {
          edits.RemoveMembers(copy.Root(), [](JsonView member) { return member.Key().Is("id"); });
          kept = edits.Apply(kept);
          changed = true;
        }
      }
      if (!items.empty()) items.push_back(',');
      items += kept;
    }
    if (input.IsArray() && changed) edits_.Replace(input, "[" + items + "]");
  }

  [[nodiscard]] bool IsForeign(JsonView item) const {
    if (target_.without_reasoning) return true;  // R79
    const JsonView encrypted = item["encrypted_content"];
    if (!encrypted.IsString()) return false;
    return target_.left_home || IsOurSignature(encrypted.RawString());
  }

  const Target& target_;
  JsonView root_;
  bool of_openai_;
  bool reasoning_model_;
  JsonEdits edits_;
  std::set<std::string> gone_;
  std::set<std::string> dropped_;
};

}  // namespace

Result<std::optional<TranslatedRequest>> PassResponses(std::string_view body,
                                                       const Target& target) {
  if (!IsValidUtf8(body)) return Malformed("the request body is not valid UTF-8");
  JsonDocument document;
  if (auto parsed = document.Parse(body); !parsed) return Pass(std::move(parsed));
  const JsonView root = document.Root();
  if (!root.IsObject()) return Malformed("the request body is not a JSON object");
  if (auto stateless = CheckStateless(root); !stateless) return Pass(std::move(stateless));
  for (const JsonView item : root["input"]) {
    if (item["type"].Is("compaction_trigger")) return std::optional<TranslatedRequest>();
  }
  ResponsesPass pass(target, root);
  pass.Write();

  TranslatedRequest result;
  result.responses = true;
  result.body = pass.edits().Empty() ? std::string(body) : pass.edits().Apply(body);
  result.stream = root["stream"].IsTrue();
  result.requested_model = root["model"].Text();
  result.dropped.assign(pass.dropped().begin(), pass.dropped().end());
  result.reply.provider = target.provider;
  result.reply.upstream = UpstreamOf(target);
  result.reply.owner = target.owner;
  result.reply.secrets = target.secrets;
  result.reply.model = target.model;
  result.reply.request_id = target.request_id;
  result.reply.input_estimate_tokens =
      target.input_estimate > 0 ? target.input_estimate : EstimateInputTokens(root);
  result.same_format = SameFormat();
  return std::optional<TranslatedRequest>(std::move(result));
}

}  // namespace katra::router::translate
