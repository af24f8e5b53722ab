// Takes request records and kept reasoning to the store, in batches and off the loop's thread. The
// store is opened in the background; when it is away, answers go on, and what could not be kept is
// counted.
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

// On the loop's thread, but for Get, which any thread may call. Reasoning is answered from memory:
// what the store has is loaded at the start, so that a restart breaks no conversation.
class UsageRecorder final : public RequestObserver, public translate::ReasoningStore {
 public:
  using OpenStore = std::function<Result<std::shared_ptr<store::UsageStore>>()>;

  // `loop`, `executor` and `logger` are borrowed and outlive this. `open` runs on the executor.
  UsageRecorder(uv::Loop& loop, store::Executor& executor, Logger& logger, OpenStore open);
  ~UsageRecorder() override;

  void OnRequestFinished(const RequestRecordPtr& record) override;
  void Put(std::string_view key, std::string_view kept) override;
  std::optional<std::string> Get(std::string_view key) override;

  [[nodiscard]] uint64_t dropped() const { return dropped_; }
  // Whether something waits to be written.
  [[nodiscard]] bool idle() const { return !busy_ && answers_.empty() && reasoning_.empty(); }
  void Flush();

 private:
  struct Batch;

  void Open();
  void Forget();  // with `mutex_` held

  store::Executor& executor_;
  Logger& logger_;
  OpenStore open_;
  std::shared_ptr<store::UsageStore> store_;
  uv::Timer flush_;
  bool busy_ = false;
  bool armed_ = false;
  uint64_t dropped_ = 0;
  std::vector<RequestRecordPtr> answers_;
  std::unordered_map<std::string, std::string> tags_;  // who answered last, by persona
  std::vector<store::KeptReasoning> reasoning_;
  std::mutex mutex_;  // of what follows
  std::unordered_map<std::string, std::string> kept_;
  std::vector<std::string> order_;  // of kept_, oldest first
  size_t kept_bytes_ = 0;
  size_t oldest_ = 0;
};

}  // namespace katra::router::gateway
