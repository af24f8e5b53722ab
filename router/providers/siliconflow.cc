// SiliconFlow: a Messages endpoint and Chat Completions. Accounts of siliconflow.com are served at
// another host.
#include "router/providers/built_ins.h"

namespace katra::router::providers {

Provider SiliconFlow() {
  Provider p;
  p.name = "siliconflow";
  p.title = "SiliconFlow";
  p.api_key_env = "SILICONFLOW_API_KEY";
  p.chat_base_url = "https://api.siliconflow.cn/v1";
  p.messages_base_url = "https://api.siliconflow.cn";
  p.interface = Interface::kMessages;
  p.plain_base_url = p.messages_base_url;
  p.plain_speaks_messages = true;
  p.default_model = "deepseek-ai/DeepSeek-V4-Flash";
  p.model_form = ModelForm::kAny;
  p.auth = Auth::kBearer;
  p.models = {"deepseek-ai/DeepSeek-V4-Flash"};
  return p;
}

}  // namespace katra::router::providers
