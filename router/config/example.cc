// The example is compiled in, so that it exists without an installation.
#include "router/config/example.h"

#include <sys/stat.h>

#include "core/files.h"
#include "router/config/example.gen.h"

namespace katra::router {

std::string_view ExampleText() { return example::EmbeddedFiles().front().text; }

Status PlaceExample(const std::string& home) {
  const std::string folder = home + "/router";
  const std::string path = folder + "/personas.json.example";
  struct stat info = {};
  if (stat(home.c_str(), &info) != 0) {
    if (auto made = EnsurePrivateFolder(home); !made) return made;
  }
  if (lstat(folder.c_str(), &info) != 0 || S_ISLNK(info.st_mode)) {
    // For a link the error says what to do.
    if (auto made = EnsurePrivateFolder(folder); !made) return made;
  }
  if (lstat(path.c_str(), &info) == 0) return {};
  return WriteFileAtomically(path, ExampleText());
}

}  // namespace katra::router
