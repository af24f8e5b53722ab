// What can be set about a gateway beside its configuration files.
#pragma once

#include <chrono>
#include <string>

#include "core/http/server.h"
#include "router/gateway/proxy/answer_watchdog.h"
#include "router/policy/circuits.h"
#include "router/policy/retry_state.h"

namespace katra::router::gateway {

struct Settings {
  std::string home;           // absolute
  std::string personas_file;  // instead of HOME/router/personas.json
  std::string address = "127.0.0.1";
  int port = -1;  // -1: the configured one, or a free one when that is taken
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
