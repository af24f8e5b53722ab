#include "router/credentials/key_commands.h"

#include <algorithm>
#include <utility>

#include "router/cloud/aws_credentials.h"

// The environment of this process.
extern char** environ;

namespace katra::router::credentials {
namespace {

// A key counts as expired this long before its expiry, because a request takes time to arrive.
constexpr std::chrono::seconds kMargin{60};

std::string NameOf(const KeyCommand& command) {
  std::string name;
  for (const std::string& word : command.words) (name += word) += '\0';
  return name;
}

// Variables of Katra's sessions and gateway tokens, which other programs must not see.
bool IsOfSession(std::string_view variable) {
  const size_t equals = variable.find('=');
  if (equals == std::string_view::npos) return false;
  const std::string_view name = variable.substr(0, equals);
  return (name.starts_with("KATRA_") && name != "KATRA_HOME") ||
         variable.substr(equals + 1).starts_with("katra_");
}

std::vector<std::string> ChildEnvironment(std::string* home) {
  std::vector<std::string> variables;
  for (char** variable = environ; variable != nullptr && *variable != nullptr; ++variable) {
    const std::string_view text = *variable;
    if (IsOfSession(text)) continue;
    if (text.starts_with("HOME=/")) *home = text.substr(5);
    variables.emplace_back(text);
  }
  return variables;
}

}  // namespace

const KeyOutput* KeyCommands::Find(const KeyCommand& command) {
  const auto found = entries_.find(NameOf(command));
  if (found == entries_.end() || !found->second.known) return nullptr;
  Entry& entry = found->second;
  if (!entry.good_until || clock_.Now() < *entry.good_until) return &entry.output;
  entry.known = false;
  entry.output = {};
  return nullptr;
}

std::unique_ptr<KeyCommands::Waiting> KeyCommands::Ask(const std::string& provider,
                                                       const KeyCommand& command, Ready ready) {
  auto waiting = std::make_unique<Waiting>(std::move(ready));
  Entry& entry = entries_[NameOf(command)];
  entry.waiting.push_back(waiting->ready_);
  if (entry.run) return waiting;
  uv::ProcessRun run;
  run.words = command.words;
  run.environment = ChildEnvironment(&run.folder);
  run.timeout = command.timeout;
  entry.run = uv::Process::Start(loop_, run, [this, provider, command](uv::ProcessEnd end) {
    Take(provider, command, std::move(end));
  });
  return waiting;
}

void KeyCommands::Take(const std::string& provider, const KeyCommand& command, uv::ProcessEnd end) {
  auto output = Read(provider, end);
  Entry& entry = entries_[NameOf(command)];
  const auto ended = std::move(entry.run);  // keeps the running process alive during its callback
  if (output) {
    const WallTime now = clock_.Now();
    entry.known = true;
    entry.output = *output;
    entry.good_until.reset();
    if (output->expires_at) {
      const auto left = *output->expires_at - now;
      entry.good_until = *output->expires_at - std::min<WallTime::duration>(kMargin, left / 2);
    } else if (command.lifetime.count() > 0) {
      entry.good_until = now + command.lifetime;
    }
  }
  const auto waiting = std::exchange(entry.waiting, {});
  for (const std::weak_ptr<Ready>& one : waiting) {
    if (const auto ready = one.lock()) (*ready)(output);
  }
}

Result<KeyOutput> KeyCommands::Read(const std::string& provider, const uv::ProcessEnd& end) const {
  using How = uv::ProcessEnd::How;
  const std::string shown = ShownStderr(end.err, end.out);
  const auto failed = [&](const std::string& what) {
    return tl::unexpected<Error>(KeyCommandError(provider, what, shown));
  };
  switch (end.how) {
    case How::kNotStarted:
      return failed("cannot be started (" + end.why + ")");
    case How::kTimedOut:
      return failed("did not end in time and was stopped");
    case How::kTooLong:
      return failed("printed more than a key");
    case How::kEnded:
      break;
  }
  if (end.exit_code != 0) {
    return failed("ended with exit code " + std::to_string(end.exit_code));
  }
  auto output = ReadKeyOutput(end.out, clock_.Now());
  if (!output) return failed(output.error().message);
  return output;
}

void KeyCommands::Refused(const KeyCommand& command, const std::string& text) {
  const auto found = entries_.find(NameOf(command));
  if (found == entries_.end() || !found->second.known || found->second.output.text != text) return;
  found->second.known = false;
  found->second.output = {};
}

void KeyCommands::EndAll() {
  for (auto& [name, entry] : entries_) entry.run.reset();
}

std::vector<std::string> KeyCommands::Values() const {
  std::vector<std::string> values;
  for (const auto& [name, entry] : entries_) {
    if (!entry.output.key.empty()) values.push_back(entry.output.key);
    if (!entry.output.key.empty() || entry.output.text.empty()) continue;
    for (std::string& part : cloud::SecretsIn(entry.output.text)) values.push_back(std::move(part));
  }
  return values;
}

}  // namespace katra::router::credentials
