// Finds the credential that an attempt goes with: of a variable, printed by a command, given by a
// platform in exchange for a login, or the client's own login. After a refusal it looks for another
// one. Knows where credentials come from, and sends none to the provider itself.
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

// One of them is called for each Find(), once; from within it or later.
class CredentialCallbacks {
 public:
  virtual ~CredentialCallbacks() = default;
  virtual void OnCredential(UpstreamCredential credential) = 0;
  // The candidate cannot be asked: there is no credential for it.
  virtual void OnNoCredential(const translate::ApiError& error) = 0;
  // Another credential was looked for, and there is none but the refused one. `error` and `raw` are
  // those that were given to Renew(); `raw` may be nullptr.
  virtual void OnRefusalStands(const translate::ApiError& error, std::unique_ptr<RawReply> raw) = 0;
};

// For one request, and its candidates one after the other. On the loop's thread.
class CredentialFinder {
 public:
  // Borrowed: all of them outlive this.
  struct Deps {
    credentials::KeyCommands& commands;
    credentials::CopilotTokens& copilot;
    const CredentialSources& sources;
  };
  // `secrets`: every credential is added before it is given out. `callbacks` outlives this.
  CredentialFinder(const Deps& deps, std::shared_ptr<KnownSecrets> secrets,
                   CredentialCallbacks& callbacks);

  // Of `candidate`, which is valid until the next Find().
  void Find(const policy::Candidate& candidate);
  // The attempt with the last credential has failed. True: it was refused, and there may be another
  // one; Find() the same candidate again, once for each provider. `raw` is taken then.
  [[nodiscard]] bool Renew(const translate::ApiError& error, std::unique_ptr<RawReply>& raw);
  // The request has ended: nothing is called any more.
  void Cancel();

  // The last one that was looked for goes with the client's own login.
  [[nodiscard]] bool with_login() const { return with_login_; }
  // What `katra usage --by key` calls it; empty: no key and no login.
  [[nodiscard]] const std::string& name() const { return name_; }
  // All that this request could go with, so that it can be taken out of texts.
  [[nodiscard]] std::vector<std::string> Values() const;

 private:
  struct Refusal {
    std::string text;  // what was refused, as its command or exchange gave it
    translate::ApiError error;
    std::unique_ptr<RawReply> raw;
  };

  [[nodiscard]] const Provider& provider() const { return *candidate_->provider; }

  void Search();
  void TakeOutput(const credentials::KeyOutput& output);
  // A key that may have to be exchanged first.
  void TakeKey(std::string key);
  void Exchange(std::string login);
  void TakeToken(const cloud::CopilotToken& token);
  // The exchange refused it. One that a command printed may be an old one: it is asked once more.
  void RefuseLogin(const std::string& why);
  void Give(std::string key, std::string base_url);
  void Fail(const std::string& why);
  [[nodiscard]] bool WasRefused(const std::string& text) const {
    return refusal_ != nullptr && refusal_->text == text;
  }
  void LetRefusalStand();
  // Forgets what was refused. False: it is nothing that could be had anew.
  [[nodiscard]] bool ForgetRefused(const translate::ApiError& error);
  [[nodiscard]] std::string NameOf(const UpstreamCredential& credential) const;

  Deps deps_;
  std::shared_ptr<KnownSecrets> secrets_;
  CredentialCallbacks& callbacks_;
  const policy::Candidate* candidate_ = nullptr;
  const KeyCommand* command_ = nullptr;  // that prints its key; nullptr: none does
  std::string text_;                     // what the command printed, or the exchange gave
  std::string login_;                    // that was exchanged
  std::unique_ptr<credentials::KeyCommands::Waiting> running_;
  std::unique_ptr<credentials::CopilotTokens::Waiting> exchanging_;
  std::unique_ptr<Refusal> refusal_;  // while another credential is looked for
  std::set<std::string> renewed_;     // providers and logins whose source was asked again
  std::string name_;
  bool with_login_ = false;
};

}  // namespace katra::router::gateway
