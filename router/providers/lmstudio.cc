// LM Studio on this computer; no key unless one is configured.
#include "router/providers/built_ins.h"

namespace katra::router::providers {

Provider LmStudio() {
  Provider p;
  p.name = "lmstudio";
  p.title = "LM Studio";
  p.chat_base_url = "http://127.0.0.1:1234/v1";
  p.messages_base_url = "http://127.0.0.1:1234";
  p.interface = Interface::kMessages;
  p.plain_base_url = p.messages_base_url;
  p.plain_speaks_messages = true;
  p.model_form = ModelForm::kAny;
  p.auth = Auth::kNone;
  p.quirks.top_k = true;
  p.quirks.think_tags = true;
  return p;
}

}  // namespace katra::router::providers
