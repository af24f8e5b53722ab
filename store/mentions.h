// Personas that a message names. Pure functions.
#pragma once

#include <string>

namespace katra::store {

// Whether `body` names the persona as @name, as a whole word, ignoring case.
[[nodiscard]] bool Mentions(const std::string& body, const std::string& persona);

}  // namespace katra::store
