// Heads, lengths and chunks.
#include "tests/bench/gateway/wire.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>

namespace katra::bench {
namespace {

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool SameName(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return Lower(x) == Lower(y); });
}

}  // namespace

std::string_view HeaderValue(std::string_view head, std::string_view name) {
  size_t at = head.find("\r\n");
  while (at != std::string_view::npos) {
    at += 2;
    const size_t end = head.find("\r\n", at);
    if (end == std::string_view::npos || end == at) return {};
    const std::string_view line = head.substr(at, end - at);
    const size_t colon = line.find(':');
    if (colon != std::string_view::npos && SameName(line.substr(0, colon), name)) {
      std::string_view value = line.substr(colon + 1);
      while (!value.empty() && value.front() == ' ') value.remove_prefix(1);
      return value;
    }
    at = end;
  }
  return {};
}

int MessageReader::Status() const { return head_.size() > 12 ? std::atoi(head_.c_str() + 9) : 0; }

void MessageReader::Reset() {
  state_ = State::kHead;
  head_.clear();
  line_.clear();
  left_ = 0;
}

void MessageReader::TakeHead() {
  if (HeaderValue(head_, "transfer-encoding") == "chunked") {
    state_ = State::kChunkSize;
    return;
  }
  const std::string_view length = HeaderValue(head_, "content-length");
  left_ = 0;
  std::from_chars(length.data(), length.data() + length.size(), left_);
  state_ = left_ == 0 ? State::kDone : State::kLength;
}

size_t MessageReader::FeedHead(std::string_view bytes) {
  const size_t before = head_.size();
  head_.append(bytes);
  const size_t from = before < 3 ? 0 : before - 3;
  const size_t end = head_.find("\r\n\r\n", from);
  if (end == std::string::npos) {
    if (head_.size() > 65'536) state_ = State::kFailed;
    return bytes.size();
  }
  head_.resize(end + 4);
  TakeHead();
  return head_.size() - before;
}

void MessageReader::TakeLine() {
  if (state_ == State::kChunkSize) {
    left_ = 0;
    const auto [end, error] = std::from_chars(line_.data(), line_.data() + line_.size(), left_, 16);
    if (error != std::errc() || end == line_.data()) {
      state_ = State::kFailed;
    } else {
      state_ = left_ == 0 ? State::kTrailer : State::kChunk;
    }
  } else if (state_ == State::kChunkEnd) {
    state_ = State::kChunkSize;
  } else if (line_.empty()) {
    state_ = State::kDone;
  }
  line_.clear();
}

size_t MessageReader::FeedLine(std::string_view bytes) {
  const size_t end = bytes.find('\n');
  line_.append(bytes.substr(0, end));
  if (end == std::string_view::npos) return bytes.size();
  if (!line_.empty() && line_.back() == '\r') line_.pop_back();
  TakeLine();
  return end + 1;
}

size_t MessageReader::Feed(std::string_view bytes) {
  size_t taken = 0;
  while (taken < bytes.size() && !done() && !failed()) {
    const std::string_view rest = bytes.substr(taken);
    if (state_ == State::kHead) {
      taken += FeedHead(rest);
    } else if (state_ == State::kLength || state_ == State::kChunk) {
      const size_t part = static_cast<size_t>(std::min<uint64_t>(left_, rest.size()));
      if (body_) body_(rest.substr(0, part));
      left_ -= part;
      taken += part;
      if (left_ == 0) state_ = state_ == State::kLength ? State::kDone : State::kChunkEnd;
    } else {
      taken += FeedLine(rest);
    }
  }
  return taken;
}

}  // namespace katra::bench
