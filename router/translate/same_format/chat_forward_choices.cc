// Reads and repairs the choices of a forwarded stream (C3).
#include <algorithm>
#include <array>

#include "core/json_write.h"
#include "core/text.h"
#include "router/translate/finish_reason.h"
#include "router/translate/same_format/chat_forward.h"

namespace katra::router::translate {
namespace {

constexpr size_t kMostCalls = 10'000;

// The most severe of several end reasons is the answer's (S47).
size_t Gravity(std::string_view finish) {
  static constexpr std::array<std::string_view, 4> kOrder = {"stop", "tool_calls", "length",
                                                             "content_filter"};
  const auto* found = std::find(kOrder.begin(), kOrder.end(), finish);
  return found == kOrder.end() ? 0 : static_cast<size_t>(found - kOrder.begin());
}

bool SaysSomething(JsonView value) {
  if (value.IsString()) return !value.RawString().empty();
  if (value.IsArray() || value.IsObject()) return !value.Empty();
  return !value.IsNothing();
}

}  // namespace

void ChatForward::ReadChoice(JsonView choice, JsonEdits& edits) {
  const int64_t index = choice["index"].Integer().value_or(0);
  const auto known = choices_.find(index);
  if (known == choices_.end()) return;
  saw_choice_ = true;
  Choice& state = known->second;
  const JsonView delta = choice["delta"];
  const JsonView message = choice["message"];
  if (index != 0 && !same_.several) {
    if (notes_.empty()) Note("the upstream sent more than one choice: all are one answer");
    edits.Replace(choice["index"], "0");
  }
  if (message.IsObject() && delta.Empty()) {
    Retold(state, choice, edits);
  } else if (delta.IsObject()) {
    state.deltas = true;
    ReadDelta(state, delta, edits);
  } else if (delta.IsMissing() && choice["finish_reason"].IsString()) {
    edits.AddMembers(choice, "\"delta\":{}");  // clients expect a delta
  }
  FinishOf(state, choice["finish_reason"], edits);
}

void ChatForward::ReadDelta(Choice& choice, JsonView delta, JsonEdits& edits) {
  for (const JsonView member : delta) {
    if (member.Key().Is("role") || !SaysSomething(member)) continue;
    content_ = true;
    if (member.IsString()) output_bytes_ += member.RawString().size();
  }
  if (delta["content"].IsString()) choice.text.append(delta["content"].RawString());
  for (const JsonView call : delta["tool_calls"]) ReadCall(choice, call, edits);
  keeper_.Take(delta);
}

// S19: a different id at a used index is another call.
ChatForward::Call& ChatForward::CallAt(Choice& choice, int64_t own, std::string_view id) {
  const auto known = choice.calls.find(own);
  if (known != choice.calls.end()) {
    Call& call = known->second;
    if (id.empty() || call.id.empty() || call.id == id) return call;
    choice.nameless = choice.nameless || !call.named;
  }
  int64_t& next = same_.several ? choice.next_place : next_place_;
  Call made;
  made.place = std::max(own, next);
  next = made.place + 1;
  return choice.calls[own] = made;
}

// Each call has its own index, whichever choice it belongs to.
void ChatForward::ReadCall(Choice& choice, JsonView call, JsonEdits& edits) {
  const JsonView function = call["function"].IsObject() ? call["function"] : call["custom"];
  const std::string id = call["id"].Text();
  const bool named = !function["name"].RawString().empty();
  output_bytes_ += function["arguments"].RawString().size();
  const JsonView index = call["index"];
  const bool begins = !id.empty() || named;
  const int64_t own = index.Integer().value_or(choice.last_call + (begins ? 1 : 0));
  if (own < 0 || choice.calls.size() > kMostCalls) return;
  choice.last_call = own;
  const bool is_new = choice.calls.count(own) == 0;
  Call& state = CallAt(choice, own, id);
  if (!id.empty()) state.id = id;
  state.named = state.named || named;
  MendCall(call, is_new ? context_.request_id + "_" + std::to_string(state.place) : "", edits);
  if (!index.Integer()) {
    edits.RemoveMembers(call, [](JsonView member) { return member.Key().Is("index"); });
    edits.AddMembers(call, "\"index\":" + std::to_string(state.place));
  } else if (own != state.place) {
    edits.Replace(index, std::to_string(state.place));
  }
}

// S48: a message after deltas repeats everything. What they did not contain is sent as a delta; in
// a stream without deltas, that is all of it.
void ChatForward::Retold(Choice& choice, JsonView whole, JsonEdits& edits) {
  const JsonView message = whole["message"];
  const std::string told = UnescapeJson(message["content"].RawString());
  const std::string known = UnescapeJson(choice.text);
  std::string delta;
  JsonWriter writer(delta);
  writer.BeginObject();
  for (const JsonView member : message) {
    const JsonView key = member.Key();
    if (key.Is("content") && choice.deltas) {
      if (told.size() <= known.size() || told.compare(0, known.size(), known) != 0) continue;
      writer.Key("content").String(std::string_view(told).substr(known.size()));
      content_ = true;
    } else if (key.Is("tool_calls")) {
      size_t at = 0;
      writer.Key("tool_calls").BeginArray();
      for (const JsonView call : member) {
        if (at++ < choice.calls.size()) continue;
        Call& made = CallAt(choice, static_cast<int64_t>(at - 1), {});
        made.named = !call["function"]["name"].RawString().empty();
        std::string json(call.Raw());
        if (call["index"].IsMissing() && call.IsObject()) {
          json.insert(1, "\"index\":" + std::to_string(made.place) + (call.Empty() ? "" : ","));
        }
        writer.Raw(json);
        content_ = true;
      }
      writer.EndArray();
    } else if (!choice.deltas) {
      writer.Key(key.RawString()).Raw(member.Raw());
      content_ = content_ || (!key.Is("role") && SaysSomething(member));
    }
  }
  writer.EndObject();
  if (!choice.deltas) {
    keeper_.Take(message);
    choice.text = message["content"].RawString();
    output_bytes_ += choice.text.size();
  }
  edits.RemoveMembers(whole, [](JsonView member) { return member.Key().Is("delta"); });
  edits.Rename(message, "delta");
  edits.Replace(message, delta);
}

void ChatForward::FinishOf(Choice& choice, JsonView reason, JsonEdits& edits) {
  if (!reason.IsString() || reason.RawString().empty()) return;
  const FinishMeaning meaning = ReadFinishReason(reason.Text());
  if (meaning.failure) {
    failure_ = reason.Text();
    return;
  }
  if (!meaning.known) {
    Note("unknown finish_reason \"" + OneLine(reason.Text(), 60) + "\"");
  }
  finish_seen_ = true;
  if (!choice.finished) {
    choice.finished = true;
    --unfinished_;
  }
  if (same_.several || choices_.size() < 2) {
    finish_ = reason.Text();
    return;
  }
  if (Gravity(reason.Text()) >= Gravity(finish_)) finish_ = reason.Text();
  if (unfinished_ > 0) {
    edits.Replace(reason, "null");  // only the last choice to end states the reason
  } else if (!reason.Is(finish_)) {
    std::string quoted;
    AppendJsonString(quoted, finish_);
    edits.Replace(reason, quoted);
  }
}

}  // namespace katra::router::translate
