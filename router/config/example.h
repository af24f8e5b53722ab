// The example of a personas.json, which a new user copies.
#pragma once

#include <string>
#include <string_view>

#include "core/result.h"

namespace katra::router {

[[nodiscard]] std::string_view ExampleText();

// Puts it to HOME/router/personas.json.example when there is none; makes the folders when needed.
[[nodiscard]] Status PlaceExample(const std::string& home);

}  // namespace katra::router
