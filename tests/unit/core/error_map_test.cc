// The table of core/error_map.h, walked.
#include "core/error_map.h"

#include <set>
#include <string>

#include "tests/support/cpp/catch.h"

namespace katra {
namespace {

constexpr ErrorCode kLast = ErrorCode::kInternal;

TEST_CASE("every error code has a name and an exit code of its own") {
  std::set<std::string> names;
  std::set<int> exit_codes;
  for (int i = 0; i <= static_cast<int>(kLast); ++i) {
    const ErrorNames& row = NamesOf(static_cast<ErrorCode>(i));
    CAPTURE(row.name);
    CHECK(names.insert(row.name).second);
    CHECK(exit_codes.insert(row.exit_code).second);
    CHECK(row.exit_code >= 1);
    CHECK(row.exit_code <= 125);  // above: the shell's own meanings
  }
}

TEST_CASE("every error code is an HTTP error, and no JSON-RPC code is one that others define") {
  const std::set<int> defined_by_json_rpc = {-32602, -32603};
  for (int i = 0; i <= static_cast<int>(kLast); ++i) {
    const ErrorNames& row = NamesOf(static_cast<ErrorCode>(i));
    CAPTURE(row.name);
    CHECK(row.http_status >= 400);
    CHECK(row.http_status <= 599);
    const bool reserved = row.json_rpc >= -32768 && row.json_rpc <= -32000;
    CHECK((!reserved || defined_by_json_rpc.count(row.json_rpc) == 1));
  }
}

TEST_CASE("what the caller can mend is an invalid parameter, and a defect is an internal error") {
  CHECK(NamesOf(ErrorCode::kInvalidArgument).json_rpc == -32602);
  CHECK(NamesOf(ErrorCode::kNotFound).json_rpc == -32602);
  CHECK(NamesOf(ErrorCode::kInternal).json_rpc == -32603);
  CHECK(NamesOf(ErrorCode::kInvalidArgument).exit_code == 2);
}

}  // namespace
}  // namespace katra
