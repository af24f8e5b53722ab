// xAI's Grok: Chat Completions.
#include "router/providers/built_ins.h"

namespace katra::router::providers {

Provider Grok() {
  Provider p;
  p.name = "grok";
  p.title = "Grok";
  p.api_key_env = "XAI_API_KEY";
  p.chat_base_url = "https://api.x.ai/v1";
  // Its Messages endpoint is deprecated, so it is not used.
  p.interface = Interface::kChat;
  p.plain_base_url = "https://api.x.ai";
  p.default_model = "grok-4";
  p.model_form = ModelForm::kBare;
  p.models = {"grok-4"};
  p.quirks.max_stop_sequences = 0;
  p.windows = {{"grok-4.20-0309-non-reasoning", {1000000, 0}},
               {"grok-4.20-multi-agent-0309", {1000000, 0}},
               {"grok-4.20-0309-reasoning", {1000000, 0}},
               {"grok-build-0.1", {256000, 0}},
               {"grok-4.3", {1000000, 0}},
               {"grok-4.5", {500000, 0}},
               {"grok-4.6", {500000, 0}},
               {"grok-4.7", {500000, 0}}};
  return p;
}

}  // namespace katra::router::providers
