#include "router/translate/messages/usage_tap.h"

#include <algorithm>

#include "core/text.h"
#include "router/translate/sse_parser.h"

namespace katra::router::translate {
namespace {

// A longer line is a delta, whatever it says: the events of interest are short.
constexpr size_t kMostOfInterest = size_t{256} << 10U;

// Whether data that begins like this may be an event of interest. Deltas, the bulk, are recognised
// by their usual first bytes; anything else is parsed.
bool MayInterest(std::string_view data) {
  static constexpr std::string_view kDelta = R"({"type":"content_block_delta")";
  static constexpr std::string_view kSpaced = R"({"type": "content_block_delta")";
  return !data.starts_with(kDelta) && !data.starts_with(kSpaced);
}

void TakeMessage(JsonView message, TappedAnswer* answer) {
  answer->model = message["model"].Text();
  answer->message_id = message["id"].Text();
  ReadMessagesUsage(message["usage"], &answer->usage);
  if (message["stop_reason"].IsString()) answer->stop_reason = message["stop_reason"].Text();
}

void TakeError(JsonView error, TappedAnswer* answer) {
  answer->failed = true;
  answer->error_type = error["type"].Text();
  answer->error_message = error["message"].Text();
}

}  // namespace

void UsageTap::Feed(std::string_view bytes) {
  while (!bytes.empty()) {
    const size_t end = bytes.find('\n');
    const std::string_view part = bytes.substr(0, end);
    if (!skipping_) {
      if (end != std::string_view::npos && partial_.empty()) {
        Line(part);
      } else {
        partial_.append(part);
        const bool dull = partial_.size() > 40 && partial_.starts_with("data: ") &&
                          !MayInterest(std::string_view(partial_).substr(6));
        skipping_ = dull || partial_.size() > kMostOfInterest;
        if (skipping_ && partial_.starts_with("data:")) TakeContent();
        if (skipping_ || end != std::string_view::npos) {
          if (skipping_) {
            SkipTo(partial_, end != std::string_view::npos);
          } else {
            Line(partial_);
          }
          partial_.clear();
        }
      }
    } else {
      SkipTo(part, end != std::string_view::npos);
    }
    if (end == std::string_view::npos) return;
    skipping_ = false;
    bytes.remove_prefix(end + 1);
  }
}

// One property of skipped data is still checked: an object ends with its bracket.
void UsageTap::SkipTo(std::string_view part, bool ends) {
  const size_t last = part.find_last_not_of("\r ");
  if (last != std::string_view::npos) last_ = part[last];
  if (!ends) return;
  ++data_lines_;
  unread_ = unread_ || last_ != '}';
  last_ = 0;
}

void UsageTap::Line(std::string_view line) {
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  if (line.empty()) {  // end of the event
    const bool lost = unread_ && data_lines_ == 1 && !answer_.complete;
    answer_.broken = answer_.broken || lost;
    unread_ = false;
    data_lines_ = 0;
    return;
  }
  const auto [name, value] = ReadSseField(line);
  if (name != "data") {
    const bool names = name == "event";
    if (names && value.find("error") != std::string_view::npos) answer_.named_error = true;
    return;
  }
  ++data_lines_;
  if (MayInterest(value)) {
    unread_ = unread_ || !Data(value);
    return;
  }
  TakeContent();
  unread_ = unread_ || value[value.find_last_not_of(' ')] != '}';
}

void UsageTap::TakeContent() {
  answer_.content_started = true;
  ++progress_;
}

bool UsageTap::Data(std::string_view json) {
  JsonDocument document;
  if (!document.Parse(json)) return Trim(json).empty() || json == "[DONE]";
  const JsonView event = document.Root();
  const JsonView type = event["type"];
  ++progress_;
  if (type.Is("message_start")) {
    TakeMessage(event["message"], &answer_);
  } else if (type.Is("message_delta")) {
    ReadMessagesUsage(event["usage"], &answer_.usage);
    const JsonView reason = event["delta"]["stop_reason"];
    if (reason.IsString()) answer_.stop_reason = reason.Text();
  } else if (type.Is("message_stop")) {
    answer_.complete = true;
  } else if (type.Is("error")) {
    TakeError(event["error"], &answer_);
  } else if (type.Is("content_block_start") || type.Is("content_block_delta")) {
    answer_.content_started = true;
  } else if (!type.Is("content_block_stop")) {
    --progress_;
  }
  return true;
}

TappedAnswer TapReply(std::string_view body) {
  TappedAnswer answer;
  JsonDocument document;
  if (!document.Parse(body)) return answer;
  const JsonView reply = document.Root();
  if (reply["type"].Is("error") || reply["error"].IsObject()) {
    TakeError(reply["error"], &answer);
    return answer;
  }
  TakeMessage(reply, &answer);
  answer.content_started = !reply["content"].Empty();
  answer.complete = reply["content"].IsArray();
  return answer;
}

}  // namespace katra::router::translate
