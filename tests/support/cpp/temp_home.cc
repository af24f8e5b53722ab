// mkdtemp, and the removal of what became of it, whatever its modes are by then.
#include "tests/support/cpp/temp_home.h"

#include <cstdlib>
#include <filesystem>
#include <stdexcept>

namespace katra::testing {

TempHome::TempHome() {
  const char* folder = std::getenv("TMPDIR");
  path_ =
      std::string(folder != nullptr && *folder != '\0' ? folder : "/tmp") + "/katra-test-XXXXXX";
  if (mkdtemp(path_.data()) == nullptr) throw std::runtime_error("mkdtemp failed: " + path_);
}

TempHome::~TempHome() {
  namespace fs = std::filesystem;
  std::error_code ignored;
  fs::permissions(path_, fs::perms::owner_all, fs::perm_options::add, ignored);
  fs::remove_all(path_, ignored);
}

}  // namespace katra::testing
