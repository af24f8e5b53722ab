// The members of personas.json that configure a provider's key, and the consequences of a provider
// being Azure. Only for the readers of that file.
#pragma once

#include <string>
#include <vector>

#include "router/config/section.h"

namespace katra::router {

// Reads api_key_env: "A", or ["A", "B"]. Returns whether it is set.
bool ReadKeyEnvs(Section& section, std::string* first, std::vector<std::string>* more);

// Reads api_key_command with its timeout and lifetime. Clears the provider's variables.
void ReadKeyCommand(Section& section, Provider& provider);

// Sets what all Azure servers have in common. The models are OpenAI's, under names chosen by the
// user.
void BecomeAzure(Provider& provider);

// Keys are sent in Azure's own header or in Anthropic's; the output of a command counts as a token.
[[nodiscard]] Auth AzureAuth(const Provider& provider);

}  // namespace katra::router
