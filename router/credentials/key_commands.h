// Keys and tokens that a program prints (api_key_command), for everything that asks providers: run
// when one is needed, kept in memory until the output's own expiry, the configured lifetime, or a
// provider's refusal. Never written anywhere, never part of a command line of ours.
//
// How to use it, in whatever asks a provider:
//   1. `Find(command)`: what is known and still good. Use `key` with CredentialHeaders
//      (credential.h), or read `text` where the output has a form of its own, e.g. the JSON of
//      `aws configure export-credentials`, whose "Expiration" is understood here already.
//   2. Nothing is known: `Ask(provider, command, ready)`, and go on in `ready`. Keep what it
//      returns; destroying that means that nobody waits any more, and the run goes on.
//   3. The provider answered 401 or 403: `Refused(command, text)` and ask once more. When `text`
//      is the same again, the refusal stands.
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

// On the loop's thread, all of it.
class KeyCommands {
 public:
  using Ready = std::function<void(const Result<KeyOutput>&)>;

  // Waits for a run. Destroyed, it is not told.
  class Waiting {
   public:
    explicit Waiting(Ready ready) : ready_(std::make_shared<Ready>(std::move(ready))) {}

   private:
    friend class KeyCommands;
    std::shared_ptr<Ready> ready_;
  };

  // Borrowed: both outlive this.
  KeyCommands(uv::Loop& loop, const Clock& clock) : loop_(loop), clock_(clock) {}

  // nullptr: Ask. Valid until the next call.
  [[nodiscard]] const KeyOutput* Find(const KeyCommand& command);

  // Runs the command, or joins the run that is under way: one at a time for each command. `ready`
  // is never called from within, and may destroy the Waiting. Its error (kUnavailable) names
  // `provider`, says what the command did, a bounded part of its stderr without secrets, and what
  // to do. The command gets the gateway's own environment without Katra's variables of a session,
  // runs in the user's home folder, and has no input and no terminal.
  [[nodiscard]] std::unique_ptr<Waiting> Ask(const std::string& provider, const KeyCommand& command,
                                             Ready ready);

  // A provider did not take what `text` holds: it is forgotten, unless a newer run has replaced it.
  void Refused(const KeyCommand& command, const std::string& text);

  // Kills the runs that are under way; who waits for them is not told. For the end of the program.
  void EndAll();

  // All keys that are held, so that they can be taken out of texts.
  [[nodiscard]] std::vector<std::string> Values() const;

 private:
  struct Entry {
    KeyOutput output;
    bool known = false;
    std::optional<WallTime> good_until;  // nothing: until it is refused
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
