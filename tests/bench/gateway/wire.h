// HTTP/1.1 messages as the bench's own ends read them: just enough of it, so that what the ends
// cost stays small beside what is measured. Knows no sockets.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace katra::bench {

// The value of a header in a head that ends with an empty line; empty: it is not there.
[[nodiscard]] std::string_view HeaderValue(std::string_view head, std::string_view name);

// Reads one message: a head, and a body by length or by chunks. Then the next one.
class MessageReader {
 public:
  // `body` is called with the body's bytes as they come, without the chunks' frames. May be empty.
  explicit MessageReader(std::function<void(std::string_view)> body) : body_(std::move(body)) {}

  // Takes bytes up to the end of the message; returns how many. done() tells whether it is whole.
  size_t Feed(std::string_view bytes);
  [[nodiscard]] bool done() const { return state_ == State::kDone; }
  [[nodiscard]] bool failed() const { return state_ == State::kFailed; }
  // With the empty line; valid until Reset().
  [[nodiscard]] const std::string& head() const { return head_; }
  [[nodiscard]] int Status() const;
  void Reset();

 private:
  enum class State { kHead, kLength, kChunkSize, kChunk, kChunkEnd, kTrailer, kDone, kFailed };

  size_t FeedHead(std::string_view bytes);
  size_t FeedLine(std::string_view bytes);
  void TakeLine();
  void TakeHead();

  std::function<void(std::string_view)> body_;
  State state_ = State::kHead;
  std::string head_;
  std::string line_;
  uint64_t left_ = 0;
};

}  // namespace katra::bench
