// Endpoints and transformers by provider. The rules P1 to P18: docs/configuration.md.
#include "router/claude_code_router/upstream.h"

#include <algorithm>
#include <cctype>

namespace katra::router::claude_code_router {
namespace {

constexpr const char* kPassthrough = "Anthropic";
constexpr const char* kStreamUsage = "streamoptions";
constexpr const char* kGeminiUrl = "https://generativelanguage.googleapis.com/v1beta/models/";

// Whether the address is the provider's built-in one.
bool AtHome(const Provider& provider) {
  const Provider* built_in = FindBuiltIn(provider.name);
  return built_in != nullptr && built_in->chat_base_url == provider.chat_base_url;
}

// OpenRouter's own transformer requests extensions of its Chat endpoint; its Messages endpoint is
// only guaranteed for Anthropic's models.
bool TranslatedByCcr(const Provider& provider) {
  return provider.interface != Interface::kMessages ||
         (provider.name == "openrouter" && AtHome(provider));
}

// OpenAI's o-series, and gpt-5 and later, refuse max_tokens (R45).
bool WantsMaxCompletionTokens(const std::string& model) {
  if (model.size() > 1 && model[0] == 'o')
    return std::isdigit(static_cast<unsigned char>(model[1]));
  return model.starts_with("gpt-") && model.size() > 4 && model[4] >= '5' && model[4] <= '9';
}

}  // namespace

Upstream DescribeUpstream(const Provider& provider, const std::string& name,
                          const std::string& key_env) {
  Upstream upstream;
  upstream.name = name;
  // CCR ignores a provider without a key.
  upstream.key = key_env.empty() ? "none" : "$" + key_env;
  if (!TranslatedByCcr(provider)) {
    upstream.url = provider.messages_base_url + "/v1/messages";
    // No other transformer, so headers and body pass unchanged (P8).
    upstream.transformers = {kPassthrough};
    return upstream;
  }
  upstream.max_output_tokens = provider.max_output_tokens;
  if (provider.name == "gemini" && AtHome(provider)) {
    upstream.url = kGeminiUrl;
    upstream.transformers = {"gemini"};
    return upstream;
  }
  upstream.url = provider.chat_base_url + "/chat/completions";
  if (AtHome(provider) && (provider.name == "openrouter" || provider.name == "groq")) {
    upstream.transformers.push_back(provider.name);
  }
  // Without it CCR never requests usage (P13).
  if (provider.quirks.stream_usage) upstream.transformers.emplace_back(kStreamUsage);
  return upstream;
}

void AddModel(Upstream& upstream, const Provider& provider, const std::string& model) {
  if (model.empty() ||
      std::find(upstream.models.begin(), upstream.models.end(), model) != upstream.models.end()) {
    return;
  }
  upstream.models.push_back(model);
  const bool passes = upstream.transformers == std::vector<std::string>{kPassthrough};
  if (!passes && provider.quirks.max_tokens_field == MaxTokensField::kByModel &&
      WantsMaxCompletionTokens(model)) {
    upstream.model_transformers[model] = {"maxcompletiontokens"};
  }
}

std::vector<std::string> Losses(const RouterConfig& config, const Provider& provider,
                                const Upstream& upstream) {
  std::vector<std::string> lost;
  const std::string who = "provider \"" + provider.name + "\": ";
  if (config.OriginOf("providers." + provider.name + ".quirks").kind != OriginKind::kDefault) {
    lost.push_back(who + "claude-code-router does not support quirks, so they are omitted");
  }
  if (provider.max_output_tokens > 0 && upstream.max_output_tokens == 0) {
    lost.push_back(
        who +
        "claude-code-router forwards its requests unchanged, so max_output_tokens is omitted");
  }
  for (const std::string& model : upstream.models) {
    if (InterfaceOf(provider, model) != Interface::kResponses) continue;
    lost.push_back(who + "claude-code-router is configured to request " + model +
                   " through Chat Completions, because it has no Responses API");
  }
  return lost;
}

}  // namespace katra::router::claude_code_router
