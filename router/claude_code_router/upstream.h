// A provider of ours as CCR must be told of it: endpoint, key reference, transformers.
#pragma once

#include <string>
#include <vector>

#include "router/claude_code_router/plan.h"

namespace katra::router::claude_code_router {

// Without models. `key_env` empty: no key is needed.
[[nodiscard]] Upstream DescribeUpstream(const Provider& provider, const std::string& name,
                                        const std::string& key_env);

// Adds the model, with what CCR must do for it.
void AddModel(Upstream& upstream, const Provider& provider, const std::string& model);

// What CCR cannot be told of this provider.
[[nodiscard]] std::vector<std::string> Losses(const RouterConfig& config, const Provider& provider,
                                              const Upstream& upstream);

}  // namespace katra::router::claude_code_router
