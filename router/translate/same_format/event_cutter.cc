#include "router/translate/same_format/event_cutter.h"

#include <algorithm>
#include <utility>

namespace katra::router::translate {
namespace {

constexpr size_t kNone = std::string_view::npos;

bool StartsWith(std::string_view text, std::string_view start) {
  return text.substr(0, start.size()) == start;
}

// Takes the next line off, without its end.
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

size_t EventCutter::LineEnd(std::string_view view) {
  const size_t from = std::max(searched_, line_);
  const size_t feed = view.find('\n', from);
  const size_t before = feed == kNone ? view.size() : feed;
  const size_t found = view.substr(0, before).find('\r', from);
  size_t end = feed;
  size_t next = feed + 1;
  if (found != kNone) {
    end = found;
    next = found + 1;
    if (next == view.size()) {  // a line feed that follows would belong to it
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

void EventCutter::Keep(std::string_view view, size_t begin) {
  line_ -= begin;
  searched_ -= begin;
  if (view.data() == held_.data()) {
    held_.erase(0, begin);
  } else {
    held_.assign(view.substr(begin));
  }
}

void EventCutter::Drop() {
  held_.clear();
  line_ = searched_ = 0;
}

std::string EventCutter::Rest() {
  std::string rest = std::exchange(held_, {});
  line_ = searched_ = 0;
  return rest;
}

EventFields ReadFields(std::string_view event) {
  EventFields fields;
  if (StartsWith(event, "\xEF\xBB\xBF")) event.remove_prefix(3);
  while (!event.empty()) {
    std::string_view line = TakeLine(event);
    if (line.empty()) continue;
    const size_t colon = line.find(':');
    const std::string_view name = line.substr(0, colon);
    std::string_view value = colon == kNone ? std::string_view() : line.substr(colon + 1);
    if (StartsWith(value, " ")) value.remove_prefix(1);
    if (name == "data") {
      if (fields.has_data) fields.data.push_back('\n');
      fields.data.append(value);
      fields.has_data = true;
      ++fields.data_lines;
    } else if (name == "event") {
      fields.name = value;
    } else if (!name.empty() && name != "id" && name != "retry") {
      continue;  // no field
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
  // All that follows is the empty line.
  const std::string_view rest = event.substr(end + 1);
  if (rest != "\n" && rest != "\r\n") return {};
  const std::string_view data = event.substr(0, length);
  return data.find('\r') == kNone ? data : std::string_view();
}

}  // namespace katra::router::translate
