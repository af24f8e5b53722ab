// Writes recorded prompts and answers to their files off the loop's thread, for personas with
// `record` switched on. If the disk is too slow, lines are dropped and counted; answers are not
// delayed.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/log.h"
#include "router/gateway/capture/capture_files.h"
#include "router/gateway/capture/capture_line.h"
#include "router/gateway/observe/request_record.h"
#include "store/executor.h"

namespace katra::router::gateway {

// Used on the loop's thread.
class CaptureWriter {
 public:
  // `executor` and `logger` are borrowed and outlive this object.
  CaptureWriter(store::Executor& executor, Logger& logger, const std::string& home,
                CaptureFiles::Limits limits = {});
  ~CaptureWriter();
  CaptureWriter(const CaptureWriter&) = delete;
  CaptureWriter& operator=(const CaptureWriter&) = delete;

  // `secrets`: values to redact, besides those recognised by shape.
  void Write(CapturedText text, RequestRecordPtr record, std::vector<std::string> secrets);

  [[nodiscard]] uint64_t dropped() const { return dropped_; }
  // Whether nothing is waiting to be written.
  [[nodiscard]] bool idle() const { return waiting_bytes_ == 0; }

 private:
  static constexpr size_t kMaxWaitingBytes = size_t{256} * 1024 * 1024;

  store::Executor& executor_;
  Logger& logger_;
  std::shared_ptr<CaptureFiles> files_;  // shared with queued work
  size_t waiting_bytes_ = 0;
  uint64_t dropped_ = 0;
  bool failing_ = false;  // the failure has been logged
};

}  // namespace katra::router::gateway
