// The built-in providers, one function and one file each. For built_ins.cc alone.
#pragma once

#include "router/providers/provider.h"

namespace katra::router::providers {

[[nodiscard]] Provider Anthropic();
[[nodiscard]] Provider OpenAi();
[[nodiscard]] Provider DeepSeek();
[[nodiscard]] Provider OpenRouter();
[[nodiscard]] Provider Gemini();
[[nodiscard]] Provider Grok();
[[nodiscard]] Provider Mistral();
[[nodiscard]] Provider Groq();
[[nodiscard]] Provider Moonshot();
[[nodiscard]] Provider Zai();
[[nodiscard]] Provider MiniMax();
[[nodiscard]] Provider Ollama();
[[nodiscard]] Provider LlamaCpp();
[[nodiscard]] Provider Vllm();
[[nodiscard]] Provider LmStudio();

}  // namespace katra::router::providers
