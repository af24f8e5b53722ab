// Vercel's AI Gateway: many vendors with one key, through the Messages API and Chat
// Completions.
#include "router/providers/built_ins.h"

namespace katra::router::providers {

Provider Vercel() {
  Provider p;
  p.name = "vercel";
  p.title = "Vercel AI Gateway";
  p.api_key_env = "AI_GATEWAY_API_KEY";
  p.chat_base_url = "https://ai-gateway.vercel.sh/v1";
  p.messages_base_url = "https://ai-gateway.vercel.sh";
  p.interface = Interface::kMessages;
  p.plain_base_url = p.messages_base_url;
  p.plain_speaks_messages = true;
  p.default_model = "anthropic/claude-opus-4.6";
  p.model_form = ModelForm::kVendorSlash;
  p.auth = Auth::kBearer;
  p.models = {"anthropic/claude-opus-4.6"};
  p.client_headers = CommonClientHeaders();  // it has Anthropic's models
  return p;
}

}  // namespace katra::router::providers
