#include "router/gateway/proxy/credential_finder.h"

#include <utility>

#include "core/text.h"
#include "router/cloud/aws_credentials.h"
#include "router/cloud/request_shape.h"
#include "router/gateway/proxy/platform_request.h"

namespace katra::router::gateway {
namespace {

using translate::ApiError;
using translate::Failure;

bool IsRefusal(const ApiError& error) {
  return error.failure == Failure::kAuthentication || error.failure == Failure::kPermission;
}

}  // namespace

CredentialFinder::CredentialFinder(const Deps& deps, std::shared_ptr<KnownSecrets> secrets,
                                   CredentialCallbacks& callbacks)
    : deps_(deps), secrets_(std::move(secrets)), callbacks_(callbacks) {}

void CredentialFinder::Find(const policy::Candidate& candidate) {
  candidate_ = &candidate;
  text_.clear();
  Search();
}

void CredentialFinder::Search() {
  command_ = nullptr;
  if (deps_.sources.OnPlan(*candidate_)) {
    TakeKey({});
    return;
  }
  if (const std::string missing = cloud::MissingPart(provider()); !missing.empty()) {
    callbacks_.OnNoCredential(translate::NoKey(missing));
    return;
  }
  if (std::string key = deps_.sources.KeyOfEnvironment(provider()); !key.empty()) {
    TakeKey(std::move(key));
    return;
  }
  command_ = deps_.sources.CommandOf(provider());
  if (command_ == nullptr) {
    TakeKey(deps_.sources.ValueOf(candidate_->key_env));
    return;
  }
  if (const credentials::KeyOutput* known = deps_.commands.Find(*command_)) {
    TakeOutput(*known);
    return;
  }
  running_ = deps_.commands.Ask(provider().name, *command_,
                                [this](const Result<credentials::KeyOutput>& output) {
                                  const auto ended = std::move(running_);
                                  if (output) {
                                    TakeOutput(*output);
                                  } else {
                                    Fail(output.error().message);
                                  }
                                });
}

void CredentialFinder::TakeOutput(const credentials::KeyOutput& output) {
  if (WasRefused(output.text)) {
    LetRefusalStand();
    return;
  }
  const bool aws = provider().platform == Platform::kBedrock;
  if (output.key.empty() && !aws) {
    Fail(credentials::KeyCommandError(provider().name,
                                      "printed JSON without a key: it must hold one as "
                                      "api_key, token or access_token",
                                      "")
             .message);
    return;
  }
  text_ = output.text;
  TakeKey(output.key.empty() ? output.text : output.key);
}

void CredentialFinder::TakeKey(std::string key) {
  const Platform platform = provider().platform;
  if (platform == Platform::kCopilot && !key.empty()) {
    Exchange(std::move(key));
    return;
  }
  if (platform == Platform::kBedrock && !key.empty()) {
    if (const auto read = cloud::ReadAwsCredentials(key); !read) {
      Fail(read.error().message);
      return;
    }
  }
  Give(std::move(key), {});
}

void CredentialFinder::Exchange(std::string login) {
  secrets_->Add(login);
  login_ = std::move(login);
  if (const cloud::CopilotToken* known = deps_.copilot.Find(provider(), login_)) {
    TakeToken(*known);
    return;
  }
  exchanging_ =
      deps_.copilot.Ask(provider(), login_, [this](const Result<cloud::CopilotToken>& token) {
        const auto ended = std::move(exchanging_);
        if (token) {
          TakeToken(*token);
        } else if (token.error().code == ErrorCode::kUnavailable) {
          callbacks_.OnNoCredential(
              translate::NoAnswer(provider().name + ": " + token.error().message));
        } else {
          RefuseLogin(token.error().message);
        }
      });
}

void CredentialFinder::TakeToken(const cloud::CopilotToken& token) {
  if (WasRefused(token.token)) {
    LetRefusalStand();
    return;
  }
  text_ = token.token;
  Give(token.token, token.api_url);
}

void CredentialFinder::RefuseLogin(const std::string& why) {
  const bool again = command_ != nullptr && renewed_.insert("login of " + login_).second;
  if (!again) {
    Fail(why);
    return;
  }
  deps_.commands.Refused(*command_, text_);
  Search();
}

void CredentialFinder::Give(std::string key, std::string base_url) {
  UpstreamCredential found{std::move(key), std::move(base_url), {}};
  if (found.key.empty()) found.login = deps_.sources.OwnLogin(*candidate_);
  with_login_ = !found.login.empty();
  name_ = NameOf(found);
  if (!found.key.empty()) {
    for (const std::string& secret : SecretsOfKey(provider(), found.key)) secrets_->Add(secret);
  } else if (!with_login_) {
    if (deps_.sources.OnPlan(*candidate_)) {
      callbacks_.OnNoCredential(NoLogin(provider()));
      return;
    }
    const std::vector<std::string> variables = deps_.sources.VariablesOf(provider());
    if (!variables.empty()) {
      callbacks_.OnNoCredential(
          translate::NoKey("no key for " + provider().title + ": set " + Join(variables, " or ") +
                           " where the session is started, and start it again"));
      return;
    }
  }
  callbacks_.OnCredential(std::move(found));
}

void CredentialFinder::Fail(const std::string& why) {
  if (refusal_ != nullptr) {
    refusal_->error.message += "; for another key, " + why;
    refusal_->raw.reset();  // the raw reply lacks this addition
    LetRefusalStand();
    return;
  }
  callbacks_.OnNoCredential(translate::NoKey("no key for " + provider().title + ": " + why));
}

void CredentialFinder::LetRefusalStand() {
  const auto refusal = std::exchange(refusal_, nullptr);
  callbacks_.OnRefusalStands(refusal->error, std::move(refusal->raw));
}

bool CredentialFinder::Renew(const ApiError& error, std::unique_ptr<RawReply>& raw) {
  const bool again = ForgetRefused(error) && renewed_.insert(provider().name).second;
  if (!again) {
    refusal_.reset();
    return false;
  }
  refusal_ = std::make_unique<Refusal>(Refusal{std::exchange(text_, {}), error, std::move(raw)});
  return true;
}

bool CredentialFinder::ForgetRefused(const ApiError& error) {
  if (text_.empty() || !IsRefusal(error)) return false;
  const bool token = provider().platform == Platform::kCopilot;
  if (token && error.failure == Failure::kAuthentication) {
    deps_.copilot.Refused(provider(), login_, text_);
    return true;
  }
  if (command_ == nullptr) return false;
  deps_.commands.Refused(*command_, text_);
  return true;
}

void CredentialFinder::Cancel() {
  running_.reset();
  exchanging_.reset();
}

std::vector<std::string> CredentialFinder::Values() const {
  std::vector<std::string> values = deps_.commands.Values();
  for (std::string& token : deps_.copilot.Values()) values.push_back(std::move(token));
  for (std::string& own : deps_.sources.Values()) values.push_back(std::move(own));
  return values;
}

std::string CredentialFinder::NameOf(const UpstreamCredential& credential) const {
  if (credential.key.empty()) return credential.login.empty() ? "" : "client's login";
  if (command_ != nullptr) return "command of " + provider().name;
  if (!candidate_->key_env.empty()) return candidate_->key_env;
  return EnvironmentKeyName(provider(), credential.key);
}

}  // namespace katra::router::gateway
