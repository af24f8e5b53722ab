// The example is part of the program, so that it is there without an installation.
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
  if (lstat(path.c_str(), &info) == 0) return {};
  for (const std::string& needed : {home, folder}) {
    if (stat(needed.c_str(), &info) == 0) continue;
    if (auto made = EnsurePrivateFolder(needed); !made) return made;
  }
  return WriteFileAtomically(path, ExampleText());
}

}  // namespace katra::router
