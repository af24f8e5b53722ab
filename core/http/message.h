// HTTP messages as values, shared by server and client. Knows no sockets.
#pragma once

#include <memory>
#include <optional>
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

// Whether a body follows this head.
[[nodiscard]] bool DeclaresBody(const Request& head);

// Whether `name` is a token of RFC 9110, as the name of a header must be.
[[nodiscard]] bool IsHeaderName(std::string_view name);

// A value as it may stand in a header: printable ASCII and tabs. Whatever else is in it, line ends
// and bytes that readers take for some, becomes a blank; blanks around it go.
[[nodiscard]] std::string CleanHeaderValue(std::string_view value);

// "name: value" without its line end: all headers that are sent, to clients and to upstreams, are
// written here. The value is cleaned. False, and nothing is written: the name is none.
bool AppendHeaderLine(const Header& header, std::string* out);

// A line of a reply's head, with or without its line end. Nothing for what is no header: a name
// that is none, or the continuation of the line before.
[[nodiscard]] std::optional<Header> ReadHeaderLine(std::string_view line);

[[nodiscard]] bool EqualsIgnoreCase(std::string_view a, std::string_view b);
// "Not Found"; "Unknown" for what has no name.
[[nodiscard]] const char* ReasonPhrase(int status);

}  // namespace katra::http
