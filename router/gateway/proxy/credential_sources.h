// Where a session's credentials come from: its client's own login, variables, or a command that
// prints a key. Decides which of them a candidate uses. Runs nothing and keeps no key.
#pragma once

#include <string>
#include <vector>

#include "router/config/config.h"
#include "router/credentials/key_rests.h"
#include "router/gateway/access/caller.h"
#include "router/gateway/access/login.h"
#include "router/policy/policy.h"

namespace katra::router::gateway {

// On the loop's thread.
class CredentialSources {
 public:
  // Borrowed: all of them outlive this. `format`: the client's. Logins of Anthropic's and OpenAI's
  // clients are valid for different plans and providers.
  CredentialSources(KeyRing& keys, const Caller& caller, const PersonaConfig& persona,
                    CallerFormat format)
      : keys_(keys),
        caller_(caller),
        persona_(persona),
        openai_client_(format == CallerFormat::kOpenAi) {}

  // Whether the candidate's host is that of a plan that a client of this format may have.
  [[nodiscard]] bool IsPlan(const policy::Candidate& candidate) const;
  // Whether the candidate is used with the client's own login; no key is used then.
  [[nodiscard]] bool OnPlan(const policy::Candidate& candidate) const {
    return persona_.own_login && IsPlan(candidate);
  }
  // The parts of the client's login that may be sent to the candidate.
  [[nodiscard]] Login OwnLogin(const policy::Candidate& candidate) const;
  // `provider` with the addresses that are used with the client's own login.
  [[nodiscard]] const Provider& AskedOnLogin(const Provider& provider) const;

  // The variables that may contain the provider's key, in the order in which they are tried. Empty:
  // no key is needed, or a command prints it.
  [[nodiscard]] std::vector<std::string> VariablesOf(const Provider& provider) const {
    return ApiKeyEnvs(&persona_, provider);
  }
  // The value of `variable` in the session, otherwise in the gateway's environment; empty: unset.
  [[nodiscard]] std::string ValueOf(const std::string& variable) const {
    return keys_.Find(caller_.token_id, variable);
  }
  // The key of a provider whose credential consists of several variables; empty: none.
  [[nodiscard]] std::string KeyOfEnvironment(const Provider& provider) const;
  // The command that prints the provider's key, or nullptr. Owned by `provider`.
  [[nodiscard]] const KeyCommand* CommandOf(const Provider& provider) const {
    return KeyCommandOf(&persona_, provider);
  }

  // The candidate's distinct keys that are set, in the order of the configuration. At least one
  // entry: otherwise the login, the command, or the missing variable.
  [[nodiscard]] std::vector<credentials::ProviderKey> KeysOf(
      const policy::Candidate& candidate) const;

  // Keys and logins of the session itself, for removal from texts.
  [[nodiscard]] std::vector<std::string> Values() const;

 private:
  // A hash of the candidate's credential.
  [[nodiscard]] std::string CredentialOf(const policy::Candidate& candidate) const;

  KeyRing& keys_;
  const Caller& caller_;
  const PersonaConfig& persona_;
  bool openai_client_;
};

}  // namespace katra::router::gateway
