// GitHub Copilot: Chat Completions with a short-lived token (router/cloud/copilot.h).
#include "router/providers/built_ins.h"

namespace katra::router::providers {

Provider Copilot() {
  Provider p;
  p.name = "copilot";
  p.title = "GitHub Copilot";
  p.platform = Platform::kCopilot;
  // A GitHub token; the first variable that Copilot's own CLI reads.
  p.api_key_env = "COPILOT_GITHUB_TOKEN";
  p.github_api_url = "https://api.github.com";
  p.interface = Interface::kChat;
  // No address: the token exchange returns it.
  p.default_model = "gpt-5-mini";
  p.models = {"gpt-5-mini", "gpt-4.1", "claude-sonnet-4.5"};
  p.quirks.max_tokens_field = MaxTokensField::kByModel;
  p.quirks.reasoning_request = ReasoningRequest::kEffort;
  p.quirks.reasoning_models = {"gpt-5", "o3", "o4"};
  p.quirks.max_user_id_characters = 0;
  return p;
}

}  // namespace katra::router::providers
