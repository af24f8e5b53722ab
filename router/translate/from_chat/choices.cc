// Reads each choice of an upstream and merges all of them into one answer (S47, S48).
#include <algorithm>
#include <utility>

#include "core/json_write.h"
#include "router/translate/from_chat/mapper.h"

namespace katra::router::translate {

ChatMapper::ChoiceState& ChatMapper::StateOf(int64_t index) {
  constexpr size_t kMostChoices = 64;
  const auto known = choices_.find(index);
  if (known != choices_.end()) return known->second;
  if (choices_.size() >= kMostChoices) return choices_.rbegin()->second;
  ++unfinished_;
  if (choices_.size() == 1) Note("the upstream sent more than one choice: all are one answer");
  return choices_[index];
}

void ChatMapper::Choice(JsonView choice) {
  const JsonView delta = choice["delta"];
  const JsonView message = choice["message"];
  const bool says = delta.IsObject() || message.IsObject() || choice["finish_reason"].IsString();
  if (!says) return;
  saw_choice_ = true;
  const int64_t index = choice["index"].Integer().value_or(0);
  ChoiceState& state = StateOf(index);
  if (delta.IsObject()) {
    state.deltas = true;
    Delta(index, state, delta);
  }
  if (message.IsObject() && state.deltas) {
    Retold(index, state, message);
  } else if (message.IsObject()) {
    Delta(index, state, message);
  }
  FinishReason(state, choice["finish_reason"]);
}

void ChatMapper::Delta(int64_t index, ChoiceState& state, JsonView delta) {
  // S10: thinking, text, tools
  const size_t thought = thinking_bytes_;
  Reasoning(delta);
  const std::string parts = delta["content"].IsString() ? "" : ReadContent(delta["content"]);
  ChoiceText(index, state, parts.empty() ? delta["content"].RawString() : parts);
  state.thought = state.thought || thinking_bytes_ != thought;
  if (const JsonView refusal = delta["refusal"]; !refusal.RawString().empty()) {  // S30
    refused_ = state.refused = true;
    ChoiceText(index, state, refusal.RawString());
  }
  Calls(index, state, delta["tool_calls"], 0);
  if (const JsonView call = delta["function_call"]; call.IsObject()) {
    const ToolCall* made = ToolFragment(index, {}, {}, call, {});
    if (made != nullptr) state.calls = std::max<size_t>(state.calls, 1);
    AdvanceTools(false);
  }
}

void ChatMapper::Calls(int64_t index, ChoiceState& state, JsonView calls, size_t from) {
  size_t at = 0;
  for (const JsonView call : calls) {
    if (at++ < from) continue;
    const size_t before = tools_.calls().size();
    ToolFragment(index, call["index"], call["id"],
                 call["function"].IsObject() ? call["function"] : call, call["extra_content"]);
    state.calls += tools_.calls().size() - before;
  }
  if (!calls.Empty()) AdvanceTools(false);
}

// S48: a message after deltas repeats everything. Only what the deltas did not contain is used.
void ChatMapper::Retold(int64_t index, ChoiceState& state, JsonView message) {
  if (!state.thought) {
    const size_t thought = thinking_bytes_;
    Reasoning(message);
    state.thought = thinking_bytes_ != thought;
  }
  std::string all = message["content"].IsString() ? std::string(message["content"].RawString())
                                                  : ReadContent(message["content"]);
  if (!state.refused && !message["refusal"].RawString().empty()) {
    refused_ = state.refused = true;
    all.append(message["refusal"].RawString());
  }
  const std::string known = UnescapeJson(state.text);
  const std::string told = UnescapeJson(all);
  if (told.size() > known.size() && told.compare(0, known.size(), known) == 0) {
    std::string rest;
    AppendJsonEscaped(rest, std::string_view(told).substr(known.size()));
    ChoiceText(index, state, rest);
  } else if (told != known && !told.empty()) {
    Note("the final message differs from its deltas");
  }
  Calls(index, state, message["tool_calls"], state.calls);
  if (const JsonView call = message["function_call"]; call.IsObject() && state.calls == 0) {
    if (ToolFragment(index, {}, {}, call, {}) != nullptr) state.calls = 1;
    AdvanceTools(false);
  }
}

// Texts of different choices are not mixed: each is its own block, and one that arrives in between
// waits.
void ChatMapper::ChoiceText(int64_t index, ChoiceState& state, std::string_view escaped) {
  if (escaped.empty()) return;
  state.text.append(escaped);
  if (index != text_choice_) {
    const auto owner = choices_.find(text_choice_);
    if (owner != choices_.end() && !owner->second.text.empty()) {
      if (!owner->second.finished) {
        state.held.append(escaped);
        return;
      }
      FlushFilters();
      if (open_ == Open::kText) Close();
    }
    text_choice_ = index;
  }
  Text(escaped);
}

void ChatMapper::HeldText() {
  for (auto& [index, state] : choices_) {
    if (state.held.empty()) continue;
    FlushFilters();
    if (open_ == Open::kText) Close();
    text_choice_ = index;
    Text(std::exchange(state.held, {}));
  }
}

}  // namespace katra::router::translate
