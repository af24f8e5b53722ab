// A complete answer for the client, and what the gateway needs to know about it, whatever the
// upstream's format.
#pragma once

#include <string>
#include <vector>

#include "router/translate/usage.h"

namespace katra::router::translate {

struct MessagesReply {
  std::string body;
  Usage usage;
  std::string stop_reason;
  std::string model;  // as the upstream reported it, or empty
  std::string upstream_id;
  std::vector<std::string> notes;
  std::vector<std::string> left_out;  // parts that were not understood
};

}  // namespace katra::router::translate
