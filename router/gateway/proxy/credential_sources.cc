#include "router/gateway/proxy/credential_sources.h"

#include <algorithm>

#include "core/text.h"
#include "router/cloud/aws_credentials.h"
#include "router/config/endpoint.h"

namespace katra::router::gateway {

bool CredentialSources::IsPlan(const policy::Candidate& candidate) const {
  return router::IsPlan(*candidate.provider, candidate.interface(), openai_client_);
}

Login CredentialSources::OwnLogin(const policy::Candidate& candidate) const {
  return LoginFor(caller_, *candidate.provider, candidate.interface(), openai_client_,
                  persona_.own_login);
}

const Provider& CredentialSources::AskedOnLogin(const Provider& provider) const {
  return router::AskedOnLogin(provider, openai_client_);
}

std::string CredentialSources::KeyOfEnvironment(const Provider& provider) const {
  if (provider.credential_envs.empty() || !ApiKeyEnv(&persona_, provider).empty()) return {};
  return cloud::AwsFromVariables([this](const std::string& name) { return ValueOf(name); });
}

std::string CredentialSources::CredentialOf(const policy::Candidate& candidate) const {
  const Provider& provider = *candidate.provider;
  const bool on_plan = OnPlan(candidate);
  std::string secret = on_plan ? std::string() : KeyOfEnvironment(provider);
  const KeyCommand* const command = CommandOf(provider);
  if (on_plan) {
    // The client's login pays.
  } else if (secret.empty() && command != nullptr) {
    // A command's account stays the same, whatever key it prints next.
    secret = "command " + Join(command->words, "\n");
  } else if (secret.empty()) {
    secret = ValueOf(ApiKeyEnv(&persona_, provider));
  }
  if (secret.empty()) {
    const Login login = OwnLogin(candidate);
    secret = login.authorization + login.api_key;
  }
  // Without a credential, personas are still told apart.
  return keys_.Credential(secret.empty() ? "persona " + caller_.persona : secret);
}

std::vector<credentials::ProviderKey> CredentialSources::KeysOf(
    const policy::Candidate& candidate) const {
  if (OnPlan(candidate)) return {{"", CredentialOf(candidate)}};
  std::vector<credentials::ProviderKey> keys;
  const std::vector<std::string> variables = VariablesOf(*candidate.provider);
  for (const std::string& variable : variables) {
    const std::string key = ValueOf(variable);
    if (key.empty()) continue;
    const std::string credential = keys_.Credential(key);
    const bool known = std::any_of(
        keys.begin(), keys.end(),
        [&](const credentials::ProviderKey& other) { return other.credential == credential; });
    if (!known) keys.push_back({variable, credential});
  }
  if (keys.empty()) {
    keys.push_back({variables.empty() ? "" : variables.front(), CredentialOf(candidate)});
  }
  return keys;
}

std::vector<std::string> CredentialSources::Values() const {
  std::vector<std::string> values = {ValueOf(persona_.api_key_env)};
  for (const std::string* own : {&caller_.own_authorization, &caller_.own_api_key}) {
    values.emplace_back(WithoutScheme(*own));
  }
  return values;
}

}  // namespace katra::router::gateway
