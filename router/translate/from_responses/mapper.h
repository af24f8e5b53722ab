// Events and items of the Responses API -> blocks of a Messages answer (S60-S65), without their
// bytes. A whole reply is a response whose items no event told. Internal to router/translate.
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

  // An earlier attempt began the message already: do not begin it again.
  void SkipBegin() { started_ = true; }

  // What the response says of itself, at its beginning.
  void Head(JsonView response);
  // An event of a part of the answer. False: nothing is known of that type.
  [[nodiscard]] bool Event(std::string_view type, JsonView event);
  // The whole response, at its end: adds what no event told, and why it ended.
  void Response(JsonView response);
  // The answer is complete: closes what is open and ends the message. Once.
  void End();

  [[nodiscard]] bool content_sent() const { return content_sent_; }
  // A reason for the end that tells of a failure, as it was written; else empty (S28).
  [[nodiscard]] const std::string& failure() const { return failure_; }
  // A piece came too late for its item, or for none of its kind (S46).
  [[nodiscard]] bool lost() const { return lost_; }
  // A call came that nobody can make: it has no name. Once all is told.
  [[nodiscard]] bool NamelessCall() const;
  [[nodiscard]] bool AnyItem() const { return !items_.empty(); }
  // A stop sequence of the client was met (R46): the rest does not count.
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
    ToolCall call;      // of a function: id, name and arguments; of a custom tool, id and name
    std::string told;   // text, reasoning or free input so far, JSON string contents
    size_t sent = 0;    // bytes of `told` that are out
    int64_t part = -1;  // of it that came last; -1: none
    std::string kept;   // a reasoning item as it goes back (R77)
    bool described = false;
    bool opened = false;
    bool done = false;
  };

  void Begin();
  // By its place in the output, else by its id, else the last one when the event says neither.
  Item* Find(int64_t index, const std::string& id);
  Item& FindOrAdd(int64_t index, const std::string& id);
  void Describe(Item& item, JsonView json);
  void Piece(JsonView event, Kind kind, JsonView delta);
  void Whole(Item& item, JsonView json);
  void Supplement(Item& item, std::string_view whole);
  void Annotations(JsonView annotations);
  void Citation(JsonView annotation);
  void Finish(JsonView response);

  // Lets the first item that is not over out as it comes; those behind it wait (S1, S22). `all`:
  // nothing more comes for any of them.
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
  std::string upstream_;    // that reasoning goes back to
  std::deque<Item> items_;  // in the order of their beginning; addresses stay
  std::unordered_map<int64_t, Item*> by_index_;
  std::unordered_map<std::string, Item*> by_id_;
  size_t first_open_ = 0;  // those before it are closed
  StopFilter stops_;
  Usage usage_;
  AnswerToolIds ids_;
  Searches searches_;
  std::string since_call_;                                 // reasoning items since the last call
  std::vector<std::pair<std::string, std::string>> kept_;  // call id -> reasoning items before it
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
