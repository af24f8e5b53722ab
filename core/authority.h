// Strict parsing of the host and port of an address. A text that two programs could read
// differently is rejected. Used wherever a security decision depends on the host.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace katra {

struct Authority {
  std::string host;  // lower case; an IPv6 address in its shortest form, with its brackets
  int port = 0;      // 1 to 65535; 0 if the text has no port
};

// Parses "localhost", "127.0.0.1:12000" or "[::1]:80". Returns nullopt for everything else: a user
// name, a path, a blank, an empty label, a trailing dot, an escape, a port out of range.
[[nodiscard]] std::optional<Authority> ParseAuthority(std::string_view text);

struct SchemeAndHost {
  bool tls = false;
  Authority authority;
};

// The scheme and host of an http or https URL, ignoring its path; nullopt for anything else.
[[nodiscard]] std::optional<SchemeAndHost> HostOfUrl(std::string_view url);

// Parses a browser's Origin header: an http or https URL with scheme, host and port only. Returns
// nullopt for "null".
[[nodiscard]] std::optional<SchemeAndHost> ParseOrigin(std::string_view origin);

// Whether traffic to `host` (in ParseAuthority's form) stays on this computer: "localhost", the
// addresses of 127.0.0.0/8 and "[::1]". Does not look names up.
[[nodiscard]] bool IsLoopbackHost(std::string_view host);

}  // namespace katra
