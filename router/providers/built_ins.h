// What the files of built-in providers include. Each defines one function that makes its provider;
// built_ins.cc lists them. Declared here is what other files use.
#pragma once

#include "router/providers/provider.h"

namespace katra::router::providers {

// `openai` as it is asked on a ChatGPT login; no provider of its own. See router::AskedOnLogin.
[[nodiscard]] Provider ChatGptPlan();
// The headers that Codex sends there, with its account.
void TakeCodexHeaders(Provider& provider);

// The built-in `gemini`, which `vertex-gemini` begins as.
[[nodiscard]] Provider Gemini();
// The built-in `grok`, which `xai` begins as.
[[nodiscard]] Provider Grok();

}  // namespace katra::router::providers
