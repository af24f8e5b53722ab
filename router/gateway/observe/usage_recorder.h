// Writes request records and reasoning to the store, in batches, off the loop's thread. The store
// is opened in the background. If it is unavailable, requests are still answered, and lost records
// are counted.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/log.h"
#include "core/uv/handles.h"
#include "router/gateway/observe/request_record.h"
#include "router/translate/reasoning_store.h"
#include "store/executor.h"
#include "store/usage_store.h"

namespace katra::router::gateway {

// Used on the loop's thread, except Get, which any thread may call. Reasoning is read from memory;
// the store's entries are loaded at start, so that conversations survive a restart.
class UsageRecorder final : public RequestObserver, public translate::ReasoningStore {
 public:
  using OpenStore = std::function<Result<std::shared_ptr<store::UsageStore>>()>;

  // `loop`, `executor` and `logger` are borrowed and outlive this object. `open` runs on the
  // executor.
  UsageRecorder(uv::Loop& loop, store::Executor& executor, Logger& logger, OpenStore open);
  ~UsageRecorder() override;

  void OnRequestFinished(const RequestRecordPtr& record) override;
  void Put(std::string_view key, std::string_view kept) override;
  std::optional<std::string> Get(std::string_view key) override;

  [[nodiscard]] uint64_t dropped() const { return dropped_; }
  // Whether nothing is waiting to be written.
  [[nodiscard]] bool idle() const { return !busy_ && answers_.empty() && reasoning_.empty(); }
  void Flush();

 private:
  struct Batch;

  void Open();
  void Forget();  // call with `mutex_` held

  store::Executor& executor_;
  Logger& logger_;
  OpenStore open_;
  std::shared_ptr<store::UsageStore> store_;
  uv::Timer flush_;
  bool busy_ = false;
  bool armed_ = false;
  uint64_t dropped_ = 0;
  std::vector<RequestRecordPtr> answers_;
  // Last session and model that answered, by persona.
  std::unordered_map<std::string, std::string> tags_;
  std::vector<store::KeptReasoning> reasoning_;
  std::mutex mutex_;  // guards the following members
  std::unordered_map<std::string, std::string> kept_;
  std::vector<std::string> order_;  // keys of kept_, oldest first
  size_t kept_bytes_ = 0;
  size_t oldest_ = 0;
};

}  // namespace katra::router::gateway
