// Cerebras: Chat Completions. It answers 400 to parallel_tool_calls, penalties and service_tier.
#include "router/providers/built_ins.h"

namespace katra::router::providers {

Provider Cerebras() {
  Provider p;
  p.name = "cerebras";
  p.title = "Cerebras";
  p.api_key_env = "CEREBRAS_API_KEY";
  p.chat_base_url = "https://api.cerebras.ai/v1";
  p.interface = Interface::kChat;
  p.plain_base_url = p.chat_base_url;
  p.default_model = "gpt-oss-120b";
  p.model_form = ModelForm::kAny;  // for dedicated inference it is an endpoint id
  p.models = {"gpt-oss-120b"};
  p.quirks.max_tokens_field = MaxTokensField::kMaxCompletionTokens;
  p.quirks.parallel_tool_calls = false;
  p.quirks.max_user_id_characters = 0;
  return p;
}

}  // namespace katra::router::providers
