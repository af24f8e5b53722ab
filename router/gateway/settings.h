// Settings of a gateway besides its configuration files.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

#include "core/http/server.h"
#include "router/policy/circuits.h"
#include "router/policy/retry_state.h"

namespace katra::router::gateway {

// Limits on the size and duration of an upstream's answer.
struct AnswerLimits {
  size_t before_content_bytes = size_t{4} << 20U;  // of a stream, before its first content
  size_t event_bytes = size_t{16} << 20U;          // of one event
  size_t stream_bytes = size_t{256} << 20U;        // of a whole stream
  size_t whole_bytes = size_t{64} << 20U;          // of an answer that is not a stream
  size_t error_bytes = size_t{1} << 20U;           // of an error body
  // From the start to the first content, between two events with content, and for a complete body.
  // Pings and comments do not count.
  std::chrono::milliseconds progress_timeout{900'000};
  std::chrono::milliseconds error_timeout{30'000};  // for the body of an error, after its head
};

struct Settings {
  std::string home;           // absolute
  std::string user_home;      // no folder above it belongs to a project; may be empty
  std::string personas_file;  // used instead of HOME/router/personas.json
  std::string config_file;    // a Plano config.yaml, absolute; its providers and routes go first
  std::string address = "127.0.0.1";
  int port = -1;  // -1: the configured port, or a free one if that is in use
  bool insecure_listen = false;
  std::string ca_file;
  std::string version;
  http::ServerLimits limits;
  policy::RetryOptions retry;
  policy::Circuits::Options circuits;
  std::chrono::milliseconds ping_interval{10'000};  // C35
  std::chrono::milliseconds connect_timeout{10'000};
  std::chrono::milliseconds first_byte_timeout{300'000};
  std::chrono::milliseconds idle_timeout{300'000};
  AnswerLimits answer;
  std::chrono::milliseconds drain_timeout{30'000};
};

}  // namespace katra::router::gateway
