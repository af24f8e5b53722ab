// One request, waited for: for a command that has no loop. Knows no endpoint.
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
  std::string local_socket;  // a socket file to go to instead of the host; empty: none
  std::vector<Header> headers;
  std::string body;
  std::chrono::milliseconds timeout{5'000};
};

// Any status is a reply. kUnavailable: nobody answers there; kDeadlineExceeded.
[[nodiscard]] Result<Response> Fetch(const FetchRequest& request);

}  // namespace katra::http
