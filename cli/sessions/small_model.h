// Finds the provider of a model that is named without one, for a client's small side requests.
#pragma once

#include <string>
#include <string_view>

#include "core/result.h"
#include "router/config/config.h"

namespace katra::cli {

// What a client has to ask the gateway for to get `name`: an alias, provider/model or
// provider,model as it is; a bare model as "provider,model" of the one provider that has it: by its
// list of models, else by the maker's names ("deepseek-…"). Claude's models stay as they are, which
// every provider of the gateway takes for its default. kNotFound: no provider fits, or several; the
// message names the aliases and providers that there are.
[[nodiscard]] Result<std::string> ModelSelector(const router::RouterConfig& config,
                                                std::string_view name);

}  // namespace katra::cli
