// A folder of its own for each test, gone with the object. Knows nothing of what lies in it.
#pragma once

#include <string>

namespace katra::testing {

class TempHome {
 public:
  TempHome();  // mode 0700, under TMPDIR or /tmp
  ~TempHome();
  TempHome(const TempHome&) = delete;
  TempHome& operator=(const TempHome&) = delete;

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::string File(const std::string& name) const { return path_ + "/" + name; }
  [[nodiscard]] std::string database() const { return File("katra.db"); }

 private:
  std::string path_;
};

}  // namespace katra::testing
