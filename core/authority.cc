#include "core/authority.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>

#include "core/text.h"

namespace katra {
namespace {

constexpr size_t kMaxHostBytes = 253;  // the limit of DNS names
constexpr int kMaxPort = 65535;
constexpr std::string_view kHttp = "http://";
constexpr std::string_view kHttps = "https://";

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

bool IsHostCharacter(char c) {
  return IsDigit(c) || (c >= 'a' && c <= 'z') || c == '-' || c == '_' || c == '.';
}

bool IsNameOrIpv4(std::string_view host) {
  return !host.empty() && host.size() <= kMaxHostBytes && host.front() != '.' &&
         host.back() != '.' && host.find("..") == std::string_view::npos &&
         std::all_of(host.begin(), host.end(), IsHostCharacter);
}

// Normalises to the shortest form, so that each address has one text.
std::optional<std::string> NormalIpv6(std::string_view digits) {
  in6_addr address{};
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (inet_pton(AF_INET6, std::string(digits).c_str(), &address) != 1 ||
      inet_ntop(AF_INET6, &address, text.data(), text.size()) == nullptr) {
    return std::nullopt;
  }
  return "[" + std::string(text.data()) + "]";
}

// 0: not a port.
int ReadPort(std::string_view digits) {
  if (digits.empty() || digits.size() > 5 || !std::all_of(digits.begin(), digits.end(), IsDigit)) {
    return 0;
  }
  const int port = std::stoi(std::string(digits));
  return port <= kMaxPort ? port : 0;
}

}  // namespace

std::optional<Authority> ParseAuthority(std::string_view text) {
  Authority parsed;
  std::string_view rest;
  if (!text.empty() && text.front() == '[') {
    const size_t end = text.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    auto host = NormalIpv6(text.substr(1, end - 1));
    if (!host) return std::nullopt;
    parsed.host = std::move(*host);
    rest = text.substr(end + 1);
  } else {
    const size_t colon = std::min(text.find(':'), text.size());
    parsed.host = ToLowerAscii(text.substr(0, colon));
    if (!IsNameOrIpv4(parsed.host)) return std::nullopt;
    rest = text.substr(colon);
  }
  if (rest.empty()) return parsed;
  if (rest.front() != ':') return std::nullopt;
  parsed.port = ReadPort(rest.substr(1));
  if (parsed.port == 0) return std::nullopt;
  return parsed;
}

std::optional<SchemeAndHost> HostOfUrl(std::string_view url) {
  const bool tls = url.substr(0, kHttps.size()) == kHttps;
  if (!tls && url.substr(0, kHttp.size()) != kHttp) return std::nullopt;
  url.remove_prefix(tls ? kHttps.size() : kHttp.size());
  auto authority = ParseAuthority(url.substr(0, url.find_first_of("/?#")));
  if (!authority) return std::nullopt;
  return SchemeAndHost{tls, std::move(*authority)};
}

std::optional<SchemeAndHost> ParseOrigin(std::string_view origin) {
  if (origin.size() <= kHttps.size()) return std::nullopt;
  const bool path = origin.substr(kHttps.size()).find_first_of("/?#") != std::string_view::npos;
  return path ? std::nullopt : HostOfUrl(origin);
}

bool IsLoopbackHost(std::string_view host) {
  if (host == "localhost" || host == "[::1]") return true;
  in_addr address{};
  constexpr uint32_t kLoopbackNet = 127;
  return inet_pton(AF_INET, std::string(host).c_str(), &address) == 1 &&
         ntohl(address.s_addr) >> 24U == kLoopbackNet;
}

}  // namespace katra
