// The host and port of an address, read strictly: a text that two programs could read differently
// names nothing. Used wherever a decision hangs on which host is meant.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace katra {

struct Authority {
  std::string host;  // lower case; an IPv6 address in its shortest form, with its brackets
  int port = 0;      // 1 to 65535; 0: the text has none
};

// "localhost", "127.0.0.1:12000", "[::1]:80". Nothing for anything else: a user name, a path, a
// blank, an empty label, a dot at the end, an escape, a port out of range.
[[nodiscard]] std::optional<Authority> ParseAuthority(std::string_view text);

struct SchemeAndHost {
  bool tls = false;
  Authority authority;
};

// What an http or https URL names, whatever its path; nothing when it is no such URL.
[[nodiscard]] std::optional<SchemeAndHost> HostOfUrl(std::string_view url);

// A browser's Origin: an http or https URL of scheme, host and port alone. Nothing for "null".
[[nodiscard]] std::optional<SchemeAndHost> ParseOrigin(std::string_view origin);

// Whether bytes to `host` (as ParseAuthority gives it) stay on this computer: "localhost", the
// numbers of 127.0.0.0/8 and "[::1]". No name is looked up.
[[nodiscard]] bool IsLoopbackHost(std::string_view host);

}  // namespace katra
