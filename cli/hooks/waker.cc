#include "cli/hooks/waker.h"

#include "cli/clients/agent.h"
#include "cli/sessions/programs.h"
#include "cli/sessions/subprocess.h"
#include "core/text.h"

namespace katra::cli {
namespace {

constexpr std::chrono::seconds kPatience{20};

std::string OwnProgram(const Context& context) {
  const std::string found = FindOwnProgram(context, "katra");
  return found.empty() ? context.executable() : found;
}

}  // namespace

void StartWaker(HookClient client, const store::Session& session, const std::string& conversation,
                const Context& context) {
  const std::string id = conversation.empty() ? session.client_session_id : conversation;
  if (client != HookClient::kCodex || id.empty()) return;
  ProcessSpec spec;
  spec.program = OwnProgram(context);
  spec.arguments = {"wait", "--client", "codex", "--session", id};
  spec.environment = context.environment();
  // Without it the session is not woken, but hears in its turns.
  static_cast<void>(StartDetached(spec));
}

void StartTypist(const SessionRecord& record, const Context& context) {
  ProcessSpec spec;
  spec.program = OwnProgram(context);
  spec.arguments = {"wait", "--keys"};
  spec.environment = context.environment();
  spec.environment["KATRA_HOME"] = context.home();
  spec.environment["KATRA_PERSONA"] = record.persona;
  static_cast<void>(StartDetached(spec));
}

std::string HowToBeWoken(HookClient client, const Context& context) {
  if (client != HookClient::kGemini) return {};
  return " To be woken by messages while you are idle, run `" + ShellQuoted(OwnProgram(context)) +
         " wait --client gemini` in a background shell (is_background: true) now, and again "
         "whenever it has ended.";
}

Status QueueForCodex(const std::string& conversation, const std::string& notice,
                     const Context& context) {
  ProcessSpec spec;
  spec.program = FindProgram(context, "codex");
  spec.arguments = {"queue", "--thread", conversation, "--message", notice};
  spec.environment = context.environment();
  if (spec.program.empty()) {
    return Fail(ErrorCode::kUnavailable, "codex was not found in PATH");
  }
  const Result<ProcessOutcome> run = RunProcess(spec, kPatience);
  if (!run) return tl::unexpected<Error>(run.error());
  if (run->exit_code == 0) return {};
  return Fail(ErrorCode::kUnavailable, "codex queue failed: " + OneLine(run->err + run->out, 300));
}

}  // namespace katra::cli
