// llama.cpp's server on this computer; no key.
#include "router/providers/built_ins.h"

namespace katra::router::providers {

Provider LlamaCpp() {
  Provider p;
  p.name = "llamacpp";
  p.title = "llama.cpp";
  p.chat_base_url = "http://127.0.0.1:8080/v1";
  p.messages_base_url = "http://127.0.0.1:8080";
  p.interface = Interface::kMessages;
  p.plain_base_url = p.messages_base_url;
  p.plain_speaks_messages = true;
  p.default_model = "default";  // the server uses the model that it was started with
  p.model_form = ModelForm::kAny;
  p.auth = Auth::kNone;
  p.models = {"default"};
  p.quirks.top_k = true;
  p.quirks.count_tokens = true;
  p.quirks.reasoning_request = ReasoningRequest::kChatTemplate;
  p.quirks.openai_shaped_errors = true;
  p.quirks.think_tags = true;
  return p;
}

}  // namespace katra::router::providers
