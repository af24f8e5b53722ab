#include "router/config/platform.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/authority.h"
#include "core/text.h"
#include "router/config/endpoint.h"

namespace katra::router {
namespace {

using nlohmann::json;

using ErrorAt = std::function<void(std::string_view member, const std::string& what)>;

constexpr std::string_view kBedrockHost = "bedrock-runtime.";

// Becomes part of a host name and a path, so only characters of such names are allowed.
bool IsPlainName(std::string_view text) {
  return !text.empty() && text.size() <= 100 && text.front() != '-' && text.front() != '.' &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
                  c == ':';
         });
}

std::string FirstOf(const Variable& variable, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    std::string value(Trim(variable(name)));
    if (IsPlainName(value)) return value;
  }
  return {};
}

std::string VertexHost(const std::string& location) {
  if (location == "global") return "https://aiplatform.googleapis.com";
  if (location == "us" || location == "eu") {
    return "https://aiplatform." + location + ".rep.googleapis.com";
  }
  return "https://" + location + "-aiplatform.googleapis.com";
}

void CompleteBedrock(Provider& provider, const Variable& variable) {
  if (provider.region.empty()) provider.region = RegionOfHost(provider.messages_base_url);
  if (provider.region.empty()) {
    provider.region = FirstOf(variable, {"AWS_REGION", "AWS_DEFAULT_REGION"});
  }
  if (!provider.messages_base_url.empty() || provider.region.empty()) return;
  const bool china = provider.region.starts_with("cn-");
  provider.messages_base_url = "https://" + std::string(kBedrockHost) + provider.region +
                               ".amazonaws.com" + (china ? ".cn" : "");
}

void CompleteVertex(Provider& provider, const Variable& variable) {
  if (provider.project.empty()) {
    provider.project = FirstOf(
        variable, {"ANTHROPIC_VERTEX_PROJECT_ID", "GOOGLE_CLOUD_PROJECT", "GCLOUD_PROJECT"});
  }
  if (provider.region.empty()) {
    provider.region = FirstOf(variable, {"CLOUD_ML_REGION", "GOOGLE_CLOUD_LOCATION"});
  }
  if (provider.region.empty()) provider.region = "global";
  if (provider.interface == Interface::kMessages) {
    if (provider.messages_base_url.empty()) {
      provider.messages_base_url = VertexHost(provider.region);
    }
    return;
  }
  std::string& base = provider.chat_base_url;
  if (base.empty()) base = VertexHost(provider.region) + "/v1";
  if (base.ends_with("/v1")) {
    base +=
        "/projects/" + provider.project + "/locations/" + provider.region + "/endpoints/openapi";
  }
}

std::string TextOf(const json& object, std::string_view name) {
  const auto found = object.find(name);
  return found == object.end() || !found->is_string() ? std::string() : found->get<std::string>();
}

// A provider that the user defines becomes one of that platform.
void Become(const json& object, Provider& provider, const ErrorAt& error) {
  const std::string platform = TextOf(object, "platform");
  const std::string interface = TextOf(object, "interface");
  if (platform.empty() || PlatformName(provider.platform) == platform) return;
  if (provider.built_in) {
    return error("platform", "the built-in " + provider.title + " is not on " + platform +
                                 "; use another provider name");
  }
  const Provider* const own = PlatformTemplate(platform, interface);
  if (own == nullptr) {
    return error("interface",
                 "\"" + platform + "\" does not speak that format; leave interface out");
  }
  Provider made = *own;
  made.name = provider.name;
  made.title = provider.title;
  made.built_in = false;
  provider = std::move(made);
}

void CheckInterface(const json& object, const Provider& provider, const ErrorAt& error) {
  const std::string interface = TextOf(object, "interface");
  const bool messages = provider.interface == Interface::kMessages;
  if (interface.empty() || interface == (messages ? "anthropic" : "openai")) return;
  const Provider* const other = PlatformTemplate(PlatformName(provider.platform), interface);
  error("interface", provider.title + " does not speak that format" +
                         (other == nullptr ? std::string("; leave interface out")
                                           : ": use the provider " + other->name));
}

