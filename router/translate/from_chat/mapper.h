// Maps chunks of Chat Completions to blocks of a Messages answer: the rules of streams without
// their byte format (S3-S39). A complete response is one chunk. Internal to router/translate.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/json_view.h"
#include "router/translate/answer_ids.h"
#include "router/translate/kept_reasoning.h"
#include "router/translate/message_sink.h"
#include "router/translate/request.h"
#include "router/translate/searches.h"
#include "router/translate/text_filters.h"
#include "router/translate/tool_calls.h"
#include "router/translate/usage.h"

namespace katra::router::translate {

class ChatMapper {
 public:
  // `sink` is borrowed.
  ChatMapper(ReplyContext context, MessageSink& sink);

  // An earlier attempt already sent the beginning of the message; do not send it again.
  void SkipBegin() { started_ = true; }
  void Begin();

  // Handles a chunk that is not an error. In a complete response `message` takes the place of
  // `delta`.
  void Chunk(JsonView chunk);
  // Handles a chunk with nothing but content, whose other members equal those of the previous
  // chunk.
  void ContentOnly(std::string_view escaped);
  // The content of a chunk that has nothing else; missing for any other chunk.
  [[nodiscard]] static JsonView OnlyContent(JsonView chunk);
  // Call it once, when the answer is complete: closes open blocks and ends the message.
  void End();

  [[nodiscard]] bool started() const { return started_; }
  [[nodiscard]] bool content_sent() const { return content_sent_; }
  // Every choice that has produced output has finished.
  [[nodiscard]] bool finish_seen() const { return finish_seen_ && unfinished_ == 0; }
  // A finish_reason that reports a failure, as received; else empty (S28).
  [[nodiscard]] const std::string& failure() const { return failure_; }
  // Whether part of a call's arguments arrived too late, or the only call has no beginning (S46).
  [[nodiscard]] bool lost() {
    return lost_ || (stray_ && stop_reason_ == "tool_use" && !AnyCall());
  }
  // Whether there is a call with arguments but no name, which cannot be made.
  [[nodiscard]] bool NamelessCall();
  [[nodiscard]] bool AnyCall() { return !tools_.calls().empty(); }
  void Note(std::string note);
  // A usage chunk without choices followed finish_reason, so nothing else follows (S6).
  [[nodiscard]] bool usage_ended() const { return usage_ended_; }
  // A stop sequence of the client was found (R46); later text is ignored.
  [[nodiscard]] bool stopped() const { return !stops_.matched().empty(); }
  [[nodiscard]] bool saw_choice() const { return saw_choice_; }
  [[nodiscard]] Usage usage() const;
  [[nodiscard]] int64_t estimated_output_tokens() const;
  [[nodiscard]] const std::string& stop_reason() const { return stop_reason_; }
  [[nodiscard]] const std::string& model() const { return model_; }
  [[nodiscard]] const std::string& upstream_id() const { return upstream_id_; }
  [[nodiscard]] const ReplyContext& context() const { return context_; }
  [[nodiscard]] const std::vector<std::string>& notes() const { return notes_; }

 private:
  enum class Open : uint8_t { kNothing, kText, kThinking, kTool };

  // The state of one of the upstream's choices. All choices together are one answer (S47).
  struct ChoiceState {
    std::string text;  // all text so far, as JSON string contents
    std::string held;  // text that waits until another choice's block ends
    size_t calls = 0;  // number of calls begun
    bool deltas = false;
    bool thought = false;
    bool refused = false;
    bool finished = false;
  };

  void Choice(JsonView choice);
  void Delta(int64_t index, ChoiceState& state, JsonView delta);
  void Retold(int64_t index, ChoiceState& state, JsonView message);
  void ChoiceText(int64_t index, ChoiceState& state, std::string_view escaped);
  void HeldText();
  void Calls(int64_t index, ChoiceState& state, JsonView calls, size_t from);
  [[nodiscard]] ChoiceState& StateOf(int64_t index);
  void Reasoning(JsonView delta);
  void Details(JsonView details, bool as_text);
  [[nodiscard]] std::string ReadContent(JsonView content);
  void Text(std::string_view escaped);
  void PlainText(std::string_view text);
  void Thinking(std::string_view escaped);
  void TextOut(std::string_view escaped);
  void Annotations(JsonView delta, JsonView chunk);
  ToolCall* ToolFragment(int64_t choice, JsonView index, JsonView id, JsonView function,
                         JsonView extra);
  void AdvanceTools(bool all);
  void OpenTool(ToolCall& call);
  void CloseTool(ToolCall& call);
  void FinishReason(ChoiceState& state, JsonView reason);
  void SwitchTo(Open open);
  void Close();
  void FlushFilters();
  void WriteSearches();
  void KeepReasoning();
  [[nodiscard]] std::string Signature();

  ReplyContext context_;
  MessageSink& sink_;
  Open open_ = Open::kNothing;
  ToolCalls tools_;
  ThinkTags think_tags_;
  StopFilter stops_;
  Usage usage_;
  KeptReasoning kept_;
  decltype(KeptReasoning::thought_signatures) new_signatures_;  // not yet carried by a block
  size_t signature_room_ = size_t{16} << 20U;  // room for details, which every block repeats
  size_t first_open_ = 0;                      // index of the first call that is not closed
  AnswerToolIds ids_;
  Searches searches_;
  std::vector<std::string> notes_;
  std::map<int64_t, ChoiceState> choices_;
  std::string stop_reason_;
  std::string failure_;
  std::string model_;
  std::string upstream_id_;
  size_t output_bytes_ = 0;
  size_t thinking_bytes_ = 0;
  int64_t text_choice_ = 0;  // choice whose text is in the open block
  size_t unfinished_ = 0;    // number of unfinished choices
  bool started_ = false;
  bool content_sent_ = false;
  bool finish_seen_ = false;
  bool lost_ = false;
  bool stray_ = false;
  bool usage_ended_ = false;
  bool saw_choice_ = false;
  bool refused_ = false;
  bool any_tool_ = false;
};

}  // namespace katra::router::translate
