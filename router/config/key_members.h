// Members of personas.json that say where a provider's key is from, and what follows from a
// provider being Azure's. For the readers of that file alone.
#pragma once

#include <string>
#include <vector>

#include "router/config/section.h"

namespace katra::router {

// api_key_env: "A", or ["A", "B"]. Whether it is there.
bool ReadKeyEnvs(Section& section, std::string* first, std::vector<std::string>* more);

// api_key_command and how long it takes and lasts. It clears the provider's variables.
void ReadKeyCommand(Section& section, Provider& provider);

// What Azure's servers have in common; the models are OpenAI's, under names of the user's own.
void BecomeAzure(Provider& provider);

// Keys go in Azure's own header, or in Anthropic's; what a command prints is taken for a token.
[[nodiscard]] Auth AzureAuth(const Provider& provider);

}  // namespace katra::router
