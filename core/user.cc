#include "core/user.h"

#include <pwd.h>
#include <unistd.h>

#include <cstdlib>

namespace katra {
namespace {

const passwd* Entry() {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): before any thread
  return getpwuid(geteuid());
}

}  // namespace

std::string UserName(const ReadVariable& variable) {
  for (const char* name : {"USER", "LOGNAME"}) {
    if (std::string value = variable(name); !value.empty()) return value;
  }
  const passwd* const entry = Entry();
  return entry == nullptr || entry->pw_name == nullptr ? std::string() : entry->pw_name;
}

std::string UserHome(const ReadVariable& variable) {
  if (std::string home = variable("HOME"); !home.empty()) return home;
  const passwd* const entry = Entry();
  return entry == nullptr || entry->pw_dir == nullptr ? std::string() : entry->pw_dir;
}

std::string OwnVariable(const char* name) {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): before any thread
  const char* const value = std::getenv(name);
  return value == nullptr ? std::string() : value;
}

}  // namespace katra
