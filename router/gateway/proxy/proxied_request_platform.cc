// With which credential a request goes to a platform: AWS keys of the environment, and the
// token that GitHub gives in exchange for a login.
#include <utility>

#include "router/cloud/aws_credentials.h"
#include "router/gateway/proxy/proxied_request.h"

namespace katra::router::gateway {

using translate::ApiError;
using translate::Failure;

std::string ProxiedRequest::KeyOfEnvironment(const Provider& provider) const {
  if (provider.credential_envs.empty() || !ApiKeyEnv(&persona_, provider).empty()) {
    return {};
  }
  return cloud::AwsFromVariables(
      [&](const std::string& name) { return services_.keys.Find(caller_.token_id, name); });
}

std::string ProxiedRequest::NameOfKey(const UpstreamPlan& plan) const {
  if (plan.key.empty()) return plan.login.empty() ? "" : "client's login";
  if (command_ != nullptr) return "command of " + current_->provider->name;
  if (!current_->key_env.empty()) return current_->key_env;
  return EnvironmentKeyName(*current_->provider, plan.key);
}

void ProxiedRequest::LaunchWith(std::string key) {
  const Platform platform = current_->provider->platform;
  if (platform == Platform::kCopilot && !key.empty()) {
    ExchangeLogin(std::move(key));
    return;
  }
  if (platform == Platform::kBedrock && !key.empty()) {
    if (const auto read = cloud::ReadAwsCredentials(key); !read) {
      FailWithoutKey(read.error().message);
      return;
    }
  }
  LaunchAt(std::move(key), {});
}

void ProxiedRequest::ExchangeLogin(std::string login) {
  secrets_->Add(login);
  login_ = std::move(login);
  const Provider& provider = *current_->provider;
  if (const cloud::CopilotToken* known = services_.copilot.Find(provider, login_)) {
    TakeToken(*known);
    return;
  }
  exchanging_ =
      services_.copilot.Ask(provider, login_, [this](const Result<cloud::CopilotToken>& token) {
        const auto ended = std::move(exchanging_);
        if (done_) return;
        if (token) {
          TakeToken(*token);
        } else if (token.error().code == ErrorCode::kUnavailable) {
          OnFailed(translate::NoAnswer(current_->provider->name + ": " + token.error().message),
                   nullptr);
        } else {
          RefuseLogin(token.error().message);
        }
      });
}

void ProxiedRequest::RefuseLogin(const std::string& why) {
  const bool again = command_ != nullptr && renewed_.insert("login of " + login_).second;
  if (!again) {
    FailWithoutKey(why);
    return;
  }
  services_.commands.Refused(*command_, key_text_);
  GetKey();
}

void ProxiedRequest::TakeToken(const cloud::CopilotToken& token) {
  if (refused_ && refused_->text == token.token) {
    const auto refused = std::exchange(refused_, nullptr);  // and it stands
    GiveUp(refused->error, std::move(refused->raw));
    return;
  }
  key_text_ = token.token;
  LaunchAt(token.token, token.api_url);
}

bool ProxiedRequest::RenewToken(const ApiError& error, std::unique_ptr<RawReply>& raw) {
  const Provider& provider = *current_->provider;
  const bool refused = error.failure == Failure::kAuthentication && !key_text_.empty();
  if (provider.platform != Platform::kCopilot || !refused) return false;
  services_.copilot.Refused(provider, login_, key_text_);
  if (!renewed_.insert(provider.name).second) return false;
  refused_ =
      std::make_unique<RefusedKey>(RefusedKey{std::exchange(key_text_, {}), error, std::move(raw)});
  if (!retry_) retry_.emplace(services_.loop, [this] { Launch(); });
  retry_->Start(std::chrono::milliseconds(0));  // never from within the attempt that was refused
  return true;
}

}  // namespace katra::router::gateway
