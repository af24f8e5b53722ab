#include "cli/room/session_shell.h"

#include <algorithm>
#include <array>

#include "core/text.h"

namespace katra::cli {

bool IsAgentsShell(const Context& context) {
  static constexpr std::array kSetForAgentsShells = {
      "KATRA_EXPORTS", "CLAUDECODE", "GEMINI_CLI", "CODEX_THREAD_ID", "CODEX_SANDBOX", "OPENCODE"};
  return std::any_of(kSetForAgentsShells.begin(), kSetForAgentsShells.end(),
                     [&](const char* name) { return !context.Variable(name).empty(); });
}

std::string SessionPersona(const Context& context) { return context.Variable("KATRA_PERSONA"); }

Status RefuseAnother(const Context& context, const std::string& persona) {
  const std::string own = SessionPersona(context);
  if (own.empty() || ToLowerAscii(own) == ToLowerAscii(persona)) return {};
  return Fail(ErrorCode::kPermissionDenied,
              "this shell belongs to " + OneLine(own, 128) +
                  "'s session, which may neither see what is private to " + OneLine(persona, 128) +
                  " nor speak as it: leave --persona out, or use a shell of your own");
}

}  // namespace katra::cli
