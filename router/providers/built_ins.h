// The built-in providers, one function and one file each. For built_ins.cc alone, but for what
// belongs to ChatGPT's plans, which endpoint.cc uses.
#pragma once

#include "router/providers/provider.h"

namespace katra::router::providers {

[[nodiscard]] Provider Anthropic();
[[nodiscard]] Provider OpenAi();
// `openai` as it is asked on a ChatGPT login; no provider of its own. See router::AskedOnLogin.
[[nodiscard]] Provider ChatGptPlan();
// The headers that Codex sends there, with its account.
void TakeCodexHeaders(Provider& provider);
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
[[nodiscard]] Provider Cerebras();
[[nodiscard]] Provider DashScope();
[[nodiscard]] Provider DigitalOcean();
[[nodiscard]] Provider Fireworks();
[[nodiscard]] Provider Nvidia();
[[nodiscard]] Provider SiliconFlow();
[[nodiscard]] Provider Together();
[[nodiscard]] Provider Vercel();
[[nodiscard]] Provider Volcengine();
[[nodiscard]] Provider Xai();
[[nodiscard]] Provider Xiaomi();
[[nodiscard]] Provider Bedrock();
[[nodiscard]] Provider Vertex();
[[nodiscard]] Provider VertexGemini();
[[nodiscard]] Provider Copilot();

}  // namespace katra::router::providers
