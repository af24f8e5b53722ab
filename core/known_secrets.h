// Removes secrets of known value from text that came back from where they were sent, such as an
// upstream's error message. Does not look for shapes of secrets (secrets.h does): text that repeats
// none of them is unchanged.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace katra {

class KnownSecrets {
 public:
  // Ignores values shorter than 8 bytes: they would match ordinary words.
  void Add(std::string_view value);

  // Whether `text` contains one of them, plain or with any of its characters escaped as in JSON,
  // also as JSON inside JSON. A prefix of one counts where the text ends or was cut (" …").
  [[nodiscard]] bool In(std::string_view text) const;
  // Replaces each of them by "[redacted]". Linear in the text for a handful of secrets.
  [[nodiscard]] std::string Without(std::string text) const;

 private:
  struct Found {
    size_t begin = std::string_view::npos;
    size_t end = 0;
  };
  [[nodiscard]] Found Find(std::string_view text, size_t from) const;

  std::vector<std::string> values_;
  std::string starts_ = "\\";  // first characters of the values, in any spelling
};

}  // namespace katra
