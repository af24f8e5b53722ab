// What a broken or hostile client may send, and what it must get. A table; the test sends it.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace katra::testing {

// One answer that must come. `id`: as it must be echoed; null: null or absent.
struct ExpectedAnswer {
  nlohmann::json id;
  // JSON-RPC error codes, any of which is right. Empty: a result.
  std::vector<int> codes;
  bool tool_error = false;  // a result with isError
  std::string words;        // somewhere in the error's message or the tool's text
};

struct BadInput {
  std::string name;
  std::string bytes;                    // as sent, newline included
  std::vector<ExpectedAnswer> answers;  // none: nothing may come
};

// For a server with the handshake of 2025-11-25 done, as persona Sam; Dario is known, too.
[[nodiscard]] std::vector<BadInput> BadLines();
[[nodiscard]] std::vector<BadInput> BadMethods();
[[nodiscard]] std::vector<BadInput> BadToolArguments();

// For a server before any handshake.
[[nodiscard]] std::vector<BadInput> BadStarts();

}  // namespace katra::testing
