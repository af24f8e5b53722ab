// HTTP messages as values, shared by server and client. Knows no sockets.
#pragma once

#include <memory>
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

// Bytes in pieces, each kept by whom it is a part of: a long body is changed without being copied.
class Body {
 public:
  Body() = default;
  explicit Body(std::string whole) { Append(std::move(whole)); }

  void Append(std::string bytes);
  // `part` is of `*whole`.
  void Append(std::shared_ptr<const std::string> whole, std::string_view part);

  // Valid as long as this body or a copy of it.
  [[nodiscard]] const std::vector<std::string_view>& pieces() const { return pieces_; }
  [[nodiscard]] size_t size() const { return size_; }

 private:
  std::vector<std::string_view> pieces_;
  std::vector<std::shared_ptr<const std::string>> owners_;
  size_t size_ = 0;
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

// "name: value" without its line end. Line breaks and NULs within are left out: they would begin
// another header.
void AppendHeaderLine(const Header& header, std::string* out);

[[nodiscard]] bool EqualsIgnoreCase(std::string_view a, std::string_view b);
// "Not Found"; "Unknown" for what has no name.
[[nodiscard]] const char* ReasonPhrase(int status);

}  // namespace katra::http
