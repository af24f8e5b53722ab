// Formats an error message for the terminal. Messages contain text that the user, a file or a
// server chose (arguments, file names, other programs' errors); it must not control the terminal or
// look like further messages.
#pragma once

#include <string>
#include <string_view>

namespace katra {

// `message` escaped as by Fence() in core/text.h, without a final line break. Lines after the first
// are indented, so none of them looks like a new message.
[[nodiscard]] std::string ErrorLines(std::string_view message);

}  // namespace katra
