#include "core/http/message.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include "core/text.h"

namespace katra::http {
namespace {

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

constexpr std::array<bool, 256> MakeTokenCharacters() {
  std::array<bool, 256> table{};
  for (int c = 'a'; c <= 'z'; ++c) table[static_cast<size_t>(c)] = true;
  for (int c = 'A'; c <= 'Z'; ++c) table[static_cast<size_t>(c)] = true;
  for (int c = '0'; c <= '9'; ++c) table[static_cast<size_t>(c)] = true;
  for (const char c : std::string_view("!#$%&'*+-.^_`|~")) {
    table[static_cast<unsigned char>(c)] = true;
  }
  return table;
}

bool IsTokenCharacter(char c) {
  static constexpr std::array<bool, 256> kTable = MakeTokenCharacters();
  return kTable[static_cast<unsigned char>(c)];
}

bool IsValueCharacter(char c) { return (c >= ' ' && c <= '~') || c == '\t'; }

// Branch-free, so that the compiler vectorises it.
bool IsClean(std::string_view value) {
  uint8_t bad = 0;
  for (const char c : value) {
    const auto above_space = static_cast<uint8_t>(c - ' ');
    bad |= static_cast<uint8_t>((above_space > '~' - ' ' ? 1 : 0) & (c != '\t' ? 1 : 0));
  }
  return bad == 0;
}

// Nearly all values are clean and are copied in one piece.
void AppendClean(std::string_view value, std::string* out) {
  if (IsClean(value)) {
    out->append(value);
    return;
  }
  while (!value.empty()) {
    const auto* end = std::find_if_not(value.begin(), value.end(), IsValueCharacter);
    const auto length = static_cast<size_t>(end - value.begin());
    out->append(value.substr(0, length));
    if (length == value.size()) return;
    out->push_back(' ');
    value.remove_prefix(length + 1);
  }
}

}  // namespace

void Body::Append(std::string bytes) {
  auto whole = std::make_shared<const std::string>(std::move(bytes));
  const std::string_view part = *whole;
  Append(std::move(whole), part);
}

void Body::Append(std::shared_ptr<const std::string> whole, std::string_view part) {
  if (part.empty()) return;
  if (owners_.empty() || owners_.back() != whole) owners_.push_back(std::move(whole));
  pieces_.push_back(part);
  size_ += part.size();
}

bool DeclaresBody(const Request& head) {
  if (head.headers.Count("transfer-encoding") > 0) return true;
  const std::string* length = head.headers.Find("content-length");
  return length != nullptr && length->find_first_not_of('0') != std::string::npos;
}

bool IsHeaderName(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), IsTokenCharacter);
}

std::string CleanHeaderValue(std::string_view value) {
  std::string clean;
  AppendClean(value, &clean);
  return std::string(Trim(clean));
}

bool AppendHeaderLine(const Header& header, std::string* out) {
  if (!IsHeaderName(header.name)) return false;
  out->append(header.name).append(": ");
  AppendClean(header.value, out);
  return true;
}

std::optional<Header> ReadHeaderLine(std::string_view line) {
  if (line.empty() || line.front() == ' ' || line.front() == '\t') return std::nullopt;
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos || !IsHeaderName(line.substr(0, colon))) return std::nullopt;
  return Header{std::string(line.substr(0, colon)), CleanHeaderValue(line.substr(colon + 1))};
}

bool EqualsIgnoreCase(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    if (Lower(a[i]) != Lower(b[i])) return false;
  }
  return true;
}

void Headers::Add(std::string name, std::string value) {
  entries_.push_back({std::move(name), std::move(value)});
}

void Headers::Set(std::string_view name, std::string value) {
  entries_.erase(
      std::remove_if(entries_.begin(), entries_.end(),
                     [&](const Header& entry) { return EqualsIgnoreCase(entry.name, name); }),
      entries_.end());
  entries_.push_back({std::string(name), std::move(value)});
}

const std::string* Headers::Find(std::string_view name) const {
  for (const Header& entry : entries_) {
    if (EqualsIgnoreCase(entry.name, name)) return &entry.value;
  }
  return nullptr;
}

size_t Headers::Count(std::string_view name) const {
  return static_cast<size_t>(
      std::count_if(entries_.begin(), entries_.end(),
                    [&](const Header& entry) { return EqualsIgnoreCase(entry.name, name); }));
}

const char* ReasonPhrase(int status) {
  static constexpr std::array<std::pair<int, const char*>, 28> kPhrases = {{
      {100, "Continue"},
      {200, "OK"},
      {201, "Created"},
      {202, "Accepted"},
      {204, "No Content"},
      {400, "Bad Request"},
      {401, "Unauthorized"},
      {402, "Payment Required"},
      {403, "Forbidden"},
      {404, "Not Found"},
      {405, "Method Not Allowed"},
      {408, "Request Timeout"},
      {409, "Conflict"},
      {411, "Length Required"},
      {413, "Content Too Large"},
      {414, "URI Too Long"},
      {415, "Unsupported Media Type"},
      {417, "Expectation Failed"},
      {421, "Misdirected Request"},
      {422, "Unprocessable Content"},
      {429, "Too Many Requests"},
      {431, "Request Header Fields Too Large"},
      {500, "Internal Server Error"},
      {502, "Bad Gateway"},
      {503, "Service Unavailable"},
      {504, "Gateway Timeout"},
      {505, "HTTP Version Not Supported"},
      {529, "Overloaded"},
  }};
  const auto* found = std::find_if(kPhrases.begin(), kPhrases.end(),
                                   [status](const auto& entry) { return entry.first == status; });
  return found == kPhrases.end() ? "Unknown" : found->second;
}

}  // namespace katra::http
