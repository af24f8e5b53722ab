// Where one session's credentials come from: its client's own login, variables, or a command that
// prints a key. Says which of them is for which candidate; asks nobody and keeps no key.
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
  // Borrowed: all of them outlive this. `format`: of the client. A login that came with one format
  // is for other plans and providers than one that came with the other.
  CredentialSources(KeyRing& keys, const Caller& caller, const PersonaConfig& persona,
                    CallerFormat format)
      : keys_(keys),
        caller_(caller),
        persona_(persona),
        openai_client_(format == CallerFormat::kOpenAi) {}

  // Whether it is asked at the host of a plan that a client of this format may have.
  [[nodiscard]] bool IsPlan(const policy::Candidate& candidate) const;
  // Whether the client's own login pays for what it answers; no key is used then.
  [[nodiscard]] bool OnPlan(const policy::Candidate& candidate) const {
    return persona_.own_login && IsPlan(candidate);
  }
  // The client's login as far as it may go there.
  [[nodiscard]] Login OwnLogin(const policy::Candidate& candidate) const;
  // `provider` as it is asked where the client's own login pays.
  [[nodiscard]] const Provider& AskedOnLogin(const Provider& provider) const;

  // The variables that may hold its key, in the order in which they are tried; empty: no key is
  // needed, or a command prints it.
  [[nodiscard]] std::vector<std::string> VariablesOf(const Provider& provider) const {
    return ApiKeyEnvs(&persona_, provider);
  }
  // What the session, or else the gateway's environment, has in `variable`; empty: nothing.
  [[nodiscard]] std::string ValueOf(const std::string& variable) const {
    return keys_.Find(caller_.token_id, variable);
  }
  // What several variables hold together, where no one variable is named; empty: nothing.
  [[nodiscard]] std::string KeyOfEnvironment(const Provider& provider) const;
  // nullptr: none prints its key. Belongs to `provider`.
  [[nodiscard]] const KeyCommand* CommandOf(const Provider& provider) const {
    return KeyCommandOf(&persona_, provider);
  }

  // The different keys for it that are there, in the order of the configuration. At least one: the
  // login, the command, or what is missing.
  [[nodiscard]] std::vector<credentials::ProviderKey> KeysOf(
      const policy::Candidate& candidate) const;

  // Keys and logins of the session itself, so that they can be taken out of texts.
  [[nodiscard]] std::vector<std::string> Values() const;

 private:
  // A hash of what it is asked with.
  [[nodiscard]] std::string CredentialOf(const policy::Candidate& candidate) const;

  KeyRing& keys_;
  const Caller& caller_;
  const PersonaConfig& persona_;
  bool openai_client_;
};

}  // namespace katra::router::gateway
