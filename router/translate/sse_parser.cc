#include "router/translate/sse_parser.h"

#include <algorithm>
#include <iterator>

#include "core/text.h"

namespace katra::router::translate {

bool IsKeepAlive(std::string_view name, std::string_view data) {
  static constexpr std::string_view kWords[] = {"",          "ping",       "[ping]",    "pong",
                                                "keepalive", "keep-alive", "heartbeat", "null"};
  const auto among = [](std::string_view text) {
    const std::string lower = ToLowerAscii(Trim(text));
    return std::find(std::begin(kWords), std::end(kWords), lower) != std::end(kWords);
  };
  return (!name.empty() && among(name)) || (data.size() < 32 && among(data));
}

size_t SseParser::TakeLine(std::string_view bytes) {
  line_done_ = false;
  size_t skipped = 0;
  if (after_cr_) {
    after_cr_ = false;
    if (bytes.front() == '\n') skipped = 1;
    if (skipped == bytes.size()) return skipped;
  }
  const std::string_view rest = bytes.substr(skipped);
  // Two plain searches are several times as fast as one for either. The line feed is looked for
  // once, also where many lines end without one.
  if (line_feed_ == nullptr || line_feed_ < rest.data()) {
    line_feed_ = rest.data() + std::min(rest.find('\n'), rest.size());
  }
  const auto feed = static_cast<size_t>(line_feed_ - rest.data());
  size_t end = std::min(feed, rest.substr(0, feed).find('\r'));
  if (end == rest.size()) end = std::string_view::npos;
  line_.append(rest.substr(0, end));
  overflow_ = line_.size() + data_.size() > max_bytes_;
  if (end == std::string_view::npos) return bytes.size();
  line_done_ = true;
  after_cr_ = rest[end] == '\r';
  return skipped + end + 1;
}

bool SseParser::EndLine() {
  if (at_start_) {
    at_start_ = false;
    if (line_.rfind("\xEF\xBB\xBF", 0) == 0) line_.erase(0, 3);
  }
  if (line_.empty()) return true;
  Field(line_);
  line_.clear();
  return false;
}

void SseParser::Field(std::string_view line) {
  const size_t colon = line.find(':');
  if (colon == 0) {  // a comment
    saw_field_ = true;
    return;
  }
  const std::string_view name = line.substr(0, colon);
  std::string_view value =
      colon == std::string_view::npos ? std::string_view() : line.substr(colon + 1);
  if (!value.empty() && value.front() == ' ') value.remove_prefix(1);
  if (name == "data") {
    saw_field_ = true;
    if (has_data_) data_.push_back('\n');
    has_data_ = true;
    data_.append(value);
  } else if (name == "event") {
    saw_field_ = true;
    name_ = value;
  }
}

}  // namespace katra::router::translate
