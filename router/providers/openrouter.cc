// OpenRouter: many vendors with one key; models are vendor/name.
#include "router/providers/built_ins.h"

namespace katra::router::providers {

Provider OpenRouter() {
  Provider p;
  p.name = "openrouter";
  p.title = "OpenRouter";
  p.api_key_env = "OPENROUTER_API_KEY";
  p.chat_base_url = "https://openrouter.ai/api/v1";
  p.messages_base_url = "https://openrouter.ai/api";
  p.interface = Interface::kMessages;
  p.plain_base_url = "https://openrouter.ai/api/v1";
  p.plain_speaks_messages = false;  // the client appends /v1/messages to a base without /v1
  p.default_model = "anthropic/claude-sonnet-4";
  p.model_form = ModelForm::kVendorSlash;
  p.auth = Auth::kBearer;
  p.models = {"anthropic/claude-sonnet-4"};
  p.client_headers = CommonClientHeaders();  // it has Anthropic's models
  p.quirks.reasoning_request = ReasoningRequest::kOpenRouter;
  p.quirks.reasoning_history = ReasoningHistory::kReasoningDetails;
  p.quirks.web_search = WebSearch::kOpenRouterPlugin;
  p.quirks.top_k = true;
  p.quirks.cache_control = true;
  p.quirks.pdfs = true;
  p.quirks.max_user_id_characters = 128;
  return p;
}

}  // namespace katra::router::providers
