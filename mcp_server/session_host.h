// Owns the store and this process's one session: opens them in the background, retries after a
// failure, keeps the session alive, and ends it. Knows nothing of JSON-RPC. Used on the loop's
// thread; calls the store only through the executor.
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
    std::function<void(const store::Session&)> opened;  // also when it was opened again
    std::function<void(const Error&)> failed;           // once per reason
  };

  static constexpr std::chrono::seconds kHeartbeat{10};
  static constexpr std::chrono::seconds kActiveHeartbeat{2};  // minimum interval
  // Between looks for upkeep (Store::Tend), and between its steps while there is some.
  static constexpr std::chrono::seconds kUpkeep{60};
  static constexpr std::chrono::milliseconds kUpkeepStep{200};

  // All references are borrowed.
  SessionHost(OpenStore open_store, store::SessionStart start, store::Executor& executor,
              const Clock& clock, Logger& logger);

  // Observers are called in order of registration, before the callbacks of WhenReady.
  void Observe(Events events) { observers_.push_back(std::move(events)); }

  // Starts opening, unless it is opening or open.
  void Open();

  // Runs `ready(nullptr)` when the session is open, or `ready(&error)` if it cannot be opened:
  // immediately if it is open already, else later. Retries after an earlier failure.
  void WhenReady(std::function<void(const Error* error)> ready);

  // Null if not open.
  [[nodiscard]] std::shared_ptr<store::Store> store() const { return store_; }
  [[nodiscard]] const store::Session* session() const { return session_ ? &*session_ : nullptr; }
  // The session to describe to the client: the open one, or what is known from the launch options
  // until then, because clients ask within the first milliseconds. Unset: a guest, whose name is
  // not known yet.
  [[nodiscard]] std::optional<store::Session> KnownSession() const;
  // Why the session is not open; unset if it is open or being opened for the first time.
  [[nodiscard]] const std::optional<Error>& failure() const { return failure_; }

  // Replaces the session by the store's current version, after katra_register has named it.
  void Adopt(const store::Session& session);

  // Records the client's name and version, as stated by itself. Ignores an empty name.
  void DescribeClient(const std::string& name, const std::string& version);

  // Records that the session's agent has just done something.
  void NoteActivity();

  void Tick(SteadyTime now);
  [[nodiscard]] SteadyTime NextDeadline() const;

  // Ends the session. `closed` runs when that has been done or has failed; immediately if there is
  // nothing to end. Nothing is opened after this.
  void Close(const std::string& reason, std::function<void()> closed);

 private:
  struct Opened;  // the result of opening

  void OnOpened(const Opened& opened);
  void NoteFailure(const Error& error);
  void SendDescription();
  void SendHeartbeat(bool active);
  void Tend();
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

  // About the client. `described_` is what the store has been told.
  std::string client_;
  std::string client_version_;
  std::string described_;

  bool beating_ = false;
  SteadyTime last_beat_;
  SteadyTime last_active_beat_ = SteadyTime::min();

  bool tending_ = false;
  SteadyTime next_upkeep_;

  std::shared_ptr<std::atomic<bool>> closing_ = std::make_shared<std::atomic<bool>>(false);
  std::string close_reason_;
  std::function<void()> closed_;
};

}  // namespace katra::mcp
