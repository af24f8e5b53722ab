#include "cli/sessions/session_run.h"

#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "cli/sessions/handoff.h"
#include "cli/sessions/records.h"
#include "core/error_map.h"

namespace katra::cli {

int RunSession(const SessionRun& run, Context& context) {
  const pid_t client = fork();
  if (client == 0) return context.PrintError(ReceiveAndRun(run.socket, context.environment()));
  if (client < 0) {
    return context.PrintError(
        {ErrorCode::kResourceExhausted, "no process could be created for the client", {}, false});
  }
  // Signals from the terminal are meant for the client, which receives them too.
  std::signal(SIGINT, SIG_IGN);
  std::signal(SIGQUIT, SIG_IGN);
  int status = 0;
  while (waitpid(client, &status, 0) < 0 && errno == EINTR) {
  }
  NoteEnd(run.home, run.persona, client, context.clock().Now());
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace katra::cli
