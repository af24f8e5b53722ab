// How a program tells its user what went wrong. Messages hold what the user, a file or a server
// chose (arguments, names of files, another's error text), which must neither steer a terminal nor
// look like further messages.
#pragma once

#include <string>
#include <string_view>

namespace katra {

// `message` as Fence() of core/text.h shows it, without a line break at the end. Lines after the
// first are indented, so that none of them begins like another message.
[[nodiscard]] std::string ErrorLines(std::string_view message);

}  // namespace katra
