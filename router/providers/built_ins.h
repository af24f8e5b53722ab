// Included by the files of built-in providers. Each of them defines one function that makes its
// provider; built_ins.cc lists them. Only functions used by other files are declared here.
#pragma once

#include "router/providers/provider.h"

namespace katra::router::providers {

// `openai` as used with a ChatGPT login; not a provider of its own. See router::AskedOnLogin.
[[nodiscard]] Provider ChatGptPlan();
// Adds the headers that Codex sends there, including its account.
void TakeCodexHeaders(Provider& provider);

// The built-in `gemini`, on which `vertex-gemini` is based.
[[nodiscard]] Provider Gemini();
// The built-in `grok`, on which `xai` is based.
[[nodiscard]] Provider Grok();

}  // namespace katra::router::providers
