// The answer of an upstream of Chat Completions to a client of Chat Completions: it goes as it
// came, but for usage that the client did not ask for, ends that are none, and what no client of
// the format could read (C2-C5 of docs/translation.md). Errors and limits are those of every
// stream (S34-S43).
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

// What an answer thought, for the upstream that wants it back with the conversation (R41-R44).
class ReasoningKeeper {
 public:
  // `context` is borrowed.
  explicit ReasoningKeeper(const ReplyContext& context) : context_(context) {}
  // A delta of a stream, or a whole message.
  void Take(JsonView delta);
  // The answer is whole.
  void Keep();

 private:
  const ReplyContext& context_;
  KeptReasoning kept_;
  std::vector<std::string> ids_;  // of calls
};

// Mends of one call that clients of the format need: arguments are a string, and there is an id.
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
    std::string id;     // as the upstream gave it; may be empty
    int64_t place = 0;  // its index for the client
    bool named = false;
  };
  struct Choice {
    std::string text;               // all of it so far, JSON string contents
    std::map<int64_t, Call> calls;  // by the upstream's index: the last one that had it
    int64_t last_call = -1;
    int64_t next_place = 0;
    bool deltas = false;
    bool nameless = false;  // a call is over that never had a name
    bool finished = false;
  };

  // False: the stream is over.
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
  std::string body_;      // of what is no event stream
  std::string held_;      // the event with the finish, until what follows is known
  std::string end_mark_;  // as it came
  std::string before_;    // of a chunk that holds content only, what stands before and after it
  std::string after_;
  ReasoningKeeper keeper_;
  std::map<int64_t, Choice> choices_;
  Usage usage_;
  std::string model_;
  std::string upstream_id_;
  std::string failure_;  // a finish_reason that tells of one
  std::string finish_;   // what the client was, or will be told
  std::vector<std::string> notes_;
  std::vector<std::string> left_out_;  // nothing
  ApiError error_;
  size_t progress_ = 0;
  size_t output_bytes_ = 0;
  size_t unfinished_ = 0;   // choices
  int64_t next_place_ = 0;  // of calls, where all choices are one answer
  bool finish_seen_ = false;
  bool content_ = false;
  bool saw_field_ = false;
  bool saw_choice_ = false;
  bool ending_ = false;  // what is read now is what the end left unfinished
  StreamState state_ = StreamState::kOpen;
};

// A whole reply. `body` is the client's to have, near as it came. `stream`: the client asked for
// one, and gets events.
[[nodiscard]] tl::expected<MessagesReply, ApiError> ForwardChatReply(std::string_view reply,
                                                                     const Headers& headers,
                                                                     const ReplyContext& context,
                                                                     const SameFormat& same);

// A whole reply as the events of a stream (S50), and the other way round: that loses what the
// Messages form has no place for. Nothing: it is none, or is not whole.
[[nodiscard]] std::optional<std::string> ChatEvents(std::string_view reply, const SameFormat& same);
[[nodiscard]] std::optional<std::string> ChatReplyOf(std::string_view stream,
                                                     const ReplyContext& context);

// The event that ends a stream with an error (S35).
[[nodiscard]] std::string ChatErrorEvent(const ApiError& error);
// Whether an error's body is of the format, so that clients can read it (E1).
[[nodiscard]] bool IsChatError(std::string_view body);

}  // namespace katra::router::translate
