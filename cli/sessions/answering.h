// Detects sessions that are answered by another model than they were started with. Knows neither
// store nor screen.
#pragma once

#include <string>
#include <string_view>

#include "store/types.h"

namespace katra::cli {

// "started on openai/gpt-5, answered by deepseek/deepseek-v4-pro"; empty if it is the same, or if
// there has been no answer yet. Ignores a date after a model's name and a vendor before it.
// `provider` and `model`: what it was started with; an empty model is the client's choice.
[[nodiscard]] std::string AnsweredByAnother(std::string_view provider, std::string_view model,
                                            const store::ProviderTag& tag);

}  // namespace katra::cli
