// Anthropic: the Messages API itself. A client's login is forwarded to its own host.
#include "router/providers/built_ins.h"

namespace katra::router::providers {

Provider Anthropic() {
  Provider p;
  p.name = "anthropic";
  p.title = "Anthropic";
  p.api_key_env = "ANTHROPIC_API_KEY";
  p.messages_base_url = "https://api.anthropic.com";
  p.interface = Interface::kMessages;
  // No plain_base_url: clients use it by default.
  p.plain_speaks_messages = true;
  p.model_form = ModelForm::kBare;
  p.auth = Auth::kXApiKey;
  p.models = {"claude-sonnet-5", "claude-opus-4-8", "claude-haiku-4-5"};
  p.client_headers = {"anthropic-version", "anthropic-beta", "anthropic-*",  "accept",
                      "user-agent",        "x-app",          "x-stainless-*"};
  p.messages_query = "beta=true";
  p.quirks.pdfs = true;
  p.quirks.count_tokens = true;
  return p;
}

}  // namespace katra::router::providers
