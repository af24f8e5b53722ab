// Serves one client on stdin and stdout: passes lines to the server, writes its outbox, runs its
// timer, and shuts the process down. Does all of the protocol's I/O, and knows nothing of the
// protocol.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "core/clock.h"
#include "core/log.h"
#include "core/uv/handles.h"
#include "core/uv/stdio.h"
#include "mcp_server/rpc/id_finder.h"
#include "mcp_server/rpc/line_framer.h"
#include "mcp_server/server.h"
#include "mcp_server/session_host.h"

namespace katra::mcp {

class StdioTransport {
 public:
  // After the end of input: how long the client may go without reading, and the store without
  // completing anything, before the rest is given up.
  static constexpr std::chrono::milliseconds kReadPatience{1000};
  static constexpr std::chrono::milliseconds kStorePatience{1500};
  // How long ending the session may take: after the end of input, and after a signal.
  static constexpr std::chrono::milliseconds kEndPatience{400};
  static constexpr std::chrono::milliseconds kSignalPatience{60};

  struct Deps {
    uv::Loop& loop;
    const Clock& clock;
    Logger& logger;
    Server& server;
    SessionHost& host;
  };

  // Everything in `deps` is borrowed. `ended` runs once, when the process may exit.
  static Result<std::unique_ptr<StdioTransport>> Open(const Deps& deps, int in, int out,
                                                      std::function<void()> ended);

  void Begin();

  // Ends now, without waiting for requests, because of a signal. May be called again.
  void Interrupt(const std::string& reason);

 private:
  enum class State { kServing, kDraining, kClosing, kEnded };

  StdioTransport(const Deps& deps, std::function<void()> ended);

  void OnBytes(std::string_view bytes);
  void OnEndOfInput(const Status& status);
  void OnWriteFinished(const Status& status);
  void OnTimer();

  // Acts on the server's state: writes its outbox, passes it as many lines as it accepts, and sets
  // the timer to its next deadline.
  void Update();
  void HandleLines();
  void OnSkipped(std::string_view bytes, bool ended);
  void Flush();
  void Drain();
  void Close(const std::string& reason, std::chrono::milliseconds patience);
  void End();
  void ArmTimer();
  [[nodiscard]] SteadyTime NextDeadline() const;

  const Deps deps_;
  const std::function<void()> ended_;
  std::unique_ptr<uv::ByteSource> source_;
  std::unique_ptr<uv::ByteSink> sink_;
  uv::Timer timer_;
  // Runs Update() at the end of each iteration of the loop, so that effects of the executor, the
  // store's notifications and signals are handled without any of them knowing the transport. A
  // callback of the outbox would not suffice: a waiting call sets a deadline, and a cancelled call
  // makes room for the next, without writing a line.
  uv::EndOfIteration iteration_end_;
  LineFramer framer_;
  // Searches a line that is too long for its id, which may come last. Unset: the line has been
  // answered.
  std::optional<IdFinder> skipped_;
  bool skipping_ = false;

  State state_ = State::kServing;
  bool updating_ = false;
  bool input_ended_ = false;
  bool lines_left_ = false;  // the framer may have more lines
  bool writing_ = false;
  bool client_gone_ = false;
  SteadyTime armed_for_ = SteadyTime::max();

  // While draining: the time of the last progress, and the counters at that time.
  SteadyTime progress_at_;
  uint64_t progress_ended_ = 0;
  size_t progress_bytes_ = 0;
  SteadyTime close_deadline_ = SteadyTime::max();
};

}  // namespace katra::mcp
