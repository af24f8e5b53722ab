#include "router/gateway/proxy/answer_watchdog.h"

#include <algorithm>
#include <utility>

namespace katra::router::gateway {
namespace {

using translate::ApiError;

std::string Size(size_t bytes) {
  constexpr size_t kMiB = size_t{1} << 20U;
  return bytes >= kMiB ? std::to_string(bytes / kMiB) + " MiB" : std::to_string(bytes) + " bytes";
}

std::string Seconds(std::chrono::milliseconds time) {
  return std::to_string((time.count() + 999) / 1000) + " s";
}

}  // namespace

AnswerWatchdog::AnswerWatchdog(const AnswerLimits& limits, const Clock& clock, std::string provider)
    : limits_(limits), clock_(clock), provider_(std::move(provider)), since_(clock.Steady()) {}

void AnswerWatchdog::Head(int status) {
  status_ = status;
  if (error()) since_ = clock_.Steady();
}

std::optional<ApiError> AnswerWatchdog::BeforeContent(size_t held) const {
  if (held <= limits_.before_content_bytes) return std::nullopt;
  return translate::NoAnswer(provider_ + " sent " + Size(limits_.before_content_bytes) +
                             " without anything of an answer");
}

std::optional<ApiError> AnswerWatchdog::Stream(size_t bytes, bool content) {
  received_ += bytes;
  if (content && !content_) {
    content_ = true;
    progressed_ = true;
  }
  if (!content_) {
    if (auto wrong = BeforeContent(received_)) return wrong;
  }
  if (received_ > limits_.stream_bytes) {
    return translate::NoAnswer(provider_ + " sent a stream of more than " +
                               Size(limits_.stream_bytes));
  }
  return std::nullopt;
}

std::optional<ApiError> AnswerWatchdog::Event(size_t held) const {
  if (held <= limits_.event_bytes) return std::nullopt;
  return translate::NoAnswer(provider_ + " sent an event of more than " +
                             Size(limits_.event_bytes));
}

size_t AnswerWatchdog::Room(size_t had, size_t bytes) const {
  const size_t limit = error() ? limits_.error_bytes : limits_.whole_bytes;
  return std::min(bytes, limit - std::min(limit, had));
}

ApiError AnswerWatchdog::TooLong() const {
  return translate::NoAnswer(provider_ + " sent an answer of more than " +
                             Size(limits_.whole_bytes));
}

void AnswerWatchdog::Pause(bool paused) {
  paused_ = paused;
  since_ = clock_.Steady();
}

std::optional<ApiError> AnswerWatchdog::Tick() {
  const auto now = clock_.Steady();
  if (paused_) return std::nullopt;
  // Before content, only content counts as progress.
  if (std::exchange(progressed_, false) && content_) since_ = now;
  const auto limit = error() ? limits_.error_timeout : limits_.progress_timeout;
  if (now - since_ <= limit) return std::nullopt;
  ApiError failure = translate::NoAnswer(
      provider_ +
      (content_ ? " sent nothing more of its answer for " : " sent nothing of an answer within ") +
      Seconds(limit));
  failure.status = 504;
  failure.type = "timeout_error";
  return failure;
}

}  // namespace katra::router::gateway
