// Whether a session is answered by what it was started with. Knows neither store nor screen.
#pragma once

#include <string>
#include <string_view>

#include "store/types.h"

namespace katra::cli {

// "started on openai/gpt-5, answered by deepseek/deepseek-v4-pro"; empty when that is the same, or
// when nobody has seen an answer yet. A date behind a model's name, or a vendor before it, makes no
// difference. `provider` and `model`: what it was started with; an empty model is the client's own
// choice.
[[nodiscard]] std::string AnsweredByAnother(std::string_view provider, std::string_view model,
                                            const store::ProviderTag& tag);

}  // namespace katra::cli
