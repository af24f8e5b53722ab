#include "router/translate/sse_parser.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "core/text.h"

namespace katra::router::translate {
namespace {

constexpr size_t kNone = std::string_view::npos;

bool StartsWith(std::string_view text, std::string_view start) {
  return text.substr(0, start.size()) == start;
}

// Removes and returns the next line, without its end.
std::string_view TakeLine(std::string_view& rest) {
  const size_t end = rest.find_first_of("\r\n");
  const std::string_view line = rest.substr(0, end);
  if (end == kNone) {
    rest = {};
    return line;
  }
  const bool both = rest[end] == '\r' && end + 1 < rest.size() && rest[end + 1] == '\n';
  rest.remove_prefix(end + (both ? 2 : 1));
  return line;
}

}  // namespace

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
  // Two separate searches are several times faster than one for either character. The line feed is
  // searched for only once, even if many lines end without one.
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

SseField ReadSseField(std::string_view line) {
  const size_t colon = line.find(':');
  SseField field{line.substr(0, colon), {}};
  if (colon != kNone) field.value = line.substr(colon + 1);
  if (StartsWith(field.value, " ")) field.value.remove_prefix(1);
  return field;
}

void SseParser::Field(std::string_view line) {
  const auto [name, value] = ReadSseField(line);
  if (name == "data") {
    if (has_data_) data_.push_back('\n');
    has_data_ = true;
    data_.append(value);
  } else if (name == "event") {
    name_ = value;
  } else if (!name.empty()) {
    return;  // not a field, or an irrelevant one; a comment has no name
  }
  saw_field_ = true;
}

size_t SseCutter::LineEnd(std::string_view view) {
  const size_t from = std::max(searched_, line_);
  const size_t feed = view.find('\n', from);
  const size_t before = feed == kNone ? view.size() : feed;
  const size_t found = view.substr(0, before).find('\r', from);
  size_t end = feed;
  size_t next = feed + 1;
  if (found != kNone) {
    end = found;
    next = found + 1;
    if (next == view.size()) {  // a following line feed would belong to it
      searched_ = found;
      return 0;
    }
    if (view[next] == '\n') ++next;
  } else if (feed == kNone) {
    searched_ = view.size();
    return 0;
  }
  blank_ = end == line_;
  return next;
}

void SseCutter::Keep(std::string_view view, size_t begin) {
  line_ -= begin;
  searched_ -= begin;
  if (view.data() == held_.data()) {
    held_.erase(0, begin);
  } else {
    held_.assign(view.substr(begin));
  }
}

void SseCutter::Drop() {
  held_.clear();
  line_ = searched_ = 0;
}

std::string SseCutter::Rest() {
  std::string rest = std::exchange(held_, {});
  line_ = searched_ = 0;
  return rest;
}

SseEvent ReadSseEvent(std::string_view event) {
  SseEvent fields;
  if (StartsWith(event, "\xEF\xBB\xBF")) event.remove_prefix(3);
  while (!event.empty()) {
    std::string_view line = TakeLine(event);
    if (line.empty()) continue;
    const auto [name, value] = ReadSseField(line);
    if (name == "data") {
      if (fields.has_data) fields.data.push_back('\n');
      fields.data.append(value);
      fields.has_data = true;
      ++fields.data_lines;
    } else if (name == "event") {
      fields.name = value;
    } else if (!name.empty() && name != "id" && name != "retry") {
      continue;  // not a field
    }
    fields.any = true;
  }
  return fields;
}

std::string_view OnlyData(std::string_view event) {
  if (!StartsWith(event, "data:")) return {};
  event.remove_prefix(5);
  if (StartsWith(event, " ")) event.remove_prefix(1);
  const size_t end = event.find('\n');
  if (end == kNone || end == 0) return {};
  const size_t length = event[end - 1] == '\r' ? end - 1 : end;
  // Only the empty line follows.
  const std::string_view rest = event.substr(end + 1);
  if (rest != "\n" && rest != "\r\n") return {};
  const std::string_view data = event.substr(0, length);
  return data.find('\r') == kNone ? data : std::string_view();
}

}  // namespace katra::router::translate
