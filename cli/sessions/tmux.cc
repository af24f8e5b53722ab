#include "cli/sessions/tmux.h"

#include <algorithm>

#include "cli/sessions/programs.h"
#include "core/text.h"

namespace katra::cli {
namespace {

constexpr std::chrono::seconds kPatience{10};
constexpr int kEndingServers = 3;  // one after the other
// The option that marks our sessions. Its value is the home.
constexpr const char* kMark = "@katra_home";

Error Failed(const ProcessOutcome& outcome) {
  return Fail(ErrorCode::kUnavailable,
              "tmux failed: " + OneLine(Trim(outcome.err), 300) + "; try `tmux list-sessions`")
      .value();
}

bool Contains(const std::string& text, const char* part) {
  return text.find(part) != std::string::npos;
}

bool ServerEnded(const ProcessOutcome& outcome) {
  return outcome.exit_code != 0 &&
         (Contains(outcome.err, "server exited") || Contains(outcome.err, "lost server"));
}

// No server is as no sessions.
bool NoServer(const ProcessOutcome& outcome) {
  return Contains(outcome.err, "no server running") ||
         Contains(outcome.err, "error connecting to") || Contains(outcome.err, "no sessions") ||
         Contains(outcome.err, "server exited");
}

// tmux takes a semicolon at the end of a word for the end of a command.
std::string AsArgument(std::string word) {
  if (!word.empty() && word.back() == ';') word.insert(word.size() - 1, "\\");
  return word;
}

}  // namespace

Result<Tmux> Tmux::Find(const Context& context) {
  std::string program = FindProgram(context, "tmux");
  if (program.empty()) {
    return Fail(ErrorCode::kFailedPrecondition,
                "tmux is not installed, and background sessions run in it. Install it with: sudo "
                "apt-get install tmux (Debian, Ubuntu), brew install tmux (macOS)");
  }
  return Tmux(std::move(program), context.Variable("KATRA_TMUX_SOCKET"), context.home(),
              context.environment());
}

ProcessSpec Tmux::Command(std::vector<std::string> arguments) const {
  if (!socket_.empty()) arguments.insert(arguments.begin(), {"-L", socket_});
  return {program_, std::move(arguments), environment_, {}};
}

Result<ProcessOutcome> Tmux::Run(std::vector<std::string> arguments) const {
  return RunProcess(Command(std::move(arguments)), kPatience);
}

Status Tmux::New(const std::string& name, const std::string& folder,
                 const std::vector<std::string>& command) const {
  std::vector<std::string> arguments = {"new-session", "-d", "-s", name, "-x",
                                        "120",         "-y", "40", "--"};
  arguments.insert(arguments.end(), command.begin(), command.end());
  const std::string target = "=" + name + ":";
  // Marked in the same call: there is no moment in which it is not ours.
  arguments.insert(arguments.end(), {";", "set-option", "-t", target, kMark, AsArgument(home_)});
  // It lives as long as its client, whatever the user's configuration says.
  arguments.insert(arguments.end(), {";", "set-option", "-t", target, "destroy-unattached", "off"});
  arguments.insert(arguments.end(),
                   {";", "set-option", "-w", "-t", target, "remain-on-exit", "off"});
  ProcessSpec spec = Command(std::move(arguments));
  spec.folder = folder;  // where tmux is run is where the session's windows begin
  Result<ProcessOutcome> run = RunProcess(spec, kPatience);
  // It came to a server that was ending, with the last session of before: nothing was made, and the
  // next one begins a server.
  for (int again = 0; again < kEndingServers && run && ServerEnded(*run); ++again) {
    run = RunProcess(spec, kPatience);
  }
  if (!run) return Fail(run.error().code, run.error().message);
  if (run->exit_code == 0) return {};
  if (Contains(run->err, "duplicate session")) {
    return Fail(ErrorCode::kAlreadyExists,
                "tmux has a session " + name +
                    " already. When it is not Katra's, rename it: tmux rename-session -t " + name +
                    " NEW-NAME");
  }
  return tl::unexpected<Error>(Failed(*run));
}

Result<std::vector<std::string>> Tmux::List() const {
  const Result<ProcessOutcome> run =
      Run({"list-sessions", "-F", std::string("#{session_name}\t#{") + kMark + "}"});
  if (!run) return Fail(run.error().code, run.error().message);
  std::vector<std::string> names;
  if (run->exit_code != 0) {
    if (NoServer(*run)) return names;
    return tl::unexpected<Error>(Failed(*run));
  }
  for (const std::string& line : Split(run->out, '\n')) {
    const size_t tab = line.find('\t');
    if (tab != std::string::npos && line.substr(tab + 1) == home_) {
      names.push_back(line.substr(0, tab));
    }
  }
  return names;
}

Result<bool> Tmux::Has(const std::string& name) const {
  const Result<std::vector<std::string>> names = List();
  if (!names) return Fail(names.error().code, names.error().message);
  return std::find(names->begin(), names->end(), name) != names->end();
}

Status Tmux::Kill(const std::string& name) const {
  const Result<bool> ours = Has(name);
  if (!ours) return Fail(ours.error().code, ours.error().message);
  if (!*ours) return {};
  const Result<ProcessOutcome> run = Run({"kill-session", "-t", "=" + name});
  if (!run) return Fail(run.error().code, run.error().message);
  if (run->exit_code == 0 || Contains(run->err, "can't find session") || NoServer(*run)) return {};
  return tl::unexpected<Error>(Failed(*run));
}

ProcessSpec Tmux::Attach(const std::string& name) const {
  const auto inside = environment_.find("TMUX");
  const bool within = inside != environment_.end() && !inside->second.empty();
  // Within the same server a client changes over; within another, it would nest.
  if (within && socket_.empty()) return Command({"switch-client", "-t", "=" + name});
  ProcessSpec spec = Command({"attach-session", "-t", "=" + name});
  spec.environment.erase("TMUX");
  return spec;
}

}  // namespace katra::cli
