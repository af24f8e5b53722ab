// Names that mean everybody, nobody or the system.
#include "store/reserved_names.h"

#include <string>

#include "tests/support/cpp/catch.h"

namespace katra::store {
namespace {

TEST_CASE("M11 names that mean everybody, nobody or the system are reserved in every spelling") {
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

TEST_CASE("M11 look-alikes of reserved names are reserved") {
  for (const std::string name : {"a1l", "aIl", "AII", "n0body", "NU11", "5ystem", "h3re", "us3r"}) {
    INFO(name);
    CHECK(IsReservedName(name));
  }
}

TEST_CASE("M15 rooms are not named after everybody or nobody, and may be after a subject") {
  for (const std::string name : {"all", "Everyone", "here", "no_body", "a1l", "NULL"}) {
    CHECK(IsReservedRoom(name));
  }
  for (const std::string name : {"main", "tools", "system", "developer", "hall", "users"}) {
    CHECK_FALSE(IsReservedRoom(name));
  }
}

}  // namespace
}  // namespace katra::store
