// With which key a request goes to its provider: of a variable, of a command that prints it,
// or the client's own login.
#include <algorithm>

#include "core/text.h"
#include "router/cloud/request_shape.h"
#include "router/gateway/proxy/proxied_request.h"

namespace katra::router::gateway {
namespace {

using translate::ApiError;
using translate::Failure;

bool IsRefusal(const ApiError& error) {
  return error.failure == Failure::kAuthentication || error.failure == Failure::kPermission;
}

}  // namespace

std::string ProxiedRequest::CredentialOf(const policy::Candidate& candidate) const {
  const Provider& provider = *candidate.provider;
  const bool on_plan = OnPlan(candidate);
  std::string secret = on_plan ? std::string() : KeyOfEnvironment(provider);
  const KeyCommand* const command = KeyCommandOf(&persona_, provider);
  if (on_plan) {
    // The login pays.
  } else if (secret.empty() && command != nullptr) {
    // The account stays the same, whatever it prints next.
    secret = "command " + Join(command->words, "\n");
  } else if (secret.empty()) {
    secret = services_.keys.Find(caller_.token_id, ApiKeyEnv(&persona_, provider));
  }
  if (secret.empty()) {
    const Login login = OwnLogin(candidate);
    secret = login.authorization + login.api_key;
  }
  // Where no credential is asked for, one persona is still not another.
  return services_.keys.Credential(secret.empty() ? "persona " + caller_.persona : secret);
}

void ProxiedRequest::ChooseKeys() {
  std::vector<std::vector<credentials::ProviderKey>> keys;
  keys.reserve(candidates_.size());
  for (const policy::Candidate& candidate : candidates_) {
    keys.push_back(KeysOf(candidate, keys.empty()));
  }
  candidates_ =
      credentials::SpreadOverKeys(candidates_, keys, services_.rests, services_.clock.Steady());
}

std::vector<credentials::ProviderKey> ProxiedRequest::KeysOf(const policy::Candidate& candidate,
                                                             bool first) {
  const Provider& provider = *candidate.provider;
  std::vector<credentials::ProviderKey> keys;
  if (OnPlan(candidate)) return {{"", CredentialOf(candidate)}};
  const std::vector<std::string> variables = ApiKeyEnvs(&persona_, provider);
  for (const std::string& variable : variables) {
    const std::string key = services_.keys.Find(caller_.token_id, variable);
    if (key.empty()) continue;
    const std::string credential = services_.keys.Credential(key);
    const bool known = std::any_of(
        keys.begin(), keys.end(),
        [&](const credentials::ProviderKey& other) { return other.credential == credential; });
    if (!known) keys.push_back({variable, credential});
  }
  if (keys.empty()) {
    keys.push_back({variables.empty() ? "" : variables.front(), CredentialOf(candidate)});
  }
  if (keys.size() == 1) return keys;
  // A prompt that is cached is an account's: the session stays where it was.
  SessionTrace& trace = KeyTrace();
  auto mine = trace.keys.find(provider.name);
  if (mine == trace.keys.end() && first && provider.key_order == KeyOrder::kRoundRobin) {
    const size_t turn = services_.rests.NextTurn(provider.name) % keys.size();
    mine = trace.keys.emplace(provider.name, keys[turn].variable).first;
  }
  if (mine == trace.keys.end()) return keys;
  const auto at = std::find_if(keys.begin(), keys.end(), [&](const credentials::ProviderKey& key) {
    return key.variable == mine->second;
  });
  if (at == keys.end()) return keys;
  if (provider.key_order == KeyOrder::kRoundRobin) {
    std::rotate(keys.begin(), at, keys.end());
  } else {
    std::rotate(keys.begin(), at, at + 1);
  }
  return keys;
}

SessionTrace& ProxiedRequest::KeyTrace() {
  // Its subagents and side requests share the beginning of their prompts with it.
  const std::string& session =
      record().client_session_id.empty() ? caller_.token_id : record().client_session_id;
  return services_.traces.Of(caller_.persona + "/" + session + "/");
}

bool ProxiedRequest::HasSeveralKeys() const {
  return !current_->key_env.empty() &&
         std::any_of(candidates_.begin(), candidates_.end(), [this](const auto& other) {
           return other.provider == current_->provider && other.key_env != current_->key_env;
         });
}

void ProxiedRequest::RestKey(const ApiError& error, const UpstreamRequest* attempt) {
  if (!HasSeveralKeys()) return;
  services_.rests.Failed(
      *current_, error,
      attempt == nullptr ? translate::Headers{} : ToPairs(attempt->reply_headers()),
      services_.clock.Steady(), services_.clock.Now());
}

void ProxiedRequest::KeepKey() {
  if (HasSeveralKeys()) KeyTrace().keys[current_->provider->name] = current_->key_env;
}

void ProxiedRequest::GetKey() {
  command_ = nullptr;
  if (OnPlan(*current_)) {
    LaunchWith({});
    return;
  }
  if (const std::string missing = cloud::MissingPart(*current_->provider); !missing.empty()) {
    OnFailed(translate::NoKey(missing), nullptr);
    return;
  }
  command_ = KeyCommandOf(&persona_, *current_->provider);
  if (std::string key = KeyOfEnvironment(*current_->provider); !key.empty()) {
    command_ = nullptr;
    LaunchWith(std::move(key));
    return;
  }
  if (command_ == nullptr) {
    LaunchWith(services_.keys.Find(caller_.token_id, current_->key_env));
    return;
  }
  if (const credentials::KeyOutput* known = services_.commands.Find(*command_)) {
    TakeKey(*known);
    return;
  }
  waiting_ = services_.commands.Ask(current_->provider->name, *command_,
                                    [this](const Result<credentials::KeyOutput>& output) {
                                      const auto ended = std::move(waiting_);
                                      if (done_) return;
                                      if (output) {
                                        TakeKey(*output);
                                      } else {
                                        FailWithoutKey(output.error().message);
                                      }
                                    });
}

void ProxiedRequest::TakeKey(const credentials::KeyOutput& output) {
  if (refused_ && refused_->text == output.text) {
    const auto refused = std::exchange(refused_, nullptr);  // and it stands
    GiveUp(refused->error, std::move(refused->raw));
    return;
  }
  const bool aws = current_->provider->platform == Platform::kBedrock;
  if (output.key.empty() && !aws) {
    FailWithoutKey(credentials::KeyCommandError(current_->provider->name,
                                                "printed JSON without a key: it must hold one as "
                                                "api_key, token or access_token",
                                                "")
                       .message);
    return;
  }
  key_text_ = output.text;
  LaunchWith(output.key.empty() ? output.text : output.key);
}

void ProxiedRequest::FailWithoutKey(const std::string& why) {
  if (refused_) {
    const auto refused = std::exchange(refused_, nullptr);
    refused->error.message += "; for another key, " + why;
    GiveUp(refused->error, nullptr);
    return;
  }
  OnFailed(translate::NoKey("no key for " + current_->provider->title + ": " + why), nullptr);
}

bool ProxiedRequest::RenewKey(const ApiError& error, std::unique_ptr<RawReply>& raw) {
  if (RenewToken(error, raw)) return true;
  if (command_ == nullptr || key_text_.empty() || !IsRefusal(error)) return false;
  services_.commands.Refused(*command_, key_text_);
  if (!renewed_.insert(current_->provider->name).second) return false;
  refused_ =
      std::make_unique<RefusedKey>(RefusedKey{std::exchange(key_text_, {}), error, std::move(raw)});
  if (!retry_) retry_.emplace(services_.loop, [this] { Launch(); });
  retry_->Start(std::chrono::milliseconds(0));  // never from within the attempt that was refused
  return true;
}

void ProxiedRequest::GiveUp(const ApiError& error, std::unique_ptr<RawReply> raw) {
  retry_state_->Failed(error, services_.clock.Steady());
  if (retry_state_->error().message == error.message) raw_ = std::move(raw);
  TryNext();
}

}  // namespace katra::router::gateway
