// One client on stdin and stdout: reads lines into the server, writes its outbox, keeps its time,
// and brings the process to its end. All I/O of the protocol is here, and no knowledge of it.
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
  // After the end of input: how long the client may read nothing, and how long the store may finish
  // nothing, before what is left is given up.
  static constexpr std::chrono::milliseconds kReadPatience{1000};
  static constexpr std::chrono::milliseconds kStorePatience{1500};
  // How long marking the session as left may take: after the end of input, and after a signal.
  static constexpr std::chrono::milliseconds kEndPatience{400};
  static constexpr std::chrono::milliseconds kSignalPatience{60};

  struct Deps {
    uv::Loop& loop;
    const Clock& clock;
    Logger& logger;
    Server& server;
    SessionHost& host;
  };

  // All of `deps` is borrowed. `ended` runs once, when the process may end.
  static Result<std::unique_ptr<StdioTransport>> Open(const Deps& deps, int in, int out,
                                                      std::function<void()> ended);

  void Begin();

  // A signal came: ends now, without waiting for requests. Twice is no error.
  void Interrupt(const std::string& reason);

 private:
  enum class State { kServing, kDraining, kClosing, kEnded };

  StdioTransport(const Deps& deps, std::function<void()> ended);

  void OnBytes(std::string_view bytes);
  void OnEndOfInput(const Status& status);
  void OnWriteFinished(const Status& status);
  void OnTimer();

  // Acts on what the server has become: writes its outbox, hands it the lines for which there is
  // room, sets the timer to its next deadline.
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
  // Runs Update() at the end of each iteration of the loop, so that whatever the executor, the bell
  // or a signal has led to is acted upon, and none of them knows the transport. A signal from the
  // outbox would not be enough: a call that waits on sets a deadline, and one that was cancelled
  // makes room for the next, without a line.
  uv::EndOfIteration iteration_end_;
  LineFramer framer_;
  // Of a line that is too long: its id may come last. Unset: it is answered.
  std::optional<IdFinder> skipped_;
  bool skipping_ = false;

  State state_ = State::kServing;
  bool updating_ = false;
  bool input_ended_ = false;
  bool lines_left_ = false;  // the framer may hold more lines
  bool writing_ = false;
  bool client_gone_ = false;
  SteadyTime armed_for_ = SteadyTime::max();

  // While draining: when something last moved, and what there was then.
  SteadyTime progress_at_;
  uint64_t progress_ended_ = 0;
  size_t progress_bytes_ = 0;
  SteadyTime close_deadline_ = SteadyTime::max();
};

}  // namespace katra::mcp
