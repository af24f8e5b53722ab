// Ollama on this computer; no key.
#include "router/providers/built_ins.h"

namespace katra::router::providers {

Provider Ollama() {
  Provider p;
  p.name = "ollama";
  p.title = "Ollama";
  p.chat_base_url = "http://127.0.0.1:11434/v1";
  p.messages_base_url = "http://127.0.0.1:11434";
  // Its Messages endpoint is a subset (no tool_choice, no count_tokens, no cache usage) and only
  // exists from 0.14.0 on, so the gateway uses Chat Completions.
  p.interface = Interface::kChat;
  p.plain_base_url = p.messages_base_url;
  p.plain_speaks_messages = true;
  p.default_model = "qwen3-coder";
  p.model_form = ModelForm::kAny;
  p.auth = Auth::kNone;
  p.models = {"qwen3-coder"};
  p.quirks.top_k = true;
  p.quirks.reasoning_request = ReasoningRequest::kEffort;
  // It answers 400 to the field if the model does not support thinking.
  p.quirks.reasoning_models = {"gpt-oss", "deepseek-r1", "deepseek-v3",
                               "qwen3:",  "qwq",         "thinking"};
  p.quirks.messages_tool_choice = false;
  p.quirks.parallel_tool_calls = false;
  p.quirks.think_tags = true;
  return p;
}

}  // namespace katra::router::providers
