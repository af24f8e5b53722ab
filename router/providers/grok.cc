// Grok of xAI: Chat Completions.
#include "router/providers/built_ins.h"

namespace katra::router::providers {

Provider Grok() {
  Provider p;
  p.name = "grok";
  p.title = "Grok";
  p.api_key_env = "XAI_API_KEY";
  p.chat_base_url = "https://api.x.ai/v1";
  // Its Messages endpoint is deprecated (N13), so that it is not offered.
  p.interface = Interface::kChat;
  p.plain_base_url = "https://api.x.ai";
  p.default_model = "grok-4";
  p.model_form = ModelForm::kBare;
  p.models = {"grok-4"};
  p.quirks.max_stop_sequences = 0;
  return p;
}

}  // namespace katra::router::providers
