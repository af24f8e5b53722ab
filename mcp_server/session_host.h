// The store and this process's one session in it: opened in the background, opened again when that
// failed, kept alive, ended. Knows nothing of JSON-RPC. On the loop's thread; the store itself is
// only called through the executor.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/clock.h"
#include "core/log.h"
#include "core/result.h"
#include "store/executor.h"
#include "store/store.h"

namespace katra::mcp {

class SessionHost {
 public:
  // Opens the store; called on a store thread.
  using OpenStore =
      std::function<Result<std::shared_ptr<store::Store>>(const store::CallContext& context)>;

  struct Events {
    std::function<void(const store::Session&)> opened;  // also when it opened again
    std::function<void(const Error&)> failed;           // once per reason
  };

  static constexpr std::chrono::seconds kHeartbeat{10};
  static constexpr std::chrono::seconds kActiveHeartbeat{2};  // at most one in this time

  // All references are borrowed.
  SessionHost(OpenStore open_store, store::SessionStart start, store::Executor& executor,
              const Clock& clock, Logger& logger);

  // Told in the order of the calls, before those who wait in WhenReady.
  void Observe(Events events) { observers_.push_back(std::move(events)); }

  // Begins to open, unless that is under way or done.
  void Open();

  // Runs `ready(nullptr)` when the session is open, or `ready(&error)` when it cannot be: within
  // the call when it is open already, else later. A failure before is tried again.
  void WhenReady(std::function<void(const Error* error)> ready);

  // Null unless open.
  [[nodiscard]] std::shared_ptr<store::Store> store() const { return store_; }
  [[nodiscard]] const store::Session* session() const { return session_ ? &*session_ : nullptr; }
  // What a client is told of the session: the open one, or, before, what the launch says of it,
  // since clients ask in the first milliseconds. Unset: a guest, whose name is not known yet.
  [[nodiscard]] std::optional<store::Session> KnownSession() const;
  // Why the session is not open; unset while it is, or while it is being opened the first time.
  [[nodiscard]] const std::optional<Error>& failure() const { return failure_; }

  // The session as the store has it now (katra_register has named it).
  void Adopt(const store::Session& session);

  // What the client says that it is. Empty: nothing.
  void DescribeClient(const std::string& name, const std::string& version);

  // The session's agent just did something.
  void NoteActivity();

  void Tick(SteadyTime now);
  [[nodiscard]] SteadyTime NextDeadline() const;

  // Marks the session as left. `closed` runs when that is done, or could not be; within the call
  // when there is nothing to end. Nothing is opened any more.
  void Close(const std::string& reason, std::function<void()> closed);

 private:
  struct Opened;  // what the opening thread brings

  void OnOpened(const Opened& opened);
  void NoteFailure(const Error& error);
  void SendDescription();
  void SendHeartbeat(bool active);
  void EndSession();
  void ForgetSession();

  const OpenStore open_store_;
  store::SessionStart start_;
  store::Executor& executor_;
  const Clock& clock_;
  Logger& logger_;
  std::vector<Events> observers_;

  std::shared_ptr<store::Store> store_;
  std::optional<store::Session> session_;
  std::optional<Error> failure_;
  bool opening_ = false;
  std::vector<std::function<void(const Error*)>> waiting_;

  // Of the client; `described_` is what the store has been told.
  std::string client_;
  std::string client_version_;
  std::string described_;

  bool beating_ = false;
  SteadyTime last_beat_;
  SteadyTime last_active_beat_ = SteadyTime::min();

  std::shared_ptr<std::atomic<bool>> closing_ = std::make_shared<std::atomic<bool>>(false);
  std::string close_reason_;
  std::function<void()> closed_;
};

}  // namespace katra::mcp
