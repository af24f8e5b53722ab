// Maps events and items of the Responses API to blocks of a Messages answer (S60-S65), without
// their byte format. A complete response is handled as one whose items had no events. Internal to
// router/translate.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
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

class ResponsesMapper {
 public:
  // `sink` is borrowed.
  ResponsesMapper(ReplyContext context, MessageSink& sink);

  // An earlier attempt already sent the beginning of the message; do not send it again.
  void SkipBegin() { started_ = true; }

  // Handles the response object at the beginning.
  void Head(JsonView response);
  // Handles an event about a part of the answer. False: the type is unknown.
  [[nodiscard]] bool Event(std::string_view type, JsonView event);
  // Handles the complete response at the end: adds what no event contained, and why it ended.
  void Response(JsonView response);
  // Call it once, when the answer is complete: closes open blocks and ends the message.
  void End();

  [[nodiscard]] bool content_sent() const { return content_sent_; }
  // An end reason that reports a failure, as received; else empty (S28).
  [[nodiscard]] const std::string& failure() const { return failure_; }
  // Whether a piece arrived too late for its item, or for an item of another kind (S46).
  [[nodiscard]] bool lost() const { return lost_; }
  // Whether there is a call without a name, which cannot be made. Valid at the end.
  [[nodiscard]] bool NamelessCall() const;
  [[nodiscard]] bool AnyItem() const { return !items_.empty(); }
  // A stop sequence of the client was found (R46); later text is ignored.
  [[nodiscard]] bool stopped() const { return !stops_.matched().empty(); }
  void Note(std::string note);
  void LeaveOut(std::string name);

  [[nodiscard]] Usage usage() const;
  [[nodiscard]] int64_t estimated_output_tokens() const;
  [[nodiscard]] const std::string& stop_reason() const { return stop_reason_; }
  [[nodiscard]] const std::string& model() const { return model_; }
  [[nodiscard]] const std::string& upstream_id() const { return upstream_id_; }
  [[nodiscard]] const ReplyContext& context() const { return context_; }
  [[nodiscard]] const std::vector<std::string>& notes() const { return notes_; }
  [[nodiscard]] const std::vector<std::string>& left_out() const { return left_out_; }

 private:
  enum class Kind : uint8_t { kUnknown, kMessage, kReasoning, kFunction, kCustom };
  enum class Open : uint8_t { kNothing, kText, kThinking, kTool };

  // One item of the output, from its first event to its last.
  struct Item {
    Kind kind = Kind::kUnknown;
    ToolCall call;      // for a function: id, name and arguments; for a custom tool: id and name
    std::string told;   // text, reasoning or free input so far, as JSON string contents
    size_t sent = 0;    // bytes of `told` that have been sent
    int64_t part = -1;  // part that arrived last; -1: none
    std::string kept;   // a reasoning item as it is sent back (R77)
    bool described = false;
    bool opened = false;
    bool done = false;
  };

  void Begin();
  // Finds an item by its output index, else by its id; the last one if the event has neither.
  Item* Find(int64_t index, const std::string& id);
  Item& FindOrAdd(int64_t index, const std::string& id);
  void Describe(Item& item, JsonView json);
  void Piece(JsonView event, Kind kind, JsonView delta);
  void Whole(Item& item, JsonView json);
  void Supplement(Item& item, std::string_view whole);
  void Annotations(JsonView annotations);
  void Citation(JsonView annotation);
  void Finish(JsonView response);

  // Sends the first unfinished item as it arrives, while later ones wait (S1, S22). `all`: the
  // items are complete.
  void Advance(bool all);
  void Out(Item& item);
  void CloseItem(Item& item);
  void CloseReasoning(Item& item);
  void CloseCall(Item& item);
  void OpenCall(Item& item);
  void Text(std::string_view escaped);
  void TextOut(std::string_view escaped);
  void FlushStops();
  void SwitchTo(Open open);
  void Close(std::string_view signature = {});
  void KeepReasoning();

  ReplyContext context_;
  MessageSink& sink_;
  std::string upstream_;    // the upstream that gets reasoning back
  std::deque<Item> items_;  // in order of their beginning; addresses are stable
  std::unordered_map<int64_t, Item*> by_index_;
  std::unordered_map<std::string, Item*> by_id_;
  size_t first_open_ = 0;  // items before this index are closed
  StopFilter stops_;
  Usage usage_;
  AnswerToolIds ids_;
  Searches searches_;
  std::string since_call_;  // reasoning items since the last call
  // Call id -> the reasoning items before it.
  std::vector<std::pair<std::string, std::string>> kept_;
  std::vector<std::string> notes_;
  std::vector<std::string> left_out_;
  std::string stop_reason_;
  std::string failure_;
  std::string model_;
  std::string upstream_id_;
  size_t output_bytes_ = 0;
  Open open_ = Open::kNothing;
  bool started_ = false;
  bool content_sent_ = false;
  bool refused_ = false;
  bool any_tool_ = false;
  bool lost_ = false;
};

}  // namespace katra::router::translate
