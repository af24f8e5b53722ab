// Takes what was asked and answered to its files, off the loop's thread, for whom `record` is
// switched on. When the disk cannot follow, lines are dropped and counted; answers go on.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/log.h"
#include "router/gateway/outcome.h"
#include "router/gateway/record_files.h"
#include "router/gateway/transcript.h"
#include "store/executor.h"

namespace katra::gateway {

// On the loop's thread.
class Transcripts {
 public:
  // `executor` and `logger` are borrowed and outlive this.
  Transcripts(store::Executor& executor, Logger& logger, const std::string& home,
              RecordFiles::Limits limits = {});
  ~Transcripts();
  Transcripts(const Transcripts&) = delete;
  Transcripts& operator=(const Transcripts&) = delete;

  // `secrets`: values that must not be written down, beside those of known shapes.
  void Take(TurnText text, OutcomePtr outcome, std::vector<std::string> secrets);

  [[nodiscard]] uint64_t dropped() const { return dropped_; }
  // Whether nothing waits to be written.
  [[nodiscard]] bool idle() const { return waiting_bytes_ == 0; }

 private:
  static constexpr size_t kMaxWaitingBytes = size_t{256} * 1024 * 1024;

  store::Executor& executor_;
  Logger& logger_;
  std::shared_ptr<RecordFiles> files_;  // shared with the work that waits
  size_t waiting_bytes_ = 0;
  uint64_t dropped_ = 0;
  bool failing_ = false;  // it was said in the log
};

}  // namespace katra::gateway
