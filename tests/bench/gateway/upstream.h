// A model provider of the bench, a process of its own: answers at once or at a fixed pace, in the
// format of the path that is asked for. Each event carries the time at which it was sent.
#pragma once

#include <sys/types.h>

#include <memory>

namespace katra::bench {

// How an upstream's port answers.
enum class Manner {
  kWhole,  // one JSON answer
  kBurst,  // a stream of 20 events, at once
  kPaced,  // a stream of 100 events, one each 20 ms
  kIdle,   // a stream of 60 events, one each second
};
inline constexpr int kManners = 4;
inline constexpr int kPacedEvents = 100;

class Upstream {
 public:
  // Starts the process on `core`. Throws std::runtime_error.
  explicit Upstream(int core);
  ~Upstream();
  Upstream(const Upstream&) = delete;
  Upstream& operator=(const Upstream&) = delete;

  [[nodiscard]] int port(Manner manner) const { return ports_[static_cast<int>(manner)]; }

 private:
  int ports_[kManners] = {};
  pid_t pid_ = -1;
};

}  // namespace katra::bench
