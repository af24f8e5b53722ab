// An example personas.json for new users to copy.
#pragma once

#include <string>
#include <string_view>

#include "core/result.h"

namespace katra::router {

[[nodiscard]] std::string_view ExampleText();

// Writes it to HOME/router/personas.json.example if there is none; creates the folders if needed.
[[nodiscard]] Status PlaceExample(const std::string& home);

}  // namespace katra::router
