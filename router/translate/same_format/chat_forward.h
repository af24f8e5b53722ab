// Forwards the answer of a Chat Completions upstream to a Chat Completions client, unchanged except
// for usage that the client did not request, false ends, and what no client could read (C2-C5 of
// docs/translation.md). Errors and limits are those of all streams (S34-S43).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "core/json_view.h"
#include "router/translate/errors.h"
#include "router/translate/kept_reasoning.h"
#include "router/translate/messages_reply.h"
#include "router/translate/request.h"
#include "router/translate/same_format/json_edits.h"
#include "router/translate/sse_parser.h"
#include "router/translate/upstream_stream.h"

namespace katra::router::translate {

// Collects an answer's reasoning for an upstream that expects it back with the conversation
// (R41-R44).
class ReasoningKeeper {
 public:
  // `context` is borrowed.
  explicit ReasoningKeeper(const ReplyContext& context) : context_(context) {}
  // Takes a delta of a stream, or a complete message.
  void Take(JsonView delta);
  // Call it when the answer is complete; stores the reasoning.
  void Keep();

 private:
  const ReplyContext& context_;
  KeptReasoning kept_;
  std::vector<std::string> ids_;  // of the answer's calls
};

// Repairs a call for clients of the format: arguments must be a string, and there must be an id.
void MendCall(JsonView call, const std::string& made_id, JsonEdits& edits);

class ChatForward final : public UpstreamStream {
 public:
  ChatForward(ReplyContext context, SameFormat same, size_t max_event_bytes);

  StreamState Feed(std::string_view bytes, std::string* out) override;
  StreamState Finish(bool cut, std::string* out) override;

  [[nodiscard]] bool ContentSent() const override { return content_; }
  [[nodiscard]] size_t progress() const override { return progress_; }
  [[nodiscard]] bool Finishing() const override { return finish_seen_ && unfinished_ == 0; }
  [[nodiscard]] StreamState state() const override { return state_; }
  [[nodiscard]] const std::string& stop_reason() const override { return finish_; }
  [[nodiscard]] const std::vector<std::string>& left_out() const override { return left_out_; }
  [[nodiscard]] const ApiError& error() const override { return error_; }
  [[nodiscard]] Usage usage() const override;
  [[nodiscard]] int64_t estimated_output_tokens() const override;
  [[nodiscard]] const std::string& model() const override { return model_; }
  [[nodiscard]] const std::string& upstream_id() const override { return upstream_id_; }
  [[nodiscard]] const std::vector<std::string>& notes() const override { return notes_; }

 private:
  struct Call {
    std::string id;     // the upstream's; may be empty
    int64_t place = 0;  // the index for the client
    bool named = false;
  };
  struct Choice {
    std::string text;               // all text so far, as JSON string contents
    std::map<int64_t, Call> calls;  // by the upstream's index; the last call with that index
    int64_t last_call = -1;
    int64_t next_place = 0;
    bool deltas = false;
    bool nameless = false;  // a call ended without a name
    bool finished = false;
  };

  // False: the stream has ended.
  bool Event(std::string_view event);
  void Data(std::string_view data, std::string_view event);
  void Lines(std::string_view data);
  void Chunk(std::string_view data, std::string_view event);
  void Split(const std::string& json);
  void ReadChoice(JsonView choice, JsonEdits& edits);
  void ReadDelta(Choice& choice, JsonView delta, JsonEdits& edits);
  void ReadCall(Choice& choice, JsonView call, JsonEdits& edits);
  [[nodiscard]] Call& CallAt(Choice& choice, int64_t own, std::string_view id);
  void Retold(Choice& choice, JsonView whole, JsonEdits& edits);
  void FinishOf(Choice& choice, JsonView reason, JsonEdits& edits);
  void Remember(std::string_view data);
  [[nodiscard]] bool IsRepeat(std::string_view data);
  void Unreadable();
  void EndMark(std::string_view event);
  void End();
  void WholeReply();
  void Emit(std::string_view event);
  void LetHeldGo();
  void Break(ApiError error);
  void Say(ApiError error, std::string_view event);
  void Note(std::string note);
  [[nodiscard]] std::string Who() const;

  ReplyContext context_;
  SameFormat same_;
  size_t max_event_bytes_;
  SseCutter cutter_;
  JsonDocument document_;
  std::string* out_ = nullptr;
  std::string body_;      // start of a body that is not an event stream
  std::string held_;      // the event with the finish_reason, until it is clear what follows
  std::string end_mark_;  // as received
  std::string before_;    // the bytes before and after the content of a content-only chunk
  std::string after_;
  ReasoningKeeper keeper_;
  std::map<int64_t, Choice> choices_;
  Usage usage_;
  std::string model_;
  std::string upstream_id_;
  std::string failure_;  // a finish_reason that reports a failure
  std::string finish_;   // the finish_reason for the client
  std::vector<std::string> notes_;
  std::vector<std::string> left_out_;  // always empty
  ApiError error_;
  size_t progress_ = 0;
  size_t output_bytes_ = 0;
  size_t unfinished_ = 0;   // number of unfinished choices
  int64_t next_place_ = 0;  // next call index, if all choices are one answer
  bool finish_seen_ = false;
  bool content_ = false;
  bool saw_field_ = false;
  bool saw_choice_ = false;
  bool ending_ = false;  // processing what remained at the end of the stream
  StreamState state_ = StreamState::kOpen;
};

// Forwards a complete response, changed as little as possible. The error: it contains an error
// object, is not JSON, or has no answer (E16, S38).
[[nodiscard]] tl::expected<MessagesReply, ApiError> ForwardChatReply(std::string_view reply,
                                                                     const Headers& headers,
                                                                     const ReplyContext& context,
                                                                     const SameFormat& same);

// Converts a complete response to stream events (S50), and back; the latter loses what the Messages
// format cannot express. nullopt: not a response, or incomplete.
[[nodiscard]] std::optional<std::string> ChatEvents(std::string_view reply, const SameFormat& same);
[[nodiscard]] std::optional<std::string> ChatReplyOf(std::string_view stream,
                                                     const ReplyContext& context);

// The event that ends a stream with an error (S35).
[[nodiscard]] std::string ChatErrorEvent(const ApiError& error);
// Whether an error body has this format, so that clients can read it (E1).
[[nodiscard]] bool IsChatError(std::string_view body);

}  // namespace katra::router::translate
