// Names that mean everybody, nobody or the system.
#include "store/reserved_names.h"

#include <string>

#include "tests/support/catch.h"

namespace katra::store {
namespace {

TEST_CASE("names that mean everybody, nobody or the system are reserved in every spelling") {
  for (const std::string name :
       {"all", "everyone", "System", "user", "null", "here", "assistant", "tool", "katra", "KATRA",
        "Every-One", "no_body", "SYSTEM", "Human", "developer", "channel", "None", "a-l-l"}) {
    INFO(name);
    CHECK(IsReservedName(name));
  }
}

TEST_CASE("names of personas are not") {
  for (const std::string name : {"Sam", "Charlie", "systemd", "Al", "Tooley", "user1",
                                 "guest-00001", "Claude", "Codex", "Lead", "Root", "Allen", "x"}) {
    INFO(name);
    CHECK_FALSE(IsReservedName(name));
  }
}

}  // namespace
}  // namespace katra::store
