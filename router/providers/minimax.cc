// MiniMax: a Messages endpoint, and Chat Completions.
#include "router/providers/built_ins.h"

namespace katra::router::providers {

Provider MiniMax() {
  Provider p;
  p.name = "minimax";
  p.title = "MiniMax";
  p.api_key_env = "MINIMAX_API_KEY";
  p.chat_base_url = "https://api.minimax.io/v1";
  p.messages_base_url = "https://api.minimax.io/anthropic";
  p.interface = Interface::kMessages;
  p.plain_base_url = p.messages_base_url;
  p.plain_speaks_messages = true;
  p.default_model = "MiniMax-M2";
  p.model_form = ModelForm::kBare;
  p.auth = Auth::kBearer;
  p.models = {"MiniMax-M2"};
  p.quirks.think_tags = true;
  p.windows = {{"minimax-m2.5-highspeed", {204800, 0}},
               {"minimax-m2.7-highspeed", {204800, 0}},
               {"minimax-m2.1", {204800, 0}},
               {"minimax-m2.5", {204800, 0}},
               {"minimax-m2.7", {204800, 0}},
               {"minimax-m2", {204800, 0}},
               {"minimax-m3", {1000000, 0}}};
  return p;
}

}  // namespace katra::router::providers
