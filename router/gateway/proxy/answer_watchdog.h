// Limits how much an upstream may send for one answer and how long it may take. The limits are the
// same for every format and for streams, whole bodies and error bodies. Knows no format.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

#include "core/clock.h"
#include "router/gateway/settings.h"
#include "router/translate/errors.h"

namespace katra::router::gateway {

// Watches one answer. If a function returns an error, the upstream exceeded a limit, and the caller
// ends the attempt with that error.
class AnswerWatchdog {
 public:
  // `limits` and `clock` are borrowed.
  AnswerWatchdog(const AnswerLimits& limits, const Clock& clock, std::string provider);

  // The response's head has arrived.
  void Head(int status);
  // `held`: bytes received before any content, possibly before the form of the answer is known.
  [[nodiscard]] std::optional<translate::ApiError> BeforeContent(size_t held) const;
  // More bytes of a stream have arrived. `content`: content has been seen, now or earlier.
  [[nodiscard]] std::optional<translate::ApiError> Stream(size_t bytes, bool content);
  // `held`: bytes of an incomplete event.
  [[nodiscard]] std::optional<translate::ApiError> Event(size_t held) const;
  // How many of the next `bytes` of a whole body fit after the `had` bytes so far.
  [[nodiscard]] size_t Room(size_t had, size_t bytes) const;
  [[nodiscard]] translate::ApiError TooLong() const;

  // Content has arrived.
  void Progress() { progressed_ = true; }
  // While paused (the client does not read), no timeout runs.
  void Pause(bool paused);
  // Call periodically; checks the timeouts.
  [[nodiscard]] std::optional<translate::ApiError> Tick();

 private:
  [[nodiscard]] bool error() const { return status_ != 0 && status_ != 200; }

  const AnswerLimits& limits_;
  const Clock& clock_;
  std::string provider_;
  int status_ = 0;
  bool content_ = false;
  bool progressed_ = false;
  bool paused_ = false;
  size_t received_ = 0;
  SteadyTime since_;
};

}  // namespace katra::router::gateway
