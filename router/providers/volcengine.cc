// Volcengine Ark, ByteDance's service for Doubao: Chat Completions. A model is named with its date,
// or by the id of an endpoint ("ep-...").
#include "router/providers/built_ins.h"

namespace katra::router::providers {

Provider Volcengine() {
  Provider p;
  p.name = "volcengine";
  p.title = "Volcengine";
  p.api_key_env = "ARK_API_KEY";
  p.chat_base_url = "https://ark.cn-beijing.volces.com/api/v3";
  p.interface = Interface::kChat;
  p.plain_base_url = p.chat_base_url;
  p.default_model = "doubao-seed-1-8-251228";
  p.model_form = ModelForm::kAny;
  p.models = {"doubao-seed-1-8-251228"};
  p.quirks.max_user_id_characters = 0;
  return p;
}

}  // namespace katra::router::providers