void ReadGithubUrl(const json& object, Provider& provider, const ErrorAt& error) {
  std::string url = TextOf(object, "github_api_url");
  if (url.empty()) return;
  while (url.ends_with('/')) url.pop_back();
  if (auto fits = CheckEndpoint(url); !fits) return error("github_api_url", fits.error().message);
  if (!url.starts_with("https://") && !IsLoopback(url)) {
    return error("github_api_url", "your GitHub login is sent there, so it must be https://");
  }
  provider.github_api_url = std::move(url);
}

}  // namespace

void ReadPlatform(const json& object, Provider& provider, const ErrorAt& error) {
  Become(object, provider, error);
  const Platform platform = provider.platform;
  const auto belongs = [&](std::string_view member, bool fits, const char* whose) {
    if (object.contains(member) && !fits) {
      error(member, "belongs to " + std::string(whose) + ": say so with \"platform\"");
    }
  };
  const bool bedrock = platform == Platform::kBedrock;
  const bool vertex = platform == Platform::kVertex;
  belongs("region", bedrock || vertex, "Bedrock and Vertex");
  belongs("project", vertex, "Vertex");
  belongs("aws_profile", bedrock, "Bedrock");
  belongs("github_api_url", platform == Platform::kCopilot, "Copilot");
  belongs("betas", bedrock || vertex, "Bedrock and Vertex");
  if (platform == Platform::kNone) return;
  CheckInterface(object, provider, error);
  if (object.contains("model_interfaces")) {
    error("model_interfaces", provider.title + " supports only one format; omit it");
  }
  if (object.contains("pass_login")) {
    error("pass_login", provider.title + " does not accept a client's login; omit it");
  }
  if (object.contains("region")) provider.region = TextOf(object, "region");
  if (object.contains("project")) provider.project = TextOf(object, "project");
  if (object.contains("betas")) provider.betas = object["betas"].get<std::vector<std::string>>();
  if (const std::string profile = TextOf(object, "aws_profile"); !profile.empty()) {
    // A configured profile takes precedence over the environment.
    provider.credential_envs.clear();
    provider.key_command.words.insert(provider.key_command.words.end(), {"--profile", profile});
  }
  ReadGithubUrl(object, provider, error);
}

void CompletePlatform(Provider& provider, const Variable& variable) {
  switch (provider.platform) {
    case Platform::kNone:
      return;
    case Platform::kBedrock:
      return CompleteBedrock(provider, variable);
    case Platform::kVertex:
      return CompleteVertex(provider, variable);
    case Platform::kCopilot:
      // Unlike at OpenAI, "/chat/completions" is at the root.
      if (provider.chat_base_url.ends_with("/v1")) {
        provider.chat_base_url.resize(provider.chat_base_url.size() - 3);
      }
      return;
  }
}

const Provider* PlatformTemplate(const std::string& platform, const std::string& interface) {
  const std::vector<Provider>& all = BuiltIns();
  const auto found = std::find_if(all.begin(), all.end(), [&](const Provider& one) {
    const bool messages = one.interface == Interface::kMessages;
    return PlatformName(one.platform) == platform &&
           (interface.empty() || interface == (messages ? "anthropic" : "openai"));
  });
  return found == all.end() || platform.empty() ? nullptr : &*found;
}

std::string PlatformName(Platform platform) {
  switch (platform) {
    case Platform::kNone:
      return {};
    case Platform::kBedrock:
      return "bedrock";
    case Platform::kVertex:
      return "vertex";
    case Platform::kCopilot:
      return "copilot";
  }
  return {};
}

std::string RegionOfHost(std::string_view url) {
  const auto named = HostOfUrl(url);
  if (!named) return {};
  std::string_view host = named->authority.host;
  if (!host.starts_with(kBedrockHost) || host.find(".amazonaws.com") == std::string_view::npos) {
    return {};
  }
  host.remove_prefix(kBedrockHost.size());
  return std::string(host.substr(0, host.find('.')));
}

}  // namespace katra::router
