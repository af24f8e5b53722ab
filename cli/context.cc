#include "cli/context.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <istream>
#include <ostream>
#include <utility>

#include "cli/exit_codes.h"
#include "cli/output.h"
#include "core/error_lines.h"
#include "core/text.h"
#include "core/user.h"

namespace katra::cli {
namespace {

constexpr int kMaxColumns = 1000;

// Returns 0 if it is not a number or out of bounds.
int Number(const Environment& environment, const char* name) {
  const auto found = environment.find(name);
  if (found == environment.end()) return 0;
  const std::string& text = found->second;
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() && number > 0 &&
                 number <= kMaxColumns
             ? number
             : 0;
}

}  // namespace

Context::Context(Deps deps)
    : deps_(std::move(deps)),
      user_home_(UserHome([this](const char* name) { return Variable(name); })) {
  // An unusable home is kept as given, and RunProgram refuses it.
  home_ = Variable("KATRA_HOME");
  if (home_.empty() && !user_home_.empty()) home_ = user_home_ + "/.katra";
  if (Result<std::string> home = KatraHome(home_, user_home_); home) home_ = std::move(*home);
}

std::string Context::Variable(const std::string& name) const {
  const auto found = deps_.environment.find(name);
  return found == deps_.environment.end() ? std::string() : found->second;
}

Result<store::Store*> Context::OpenStore() {
  if (store_) return store_.get();
  if (home_.empty()) {
    return Fail(ErrorCode::kInvalidArgument,
                "HOME is not set, so Katra's folder is unknown: set KATRA_HOME");
  }
  auto opened = deps_.open_store(home_, Call());
  if (!opened) return Pass(std::move(opened));
  store_ = std::move(*opened);
  return store_.get();
}

store::CallContext Context::Call(std::chrono::milliseconds patience) const {
  return {deps_.clock.Steady() + patience, nullptr};
}

Result<std::string> Context::ReadInput(size_t max_bytes) const {
  std::string text;
  std::array<char, 16'384> piece{};
  while (deps_.in.read(piece.data(), static_cast<std::streamsize>(piece.size())) ||
         deps_.in.gcount() > 0) {
    text.append(piece.data(), static_cast<size_t>(deps_.in.gcount()));
    if (text.size() > max_bytes) {
      return Fail(ErrorCode::kResourceExhausted,
                  "the text on stdin is longer than " + std::to_string(max_bytes) +
                      " bytes: shorten it, or write it to a file and say where it is");
    }
  }
  return text;
}

void Context::Tell(const std::string& text) const {
  const bool people = deps_.terminal.err && deps_.terminal.width > 0;
  deps_.err << WrapLines(deps_.program + ErrorLines(text), "",
                         {people ? static_cast<size_t>(deps_.terminal.width) : 0, false});
}

std::string Context::ForPeople(std::string message) const {
  // The longer ones before those that they begin with.
  static constexpr std::pair<std::string_view, std::string_view> kCommands[] = {
      {"katra_who_is_here", "who"},   {"katra_whoami", "whoami"},
      {"katra_remember", "remember"}, {"katra_receipts", "history --receipts"},
      {"katra_history", "history"},   {"katra_recall", "recall"},
      {"katra_forget", "forget"},     {"katra_claim", "claim"},
      {"katra_hear", "hear"},         {"katra_say", "say"}};
  for (const auto& [tool, command] : kCommands) {
    for (size_t at = message.find(tool); at != std::string::npos; at = message.find(tool, at)) {
      message.replace(at, tool.size(), "`" + program() + " " + std::string(command) + "`");
    }
  }
  return message;
}

int Context::PrintError(const Error& error) const {
  Tell(": " + ForPeople(error.message));
  return ExitCodeOf(error);
}

void Context::Warn(std::string_view message) const { Tell(": warning: " + std::string(message)); }

int Context::UsageError(std::string_view message, std::string_view command) const {
  deps_.err << deps_.program << ": " << ErrorLines(message) << "\nTry `" << deps_.program;
  if (!command.empty()) deps_.err << " " << command;
  deps_.err << " --help`.\n";
  return kExitUsage;
}

Environment ReadEnvironment() {
  Environment environment;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view pair = *entry;
    const size_t equals = pair.find('=');
    if (equals == std::string_view::npos) continue;
    environment.emplace(pair.substr(0, equals), pair.substr(equals + 1));
  }
  return environment;
}

Terminal DescribeTerminal(const Environment& environment) {
  Terminal terminal;
  terminal.in = isatty(STDIN_FILENO) == 1;
  terminal.out = isatty(STDOUT_FILENO) == 1;
  terminal.err = isatty(STDERR_FILENO) == 1;
  winsize size{};
  if (terminal.out && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
    terminal.width = size.ws_col;
    if (size.ws_row > 0) terminal.height = size.ws_row;
  } else {
    if (const int columns = Number(environment, "COLUMNS"); columns > 0) terminal.width = columns;
    if (const int lines = Number(environment, "LINES"); lines > 0) terminal.height = lines;
  }
  const auto no_colour = environment.find("NO_COLOR");
  const auto term = environment.find("TERM");
  terminal.colours = terminal.out &&
                     (no_colour == environment.end() || no_colour->second.empty()) &&
                     term != environment.end() && term->second != "dumb";
  return terminal;
}

}  // namespace katra::cli
