// How much an upstream may send for one answer, and how long it may take: the same for every
// format, for streams, whole bodies and bodies of errors. Knows no format.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

#include "core/clock.h"
#include "router/gateway/settings.h"
#include "router/translate/errors.h"

namespace katra::router::gateway {

// One answer's account. An error is that of the upstream which went too far: the caller ends the
// attempt with it.
class AnswerWatchdog {
 public:
  // `limits` and `clock` are borrowed.
  AnswerWatchdog(const AnswerLimits& limits, const Clock& clock, std::string provider);

  // The head came.
  void Head(int status);
  // `held`: bytes that say nothing of an answer yet, not even whether it is a stream.
  [[nodiscard]] std::optional<translate::ApiError> BeforeContent(size_t held) const;
  // More of a stream came. `content`: something of the answer was seen, now or before.
  [[nodiscard]] std::optional<translate::ApiError> Stream(size_t bytes, bool content);
  // `held`: bytes of an event whose end has not come.
  [[nodiscard]] std::optional<translate::ApiError> Event(size_t held) const;
  // How many of `bytes` more of a whole body, of which there are `had`, still fit.
  [[nodiscard]] size_t Room(size_t had, size_t bytes) const;
  [[nodiscard]] translate::ApiError TooLong() const;

  // Something of the answer came.
  void Progress() { progressed_ = true; }
  // The client does not read: nothing is waited for.
  void Pause(bool paused);
  // Once in a while.
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
