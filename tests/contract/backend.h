// What the contract suite needs of a store to test it: the same suite runs against every backend.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "core/clock.h"
#include "core/ids.h"
#include "store/retention.h"
#include "store/store.h"

namespace katra::store::contract {

// Stands still until moved.
class ManualClock final : public Clock {
 public:
  [[nodiscard]] WallTime Now() const override { return now_; }
  [[nodiscard]] SteadyTime Steady() const override { return steady_; }
  void Advance(std::chrono::milliseconds by) {
    now_ += by;
    steady_ += by;
  }

 private:
  WallTime now_ = FromUnixMillis(1'763'726'400'000);  // 2025-11-21T12:00:00Z
  SteadyTime steady_{std::chrono::hours(1)};
};

// A fresh, empty store of one backend, and the means to open it again.
class Backend {
 public:
  virtual ~Backend() = default;
  [[nodiscard]] virtual Store& store() = 0;
  // Closes and opens it again, as a new process would.
  virtual void Reopen() = 0;
  // A second handle on the same data, as another process would have.
  [[nodiscard]] virtual std::unique_ptr<Store> OpenAnother() = 0;
  // Another home that begins with what Store::Backup made.
  [[nodiscard]] virtual std::unique_ptr<Store> OpenBackup(const std::string& backup) = 0;
  // Whether a change has woken those who wait, since the last time this was asked. Exact: a watch
  // that only looks again does not count.
  [[nodiscard]] virtual bool Woken() = 0;
  // A folder of the test's own, removed with the backend.
  [[nodiscard]] virtual std::string ScratchFolder() const = 0;

  ManualClock clock;
  SystemRandom random;
  // Of every persona; without limit unless a test says otherwise.
  Quotas quotas{0, 0, 0, 0};
  Retention retention;
};

// Names of all backends of this build.
[[nodiscard]] std::vector<std::string> BackendNames();
[[nodiscard]] std::unique_ptr<Backend> MakeBackend(const std::string& name);

// --- Shorthand for the suite: each fails the test on an error ---

// A live session of this process.
Session Enter(Backend& backend, const std::string& persona, const std::string& room = "main");
// A session whose process has died already without saying so.
Session EnterDead(Backend& backend, const std::string& persona, const std::string& room = "main");
SayReceipt Say(Backend& backend, const Session& session, const std::string& body,
               const std::vector<std::string>& to = {}, const std::string& room = "");
HearReply Hear(Backend& backend, const Session& session, const std::string& room = "",
               int limit = 50);
MemoryId Remember(Backend& backend, const Session& session, const std::string& content,
                  MemoryScope scope = MemoryScope::kShared);
std::vector<MemoryId> RecallIds(Backend& backend, const Session& session, const std::string& query);

// The bodies, for short comparisons.
[[nodiscard]] std::vector<std::string> Bodies(const HearReply& reply);

}  // namespace katra::store::contract
