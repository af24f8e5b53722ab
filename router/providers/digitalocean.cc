// DigitalOcean's serverless inference: Chat Completions with models of many vendors.
#include "router/providers/built_ins.h"

namespace katra::router::providers {

Provider DigitalOcean() {
  Provider p;
  p.name = "digitalocean";
  p.title = "DigitalOcean";
  p.api_key_env = "MODEL_ACCESS_KEY";
  p.chat_base_url = "https://inference.do-ai.run/v1";
  p.interface = Interface::kChat;
  p.plain_base_url = p.chat_base_url;
  p.default_model = "llama3.3-70b-instruct";
  p.model_form = ModelForm::kAny;
  p.models = {"llama3.3-70b-instruct"};
  return p;
}

}  // namespace katra::router::providers
