// HTTP messages as values, shared by server and client. Knows no sockets.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace katra::http {

struct Header {
  std::string name;
  std::string value;
};

// In the order of arrival; names compare without regard to case.
class Headers {
 public:
  Headers() = default;
  Headers(std::initializer_list<Header> entries) : entries_(entries) {}

  void Add(std::string name, std::string value);
  // Replaces every header of that name.
  void Set(std::string_view name, std::string value);
  // The first of that name, or nullptr; valid until the next change.
  [[nodiscard]] const std::string* Find(std::string_view name) const;
  [[nodiscard]] size_t Count(std::string_view name) const;
  [[nodiscard]] const std::vector<Header>& all() const { return entries_; }
  void Clear() { entries_.clear(); }

 private:
  std::vector<Header> entries_;
};

struct Request {
  std::string method;
  std::string target;  // as sent: path and query
  std::string path;    // without the query, not decoded
  std::string query;   // without the question mark
  Headers headers;
  std::string body;  // decoded of chunks and gzip
  // On the local socket: the kernel vouches for this user.
  bool local = false;
};

struct Response {
  int status = 200;
  Headers headers;
  std::string body;
};

[[nodiscard]] bool EqualsIgnoreCase(std::string_view a, std::string_view b);
// "Not Found"; "Unknown" for what has no name.
[[nodiscard]] const char* ReasonPhrase(int status);

}  // namespace katra::http
