#include "core/http/sse.h"

namespace katra::http {

bool SseReader::Feed(std::string_view bytes, const Sink& sink) {
  if (broken_) return false;
  while (!bytes.empty()) {
    if (after_cr_) {
      after_cr_ = false;
      if (bytes.front() == '\n') {
        bytes.remove_prefix(1);
        continue;
      }
    }
    const size_t end = bytes.find_first_of("\r\n");
    if (end == std::string_view::npos) {
      line_.append(bytes);
      break;
    }
    after_cr_ = bytes[end] == '\r';
    if (line_.empty()) {
      TakeLine(bytes.substr(0, end), sink);
    } else {
      line_.append(bytes.substr(0, end));
      TakeLine(line_, sink);
      line_.clear();
    }
    bytes.remove_prefix(end + 1);
  }
  if (line_.size() + data_.size() > limit_bytes_) broken_ = true;
  return !broken_;
}

void SseReader::TakeLine(std::string_view line, const Sink& sink) {
  if (!started_) {
    started_ = true;
    if (line.substr(0, 3) == "\xEF\xBB\xBF") line.remove_prefix(3);
  }
  if (line.empty()) {
    if (has_data_) sink({name_, data_});
    name_.clear();
    data_.clear();
    has_data_ = false;
    within_event_ = false;
    return;
  }
  within_event_ = true;  // any line: the event goes on until a blank one
  const size_t colon = line.find(':');
  const std::string_view field = line.substr(0, colon);
  std::string_view value =
      colon == std::string_view::npos ? std::string_view() : line.substr(colon + 1);
  if (!value.empty() && value.front() == ' ') value.remove_prefix(1);
  if (field == "data") {
    if (has_data_) data_ += '\n';
    data_.append(value);
    has_data_ = true;
  } else if (field == "event") {
    name_.assign(value);
  }
}

bool SseReader::Finish() {
  const bool whole = line_.empty() && !has_data_;
  line_.clear();
  data_.clear();
  name_.clear();
  has_data_ = false;
  return whole && !broken_;
}

std::string FormatSse(std::string_view name, std::string_view data) {
  std::string out;
  out.reserve(name.size() + data.size() + 16);
  out.append("event: ").append(name).append("\ndata: ").append(data).append("\n\n");
  return out;
}

}  // namespace katra::http
