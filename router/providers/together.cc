// Together: Chat Completions; models are vendor/name, or the name of a dedicated endpoint.
#include "router/providers/built_ins.h"

namespace katra::router::providers {

Provider Together() {
  Provider p;
  p.name = "together";
  p.title = "Together";
  p.api_key_env = "TOGETHER_API_KEY";
  p.chat_base_url = "https://api.together.ai/v1";
  p.interface = Interface::kChat;
  p.plain_base_url = p.chat_base_url;
  p.default_model = "openai/gpt-oss-20b";
  p.model_form = ModelForm::kAny;
  p.models = {"openai/gpt-oss-20b"};
  return p;
}

}  // namespace katra::router::providers
