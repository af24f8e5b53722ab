#include "router/gateway/capture/capture_writer.h"

#include <utility>

namespace katra::router::gateway {

CaptureWriter::CaptureWriter(store::Executor& executor, Logger& logger, const std::string& home,
                             CaptureFiles::Limits limits)
    : executor_(executor),
      logger_(logger),
      files_(std::make_shared<CaptureFiles>(CaptureFolder(home), limits)) {}

CaptureWriter::~CaptureWriter() = default;

void CaptureWriter::Write(CapturedText text, RequestRecordPtr record,
                          std::vector<std::string> secrets) {
  const size_t bytes = text.request->size() + text.answer.size() + 1;
  if (waiting_bytes_ + bytes > kMaxWaitingBytes) {
    ++dropped_;
    return;
  }
  waiting_bytes_ += bytes;
  auto status = std::make_shared<Status>();
  // Uses the hear lane, which a gateway needs for nothing else: its single thread keeps the order
  // of lines, and a slow disk does not delay the store.
  executor_.Post(
      store::Executor::Lane::kHear,
      [status, files = files_, text = std::move(text), record = std::move(record),
       secrets = std::move(secrets)] {
        *status = files->Append(CaptureLine(text, *record, SecretFilter(secrets)), record->at);
      },
      [this, status, bytes] {
        waiting_bytes_ -= bytes;
        if (*status) {
          failing_ = false;
          return;
        }
        ++dropped_;
        if (!std::exchange(failing_, true)) {
          logger_.Warning("prompts and answers are not recorded for now: " +
                          status->error().message);
        }
      });
}

}  // namespace katra::router::gateway
