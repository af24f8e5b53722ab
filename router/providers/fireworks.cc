// Fireworks: a Messages endpoint and Chat Completions; models are resource names.
#include "router/providers/built_ins.h"

namespace katra::router::providers {

Provider Fireworks() {
  Provider p;
  p.name = "fireworks";
  p.title = "Fireworks";
  p.api_key_env = "FIREWORKS_API_KEY";
  p.chat_base_url = "https://api.fireworks.ai/inference/v1";
  p.messages_base_url = "https://api.fireworks.ai/inference";
  p.interface = Interface::kMessages;
  p.plain_base_url = p.messages_base_url;
  p.plain_speaks_messages = true;
  p.default_model = "accounts/fireworks/models/kimi-k2p5";
  p.model_form = ModelForm::kAny;
  p.auth = Auth::kBearer;
  p.models = {"accounts/fireworks/models/kimi-k2p5"};
  return p;
}

}  // namespace katra::router::providers
