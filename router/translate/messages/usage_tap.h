// Reads usage, model and end from a Messages answer that goes through untouched (S44). It looks at
// a copy of the bytes and can spoil nothing: what it does not understand it passes over.
#pragma once

#include <string>
#include <string_view>

#include "router/translate/usage.h"

namespace katra::router::translate {

struct TappedAnswer {
  Usage usage;
  std::string model;
  std::string message_id;
  std::string stop_reason;
  bool content_started = false;  // a content block began: no failover any more
  bool complete = false;         // message_stop was seen, or the whole reply
  bool failed = false;           // an error event was seen
  bool broken = false;           // before the end, an event that is read here cannot be read (S46)
  bool named_error = false;      // the name of one was seen, whatever its data is
  std::string error_type;
  std::string error_message;
};

// Of a stream. Text deltas cost a search for the line's end.
class UsageTap {
 public:
  void Feed(std::string_view bytes);
  [[nodiscard]] const TappedAnswer& answer() const { return answer_; }
  // How many events so far said something of the answer: no pings, no comments, nothing unknown.
  [[nodiscard]] size_t progress() const { return progress_; }

 private:
  void Line(std::string_view line);
  void SkipTo(std::string_view part, bool ends);
  [[nodiscard]] bool Data(std::string_view json);
  void TakeContent();

  TappedAnswer answer_;
  std::string partial_;  // a line whose end has not come
  size_t progress_ = 0;
  bool skipping_ = false;  // the rest of a line that is of no interest
  char last_ = 0;          // of a line that is skipped, its last byte so far
  size_t data_lines_ = 0;  // of the event that is read
  bool unread_ = false;    // one of them is no JSON: of several lines, that says nothing
};

// Of a whole reply.
[[nodiscard]] TappedAnswer TapReply(std::string_view body);

}  // namespace katra::router::translate
