// Keys and tokens printed by a program (api_key_command), shared by all code that sends requests to
// providers. A command runs when a key is needed; the key is kept in memory until the output's own
// expiry, the configured lifetime, or a refusal by the provider. It is never written anywhere and
// never part of a command line.
//
// Usage:
//   1. `Find(command)` returns the output if it is known and still valid. Use `key` with
//      CredentialHeaders (credential.h), or parse `text` if the output has its own format, e.g.
//      the JSON of `aws configure export-credentials`, whose "Expiration" is already handled here.
//   2. If it returns nullptr: `Ask(provider, command, ready)`, and continue in `ready`. Keep the
//      returned object; destroying it cancels the wait, but not the run.
//   3. If the provider answers 401 or 403: `Refused(command, text)` and ask once more. If `text` is
//      the same again, the refusal stands.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/clock.h"
#include "core/uv/process.h"
#include "router/credentials/key_output.h"
#include "router/providers/provider.h"

namespace katra::router::credentials {

// Used on the loop's thread.
class KeyCommands {
 public:
  using Ready = std::function<void(const Result<KeyOutput>&)>;

  // Waits for a run. If it is destroyed first, `ready` is not called.
  class Waiting {
   public:
    explicit Waiting(Ready ready) : ready_(std::make_shared<Ready>(std::move(ready))) {}

   private:
    friend class KeyCommands;
    std::shared_ptr<Ready> ready_;
  };

  // Both are borrowed and outlive this object.
  KeyCommands(uv::Loop& loop, const Clock& clock) : loop_(loop), clock_(clock) {}

  // The cached output; nullptr: call Ask. Valid until the next call.
  [[nodiscard]] const KeyOutput* Find(const KeyCommand& command);

  // Runs the command, or joins a running one: each command runs at most once at a time. Never calls
  // `ready` before it returns; `ready` may destroy the Waiting. The error (kUnavailable) names
  // `provider` and says what the command did, with part of its stderr without secrets, and the next
  // step. The command gets the gateway's environment without Katra's session variables, runs in the
  // user's home folder, and has no input and no terminal.
  [[nodiscard]] std::unique_ptr<Waiting> Ask(const std::string& provider, const KeyCommand& command,
                                             Ready ready);

  // Forgets the output `text`, which a provider refused, unless a newer run has replaced it.
  void Refused(const KeyCommand& command, const std::string& text);

  // Kills running commands without calling their waiters. For the end of the program.
  void EndAll();

  // All cached keys, for redaction of texts.
  [[nodiscard]] std::vector<std::string> Values() const;

 private:
  struct Entry {
    KeyOutput output;
    bool known = false;
    std::optional<WallTime> good_until;  // nullopt: until it is refused
    std::unique_ptr<uv::Process> run;
    std::vector<std::weak_ptr<Ready>> waiting;
  };

  void Take(const std::string& provider, const KeyCommand& command, uv::ProcessEnd end);
  [[nodiscard]] Result<KeyOutput> Read(const std::string& provider,
                                       const uv::ProcessEnd& end) const;

  uv::Loop& loop_;
  const Clock& clock_;
  std::map<std::string, Entry> entries_;  // by the command's words
};

}  // namespace katra::router::credentials
