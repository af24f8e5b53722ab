#include "cli/sessions/tmux.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <iterator>
#include <string_view>
#include <system_error>

#include <poll.h>
#include <unistd.h>

#include "cli/clients/agent.h"
#include "cli/sessions/programs.h"
#include "core/sha256.h"
#include "core/text.h"

namespace katra::cli {
namespace {

constexpr std::chrono::seconds kPatience{10};
constexpr int kEndingServers = 3;  // in a row
// The option that marks Katra's sessions; its value is the home.
constexpr const char* kMark = "@katra_home";

bool Contains(const std::string& text, const char* part) {
  return text.find(part) != std::string::npos;
}

bool ServerEnded(const ProcessOutcome& outcome) {
  return outcome.exit_code != 0 &&
         (Contains(outcome.err, "server exited") || Contains(outcome.err, "lost server"));
}

// No server means no sessions.
bool NoServer(const ProcessOutcome& outcome) {
  return Contains(outcome.err, "no server running") ||
         Contains(outcome.err, "error connecting to") || Contains(outcome.err, "no sessions") ||
         Contains(outcome.err, "server exited");
}

// The variables that a terminal and its shells need. A tmux server keeps the environment of the
// process that started it and exposes it to all sessions, and tmux clients send theirs, so it is
// given nothing else: a key may be in a variable of any name.
bool IsForTmux(const std::string& name) {
  constexpr std::array<std::string_view, 25> kNames = {"HOME",
                                                       "PATH",
                                                       "SHELL",
                                                       "USER",
                                                       "LOGNAME",
                                                       "LANG",
                                                       "LANGUAGE",
                                                       "TERM",
                                                       "TERMINFO",
                                                       "TERMINFO_DIRS",
                                                       "COLORTERM",
                                                       "TERM_PROGRAM",
                                                       "TMUX",
                                                       "TMUX_PANE",
                                                       "TMUX_TMPDIR",
                                                       "TMPDIR",
                                                       "TZ",
                                                       "PWD",
                                                       "DISPLAY",
                                                       "WAYLAND_DISPLAY",
                                                       "SSH_AUTH_SOCK",
                                                       "SSH_CONNECTION",
                                                       "WINDOWID",
                                                       "EDITOR",
                                                       "VISUAL"};
  constexpr std::array<std::string_view, 2> kFamilies = {"LC_", "XDG_"};
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end() ||
         std::any_of(kFamilies.begin(), kFamilies.end(),
                     [&name](std::string_view family) { return name.starts_with(family); });
}

Environment ForTmux(Environment environment) {
  for (auto variable = environment.begin(); variable != environment.end();) {
    variable = IsForTmux(variable->first) ? std::next(variable) : environment.erase(variable);
  }
  return environment;
}

// tmux treats a semicolon at the end of a word as the end of a command.
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
              ForTmux(context.environment()));
}

Result<Tmux> Tmux::Find(const Context& context, const std::string& path) {
  Result<Tmux> tmux = Find(context);
  if (tmux) tmux->path_ = path;
  return tmux;
}

bool Tmux::IsUsualServer() const {
  const auto variable = [this](const char* name) {
    const auto found = environment_.find(name);
    return found == environment_.end() ? std::string() : found->second;
  };
  // "/tmp/tmux-1000/default,1234,0": inside tmux, that server is the default.
  const std::string inside = variable("TMUX");
  if (!inside.empty()) return inside.starts_with(path_ + ",");
  const std::string folder = variable("TMUX_TMPDIR");
  const std::string usual =
      (folder.empty() ? "/tmp" : folder) + "/tmux-" + std::to_string(geteuid()) + "/default";
  std::error_code failed;
  return path_ == usual || (std::filesystem::equivalent(path_, usual, failed) && !failed);
}

std::string Tmux::Typed(const std::string& command) const {
  if (!path_.empty()) {
    return IsUsualServer() ? "tmux " + command : "tmux -S " + ShellQuoted(path_) + " " + command;
  }
  if (!socket_.empty()) return "tmux -L " + ShellQuoted(socket_) + " " + command;
  return "tmux " + command;
}

