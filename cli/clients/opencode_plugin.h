// Katra's plugin for opencode, which is compiled in: its text, and where it lies. Writes nothing.
#pragma once

#include <string>

namespace katra::cli {

// Where the plugin of a home is written.
[[nodiscard]] std::string OpenCodePluginPath(const std::string& home);

// The plugin's text. `katra`: absolute path of the program. `home`: KATRA_HOME for it; empty: as in
// opencode's environment.
[[nodiscard]] std::string OpenCodePlugin(const std::string& katra, const std::string& home);

// "file:///…", with what a URL may not contain escaped.
[[nodiscard]] std::string FileUrl(const std::string& path);

}  // namespace katra::cli
