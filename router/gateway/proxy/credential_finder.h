// Finds the credential for an attempt: from a variable, printed by a command, returned by a
// platform in exchange for a login, or the client's own login. After a refusal it looks for another
// one. Knows where credentials come from; never sends one to the provider.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "core/known_secrets.h"
#include "router/credentials/copilot_tokens.h"
#include "router/credentials/key_commands.h"
#include "router/gateway/proxy/credential_sources.h"
#include "router/gateway/proxy/upstream_request.h"
#include "router/policy/policy.h"
#include "router/translate/errors.h"

namespace katra::router::gateway {

// Each Find() calls exactly one of these, once, from within the call or later.
class CredentialCallbacks {
 public:
  virtual ~CredentialCallbacks() = default;
  virtual void OnCredential(UpstreamCredential credential) = 0;
  // There is no credential for the candidate.
  virtual void OnNoCredential(const translate::ApiError& error) = 0;
  // There is no credential other than the refused one. `error` and `raw` are the arguments of
  // Renew(); `raw` may be nullptr.
  virtual void OnRefusalStands(const translate::ApiError& error, std::unique_ptr<RawReply> raw) = 0;
};

// For one request, whose candidates are tried one after another. On the loop's thread.
class CredentialFinder {
 public:
  // Borrowed: all of them outlive this.
  struct Deps {
    credentials::KeyCommands& commands;
    credentials::CopilotTokens& copilot;
    const CredentialSources& sources;
  };
  // Every credential is added to `secrets` before a callback gets it. `callbacks` outlives this.
  CredentialFinder(const Deps& deps, std::shared_ptr<KnownSecrets> secrets,
                   CredentialCallbacks& callbacks);

  // Finds the credential for `candidate`, which must stay valid until the next Find().
  void Find(const policy::Candidate& candidate);
  // Call when the attempt with the last credential has failed. True: it was refused, and there may
  // be another one; call Find() with the same candidate again. At most once per provider. Takes
  // `raw` if true.
  [[nodiscard]] bool Renew(const translate::ApiError& error, std::unique_ptr<RawReply>& raw);
  // The request has ended: no callback is called any more.
  void Cancel();

  // The last candidate uses the client's own login.
  [[nodiscard]] bool with_login() const { return with_login_; }
  // The credential's name in `katra usage --by key`; empty: no key and no login.
  [[nodiscard]] const std::string& name() const { return name_; }
  // All credentials that this request could use, for removal from texts.
  [[nodiscard]] std::vector<std::string> Values() const;

 private:
  struct Refusal {
    std::string text;  // the refused credential, as its command or exchange returned it
    translate::ApiError error;
    std::unique_ptr<RawReply> raw;
  };

  [[nodiscard]] const Provider& provider() const { return *candidate_->provider; }

  void Search();
  void TakeOutput(const credentials::KeyOutput& output);
  // `key` may have to be exchanged first.
  void TakeKey(std::string key);
  void Exchange(std::string login);
  void TakeToken(const cloud::CopilotToken& token);
  // The exchange refused the login. If a command printed it, it may be outdated: run it once more.
  void RefuseLogin(const std::string& why);
  void Give(std::string key, std::string base_url);
  void Fail(const std::string& why);
  [[nodiscard]] bool WasRefused(const std::string& text) const {
    return refusal_ != nullptr && refusal_->text == text;
  }
  void LetRefusalStand();
  // Forgets the refused credential. False: its source cannot give another one.
  [[nodiscard]] bool ForgetRefused(const translate::ApiError& error);
  [[nodiscard]] std::string NameOf(const UpstreamCredential& credential) const;

  Deps deps_;
  std::shared_ptr<KnownSecrets> secrets_;
  CredentialCallbacks& callbacks_;
  const policy::Candidate* candidate_ = nullptr;
  const KeyCommand* command_ = nullptr;  // prints the candidate's key; nullptr: no command does
  std::string text_;                     // what the command printed or the exchange returned
  std::string login_;                    // the login that was exchanged
  std::unique_ptr<credentials::KeyCommands::Waiting> running_;
  std::unique_ptr<credentials::CopilotTokens::Waiting> exchanging_;
  std::unique_ptr<Refusal> refusal_;  // set while another credential is sought
  std::set<std::string> renewed_;     // providers and logins whose source was queried again
  std::string name_;
  bool with_login_ = false;
};

}  // namespace katra::router::gateway
