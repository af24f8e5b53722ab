// vLLM on this computer; no key unless one is configured.
#include "router/providers/built_ins.h"

namespace katra::router::providers {

Provider Vllm() {
  Provider p;
  p.name = "vllm";
  p.title = "vLLM";
  p.chat_base_url = "http://127.0.0.1:8000/v1";
  p.messages_base_url = "http://127.0.0.1:8000";
  p.interface = Interface::kMessages;
  p.plain_base_url = p.messages_base_url;
  p.plain_speaks_messages = true;
  p.model_form = ModelForm::kAny;
  p.auth = Auth::kNone;
  p.quirks.top_k = true;
  p.quirks.count_tokens = true;
  p.quirks.inline_system = true;
  p.quirks.reasoning_request = ReasoningRequest::kChatTemplate;
  p.quirks.think_tags = true;
  return p;
}

}  // namespace katra::router::providers
