// A blocking HTTP request, for commands that have no loop. Knows no endpoints.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "core/http/message.h"
#include "core/result.h"

namespace katra::http {

struct FetchRequest {
  std::string method = "GET";
  std::string url;           // http://localhost/… with a socket
  std::string local_socket;  // if not empty, connects to this Unix socket instead of the host
  std::vector<Header> headers;
  std::string body;
  std::chrono::milliseconds timeout{5'000};
};

// Returns the response, whatever its status. kUnavailable: nothing answers at that address;
// kDeadlineExceeded.
[[nodiscard]] Result<Response> Fetch(const FetchRequest& request);

}  // namespace katra::http