Error Tmux::Failed(const ProcessOutcome& outcome) const {
  return Fail(ErrorCode::kUnavailable, "tmux failed: " + OneLine(Trim(outcome.err), 300) +
                                           "; try `" + Typed("list-sessions") + "`")
      .value();
}

ProcessSpec Tmux::Command(std::vector<std::string> arguments) const {
  if (!path_.empty()) {
    arguments.insert(arguments.begin(), {"-S", path_});
    return {program_, std::move(arguments), environment_, {}};
  }
  if (!socket_.empty()) arguments.insert(arguments.begin(), {"-L", socket_});
  return {program_, std::move(arguments), environment_, {}};
}

Result<ProcessOutcome> Tmux::Run(std::vector<std::string> arguments) const {
  return RunProcess(Command(std::move(arguments)), kPatience);
}

std::string Tmux::OwnNameFor(const std::string& persona) const {
  constexpr size_t kDigits = 6;
  return NameFor(persona) + "-" + Sha256Hex(home_).substr(0, kDigits);
}

Result<Tmux::Made> Tmux::New(const std::string& persona, const std::string& folder,
                             const std::vector<std::string>& command) const {
  Result<Made> made = NewNamed(NameFor(persona), folder, command);
  if (made || made.error().code != ErrorCode::kAlreadyExists) return made;
  // If a session with that name does not belong to any Katra home, the user has to rename it.
  const Result<std::string> mark = MarkOf(NameFor(persona));
  if (!mark || mark->empty() || IsOurs(*mark)) return made;
  return NewNamed(OwnNameFor(persona), folder, command);
}

Result<Tmux::Made> Tmux::NewNamed(const std::string& name, const std::string& folder,
                                  const std::vector<std::string>& command) const {
  std::vector<std::string> arguments = {"new-session", "-d", "-P", "-F",  "#{pid} #{socket_path}",
                                        "-s",          name, "-x", "120", "-y",
                                        "40",          "--"};
  arguments.insert(arguments.end(), command.begin(), command.end());
  const std::string target = "=" + name + ":";
  // Marked in the same call, so that it is never unmarked.
  arguments.insert(arguments.end(), {";", "set-option", "-t", target, kMark, AsArgument(home_)});
  // It lives exactly as long as its client, whatever the user's configuration.
  arguments.insert(arguments.end(), {";", "set-option", "-t", target, "destroy-unattached", "off"});
  arguments.insert(arguments.end(),
                   {";", "set-option", "-w", "-t", target, "remain-on-exit", "off"});
  ProcessSpec spec = Command(std::move(arguments));
  spec.folder = folder;  // new windows start in tmux's working folder
  Result<ProcessOutcome> run = RunProcess(spec, kPatience);
  // The server was just exiting with its last session: nothing was created, and another try starts
  // a new server.
  for (int again = 0; again < kEndingServers && run && ServerEnded(*run); ++again) {
    run = RunProcess(spec, kPatience);
  }
  if (!run) return Fail(run.error().code, run.error().message);
  if (run->exit_code == 0) {
    const std::string_view told = Trim(run->out);
    Made made{name, 0, {}};
    std::from_chars(told.data(), told.data() + told.size(), made.server);
    const size_t space = told.find(' ');
    if (space != std::string_view::npos) made.server_path = told.substr(space + 1);
    return made;
  }
  if (Contains(run->err, "duplicate session")) {
    return Fail(ErrorCode::kAlreadyExists, "tmux has a session " + name +
                                               " already. When it is not Katra's, rename it: " +
                                               Typed("rename-session -t " + name + " NEW-NAME"));
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
    if (tab != std::string::npos && IsOurs(line.substr(tab + 1))) {
      names.push_back(line.substr(0, tab));
    }
  }
  return names;
}

// Links may give a home several paths.
bool Tmux::IsOurs(const std::string& mark) const {
  if (mark == home_) return true;
  std::error_code failed;
  return !mark.empty() && std::filesystem::equivalent(mark, home_, failed) && !failed;
}

