// Xiaomi MiMo: a Messages endpoint and Chat Completions. It thinks unless told not to, and expects
// its reasoning back. Keys of a token plan belong to another host.
#include "router/providers/built_ins.h"

namespace katra::router::providers {

Provider Xiaomi() {
  Provider p;
  p.name = "xiaomi";
  p.title = "Xiaomi MiMo";
  p.api_key_env = "MIMO_API_KEY";
  p.chat_base_url = "https://api.xiaomimimo.com/v1";
  p.messages_base_url = "https://api.xiaomimimo.com/anthropic";
  p.interface = Interface::kMessages;
  p.plain_base_url = p.messages_base_url;
  p.plain_speaks_messages = true;
  p.default_model = "mimo-v2.5-pro";
  p.model_form = ModelForm::kAny;
  p.auth = Auth::kBearer;
  p.models = {"mimo-v2.5-pro"};
  p.quirks.max_tokens_field = MaxTokensField::kMaxCompletionTokens;
  p.quirks.reasoning_history = ReasoningHistory::kReasoningContent;
  return p;
}

}  // namespace katra::router::providers
