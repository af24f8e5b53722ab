#include "router/cloud/sigv4.h"

#include <algorithm>
#include <array>

#include "core/text.h"

namespace katra::router::cloud {
namespace {

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";
constexpr size_t kBlockBytes = 64;

std::string_view View(const Sha256Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

std::string Hex(const Sha256Digest& digest) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  for (const uint8_t byte : digest) {
    hex.push_back(kDigits[byte >> 4U]);
    hex.push_back(kDigits[byte & 15U]);
  }
  return hex;
}

bool IsUnreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_' || c == '.' || c == '~';
}

// "20150830T123600Z".
std::string Timestamp(WallTime time) {
  std::string stamp;
  const std::string written = FormatRfc3339(time);
  for (const char c : std::string_view(written).substr(0, 19)) {
    if (c != '-' && c != ':') stamp.push_back(c);
  }
  return stamp + "Z";
}

// For every service except S3 the path is URI-encoded once more than it is sent.
std::string CanonicalPath(std::string_view path) {
  std::string canonical;
  for (const std::string& segment : Split(path, '/')) {
    canonical += UriEncode(segment);
    canonical.push_back('/');
  }
  canonical.pop_back();
  return canonical.empty() ? "/" : canonical;
}

std::string CanonicalQuery(std::string_view query) {
  HeaderList parameters;
  if (query.empty()) return {};
  for (const std::string& part : Split(query, '&')) {
    const size_t equals = part.find('=');
    parameters.emplace_back(part.substr(0, equals),
                            equals == std::string::npos ? "" : part.substr(equals + 1));
  }
  std::sort(parameters.begin(), parameters.end());
  std::vector<std::string> parts;
  for (const auto& [name, value] : parameters) parts.push_back(name + "=" + value);
  return Join(parts, "&");
}

// Trims a value and collapses runs of blanks inside it.
std::string CanonicalValue(std::string_view value) {
  std::string canonical;
  for (const char c : Trim(value)) {
    const bool blank = c == ' ' || c == '\t';
    if (blank && canonical.ends_with(' ')) continue;
    canonical.push_back(blank ? ' ' : c);
  }
  return canonical;
}

// Lower case, sorted by name.
HeaderList Sorted(const HeaderList& headers) {
  HeaderList sorted;
  for (const auto& [name, value] : headers) {
    sorted.emplace_back(ToLowerAscii(name), CanonicalValue(value));
  }
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  return sorted;
}

std::string SignedNames(const HeaderList& sorted) {
  std::vector<std::string> names;
  for (const auto& [name, value] : sorted) names.push_back(name);
  return Join(names, ";");
}

}  // namespace

std::string UriEncode(std::string_view text) {
  static constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    if (IsUnreserved(c)) {
      encoded.push_back(c);
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    encoded.push_back('%');
    encoded.push_back(kDigits[byte >> 4U]);
    encoded.push_back(kDigits[byte & 15U]);
  }
  return encoded;
}

Sha256Digest HmacSha256(std::string_view key, std::string_view message) {
  std::array<char, kBlockBytes> block{};
  if (key.size() > kBlockBytes) {
    const Sha256Digest digest = Sha256(key);
    std::copy(digest.begin(), digest.end(), block.begin());
  } else {
    std::copy(key.begin(), key.end(), block.begin());
  }
  std::string inner;
  std::string outer;
  for (const char c : block) {
    inner.push_back(static_cast<char>(static_cast<unsigned char>(c) ^ 0x36U));
    outer.push_back(static_cast<char>(static_cast<unsigned char>(c) ^ 0x5CU));
  }
  inner.append(message);
  outer.append(View(Sha256(inner)));
  return Sha256(outer);
}

std::string CanonicalRequest(const SignedRequest& request, const HeaderList& headers) {
  const HeaderList sorted = Sorted(headers);
  std::string canonical = request.method + "\n" + CanonicalPath(request.path) + "\n" +
                          CanonicalQuery(request.query) + "\n";
  for (const auto& [name, value] : sorted) canonical += name + ":" + value + "\n";
  canonical += "\n" + SignedNames(sorted) + "\n" + request.payload_sha256;
  return canonical;
}

HeaderList Sign(const SignedRequest& request, const AwsKeys& keys, const SigningScope& scope,
                WallTime now) {
  const std::string stamp = Timestamp(now);
  const std::string day = stamp.substr(0, 8);
  HeaderList added = {{"x-amz-date", stamp}};
  if (!keys.session_token.empty()) added.emplace_back("x-amz-security-token", keys.session_token);

  HeaderList headers = request.headers;
  headers.emplace_back("host", request.host);
  headers.insert(headers.end(), added.begin(), added.end());
  const std::string terms = day + "/" + scope.region + "/" + scope.service + "/aws4_request";
  const std::string to_sign = std::string(kAlgorithm) + "\n" + stamp + "\n" + terms + "\n" +
                              Sha256Hex(CanonicalRequest(request, headers));

  Sha256Digest key = HmacSha256("AWS4" + keys.secret_access_key, day);
  key = HmacSha256(View(key), scope.region);
  key = HmacSha256(View(key), scope.service);
  key = HmacSha256(View(key), "aws4_request");
  added.emplace_back("authorization", std::string(kAlgorithm) +
                                          " Credential=" + keys.access_key_id + "/" + terms +
                                          ", SignedHeaders=" + SignedNames(Sorted(headers)) +
                                          ", Signature=" + Hex(HmacSha256(View(key), to_sign)));
  return added;
}

}  // namespace katra::router::cloud
