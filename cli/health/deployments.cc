// Checks that the Azure deployments in personas.json exist, with a request without messages: it
// costs nothing, and Azure answers 404 for a missing deployment before it validates the rest.
#include <set>

#include "cli/health/check.h"
#include "cli/sessions/plan.h"
#include "core/http/fetch.h"
#include "core/json_view.h"
#include "core/json_write.h"
#include "core/text.h"
#include "router/config/endpoint.h"
#include "router/credentials/credential.h"

namespace katra::cli {
namespace {

// The models configured for `provider`.
std::set<std::string> ModelsAt(const router::RouterConfig& config,
                               const router::Provider& provider) {
  std::set<std::string> models(provider.models.begin(), provider.models.end());
  if (!provider.default_model.empty()) models.insert(provider.default_model);
  const auto add = [&](const router::Target& target) {
    if (target.provider == provider.name && !target.model.empty()) models.insert(target.model);
  };
  for (const router::PersonaConfig& persona : config.personas) {
    add(router::OwnTarget(config, &persona));
    for (const router::Target& target : persona.fallbacks) add(target);
    if (persona.routing.background) add(*persona.routing.background);
  }
  return models;
}

// Empty if there is none, which another finding reports.
std::string KeyOf(const router::Provider& provider, const Context& context) {
  if (!provider.key_command.empty()) {
    const auto output = RunKeyCommand(provider, context);
    return output ? output->key : std::string();
  }
  const Environment environment = OwnEnvironment(context.environment());
  for (const std::string& name : router::ApiKeyEnvs(nullptr, provider)) {
    const auto found = environment.find(name);
    if (found != environment.end() && !found->second.empty()) return found->second;
  }
  return {};
}

Finding Look(const router::Provider& provider, const std::string& model, const std::string& key) {
  http::FetchRequest request;
  request.method = "POST";
  request.url = router::ChatAddress(provider, "/chat/completions", model);
  request.headers = router::credentials::CredentialHeaders(provider, router::Interface::kChat, key);
  request.headers.push_back({"content-type", "application/json"});
  JsonWriter writer(request.body);
  writer.BeginObject().Key("model").String(model).Key("messages").BeginArray().EndArray();
  writer.EndObject();
  const auto reply = http::Fetch(request);
  const std::string subject = "deployment of " + provider.name;
  const std::string name = "\"" + OneLine(model, 80) + "\"";
  if (!reply) {
    return {Health::kWarning, subject, name + " could not be checked: " + reply.error().message,
            "check the address in personas.json, and the network", 0};
  }
  JsonDocument document;
  const bool object = static_cast<bool>(document.Parse(reply->body));
  const std::string code = object ? document.Root()["error"]["code"].Text() : std::string();
  if (reply->status == 404 || code == "DeploymentNotFound" || code == "model_not_found") {
    return {Health::kWarning, subject, name + " does not exist (" + provider.chat_base_url + ")",
            "write the name of a deployment of this resource in the model's place; `az "
            "cognitiveservices account deployment list` shows them",
            0};
  }
  if (reply->status == 401 || reply->status == 403) {
    return {
        Health::kWarning, subject,
        name + " could not be checked: the key is refused (" + std::to_string(reply->status) + ")",
        "set a key of this resource, or log in again", 0};
  }
  return {Health::kGood, subject, name + " is there", {}, 0};
}

}  // namespace

Findings CheckDeployments(const router::RouterConfig& config, const Context& context) {
  Findings findings;
  for (const router::Provider& provider : config.providers) {
    if (!provider.azure || provider.interface == router::Interface::kMessages) continue;
    const std::set<std::string> models = ModelsAt(config, provider);
    const std::string key = models.empty() ? std::string() : KeyOf(provider, context);
    if (key.empty()) continue;
    for (const std::string& model : models) findings.push_back(Look(provider, model, key));
  }
  return findings;
}

}  // namespace katra::cli
