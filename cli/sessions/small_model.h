// Finds the provider of a model that is named without one, for a client's small side requests.
#pragma once

#include <string>
#include <string_view>

#include "core/result.h"
#include "router/config/config.h"

namespace katra::cli {

// The model name with which a client gets `name` from the gateway. An alias, provider/model or
// provider,model is returned unchanged. A bare model becomes "provider,model" with the one provider
// that has it: by its list of models, else by the maker's names ("deepseek-…"). Claude's models are
// unchanged, because the gateway maps them to the session's model. kNotFound: no provider has the
// model, or several do; the message names the aliases and providers that exist.
[[nodiscard]] Result<std::string> ModelSelector(const router::RouterConfig& config,
                                                std::string_view name);

}  // namespace katra::cli
