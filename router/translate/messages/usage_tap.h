// Reads usage, model and end of a Messages answer that is forwarded unchanged (S44). Works on a
// copy of the bytes, cannot affect the answer, and ignores what it does not understand.
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
  bool content_started = false;  // a content block began, so no failover is possible
  bool complete = false;         // message_stop was seen, or the response is complete
  bool failed = false;           // an error event was seen
  bool broken = false;           // an event that is needed here was unreadable (S46)
  bool named_error = false;      // the name of an error event was seen, whatever its data
  std::string error_type;
  std::string error_message;
};

// For a stream. A text delta costs only the search for the end of its line.
class UsageTap {
 public:
  void Feed(std::string_view bytes);
  [[nodiscard]] const TappedAnswer& answer() const { return answer_; }
  // The number of events so far that are part of the answer: not pings, comments or unknown events.
  [[nodiscard]] size_t progress() const { return progress_; }

 private:
  void Line(std::string_view line);
  void SkipTo(std::string_view part, bool ends);
  [[nodiscard]] bool Data(std::string_view json);
  void TakeContent();

  TappedAnswer answer_;
  std::string partial_;  // an incomplete line
  size_t progress_ = 0;
  bool skipping_ = false;  // skipping the rest of an irrelevant line
  char last_ = 0;          // last byte so far of the skipped line
  size_t data_lines_ = 0;  // data lines of the current event
  bool unread_ = false;    // one of them is not JSON, which is normal if there are several
};

// For a complete response.
[[nodiscard]] TappedAnswer TapReply(std::string_view body);

}  // namespace katra::router::translate
