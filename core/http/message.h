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

// Headers in order of arrival. Names are compared case-insensitively.
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

// A body as a list of pieces that share ownership of their buffers, so that a long body can be
// changed without copying it.
class Body {
 public:
  Body() = default;
  explicit Body(std::string whole) { Append(std::move(whole)); }

  void Append(std::string bytes);
  // `part` must be a view of `*whole`.
  void Append(std::shared_ptr<const std::string> whole, std::string_view part);

  // Valid as long as this body or a copy of it exists.
  [[nodiscard]] const std::vector<std::string_view>& pieces() const { return pieces_; }
  [[nodiscard]] size_t size() const { return size_; }

 private:
  std::vector<std::string_view> pieces_;
  std::vector<std::shared_ptr<const std::string>> owners_;
  size_t size_ = 0;
};

struct Request {
  std::string method;
  std::string target;  // as sent, with the query
  std::string path;    // without the query, not decoded
  std::string query;   // without the question mark
  Headers headers;
  std::string body;  // after removing chunked encoding and gzip
  // Came through the local socket, so the kernel has verified the user.
  bool local = false;
};

struct Response {
  int status = 200;
  Headers headers;
  std::string body;
};

// Whether the head announces a body.
[[nodiscard]] bool DeclaresBody(const Request& head);

// Whether `name` is a token (RFC 9110), as header names must be.
[[nodiscard]] bool IsHeaderName(std::string_view name);

// Returns a valid header value: printable ASCII and tabs. Every other byte becomes a space (line
// ends, and bytes that some parsers take for line ends), and blanks at both ends are removed.
[[nodiscard]] std::string CleanHeaderValue(std::string_view value);

// Appends "name: value" without a line end, with the value cleaned. All headers that are sent, to
// clients and to upstreams, are written here. Returns false and appends nothing if the name is
// invalid.
bool AppendHeaderLine(const Header& header, std::string* out);

// Parses a header line of a response, with or without its line end. Returns nullopt if it is not
// one: an invalid name, or a continuation of the previous line.
[[nodiscard]] std::optional<Header> ReadHeaderLine(std::string_view line);

[[nodiscard]] bool EqualsIgnoreCase(std::string_view a, std::string_view b);
// "Not Found" and so on; "Unknown" for other statuses.
[[nodiscard]] const char* ReasonPhrase(int status);

}  // namespace katra::http
