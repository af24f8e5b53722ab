// Describes one of our providers to CCR: endpoint, key reference, transformers.
#pragma once

#include <string>
#include <vector>

#include "router/claude_code_router/plan.h"

namespace katra::router::claude_code_router {

// An Upstream without models. `key_env` empty: no key is needed.
[[nodiscard]] Upstream DescribeUpstream(const Provider& provider, const std::string& name,
                                        const std::string& key_env);

// Adds the model, with the transformers that it needs.
void AddModel(Upstream& upstream, const Provider& provider, const std::string& model);

// Describes what CCR cannot express about this provider.
[[nodiscard]] std::vector<std::string> Losses(const RouterConfig& config, const Provider& provider,
                                              const Upstream& upstream);

}  // namespace katra::router::claude_code_router
