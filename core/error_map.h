// What an Error is called outside of the process: one table for JSON-RPC, HTTP and exit codes.
#pragma once

#include "core/result.h"

namespace katra {

struct ErrorNames {
  const char* name;  // "not_found": for logs and JSON
  // An MCP code where the protocol has one, else the HTTP status plus 1,000, which is outside of
  // what JSON-RPC reserves.
  int json_rpc;
  int http_status;
  int exit_code;  // 1..125, another for each code
};

[[nodiscard]] const ErrorNames& NamesOf(ErrorCode code);

}  // namespace katra