Result<std::string> Tmux::MarkOf(const std::string& name) const {
  const Result<ProcessOutcome> run =
      Run({"show-options", "-v", "-q", "-t", "=" + name + ":", kMark});
  if (!run) return Fail(run.error().code, run.error().message);
  return run->exit_code == 0 ? std::string(Trim(run->out)) : std::string();
}

Result<std::map<std::string, Tmux::Look>> Tmux::Screens(
    const std::vector<std::string>& names) const {
  std::map<std::string, Look> looks;
  const Result<ProcessOutcome> listed =
      Run({"list-sessions", "-F",
           std::string("#{session_name}\t#{window_activity}\t#{") + kMark + "}"});
  if (!listed) return tl::unexpected<Error>(listed.error());
  std::vector<std::string> found;
  for (const std::string& line : Split(listed->out, '\n')) {
    const std::vector<std::string> fields = Split(line, '\t');
    if (fields.size() != 3 || !IsOurs(fields[2])) continue;
    if (std::find(names.begin(), names.end(), fields[0]) == names.end()) continue;
    int64_t seconds = 0;
    std::from_chars(fields[1].data(), fields[1].data() + fields[1].size(), seconds);
    looks[fields[0]].changed_at = FromUnixMillis(seconds * 1000);
    found.push_back(fields[0]);
  }
  if (found.empty()) return looks;
  // All in one call; each screen is followed by a form feed, which no screen contains.
  std::vector<std::string> arguments;
  for (const std::string& name : found) {
    if (!arguments.empty()) arguments.emplace_back(";");
    arguments.insert(arguments.end(), {"capture-pane", "-p", "-t", "=" + name + ":", ";",
                                       "display-message", "-p", "-t", "=" + name + ":", "\f"});
  }
  const Result<ProcessOutcome> shown = Run(std::move(arguments));
  if (!shown) return tl::unexpected<Error>(shown.error());
  // If a session has ended meanwhile, the output stops there, and later ones have no text.
  const std::vector<std::string> texts = Split(shown->out, '\f');
  for (size_t i = 0; i < found.size() && i + 1 < texts.size(); ++i) {
    std::string& text = looks[found[i]].text;
    text = texts[i];
    text.erase(0, text.find_first_not_of(" \n"));
    text.erase(text.find_last_not_of(" \n") + 1);
  }
  return looks;
}

Result<bool> Tmux::Has(const std::string& name) const {
  const Result<std::vector<std::string>> names = List();
  if (!names) return Fail(names.error().code, names.error().message);
  return std::find(names->begin(), names->end(), name) != names->end();
}

Status Tmux::Type(const std::string& name, const std::string& line) const {
  // A client that is sent both at once takes Enter for a part of pasted text.
  constexpr int kMillisBeforeEnter = 500;
  const Result<bool> ours = Has(name);
  if (!ours) return Fail(ours.error().code, ours.error().message);
  if (!*ours) return Fail(ErrorCode::kNotFound, "tmux has no session " + name + " of this home");
  const std::string target = "=" + name + ":";
  const Result<ProcessOutcome> typed = Run({"send-keys", "-t", target, "-l", "--", line});
  if (!typed) return Fail(typed.error().code, typed.error().message);
  if (typed->exit_code != 0) return tl::unexpected<Error>(Failed(*typed));
  poll(nullptr, 0, kMillisBeforeEnter);
  const Result<ProcessOutcome> entered = Run({"send-keys", "-t", target, "Enter"});
  if (!entered) return Fail(entered.error().code, entered.error().message);
  if (entered->exit_code != 0) return tl::unexpected<Error>(Failed(*entered));
  return {};
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
  // "/tmp/tmux-1000/default,1234,0"
  const bool same =
      path_.empty() ? socket_.empty() : within && inside->second.starts_with(path_ + ",");
  // In the same server the client switches; in another it would be nested.
  if (within && same) return Command({"switch-client", "-t", "=" + name});
  ProcessSpec spec = Command({"attach-session", "-t", "=" + name});
  spec.environment.erase("TMUX");
  return spec;
}

}  // namespace katra::cli
