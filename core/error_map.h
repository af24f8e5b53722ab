// Maps error codes to the codes of JSON-RPC and HTTP and to exit codes, in one table.
#pragma once

#include "core/result.h"

namespace katra {

struct ErrorNames {
  const char* name;  // "not_found": for logs and JSON
  // An MCP code if the protocol defines one, else the HTTP status plus 1,000, which is outside the
  // range that JSON-RPC reserves.
  int json_rpc;
  int http_status;
  int exit_code;  // 1..125, distinct for each code
};

[[nodiscard]] const ErrorNames& NamesOf(ErrorCode code);

}  // namespace katra
