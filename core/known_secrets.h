// Takes keys and tokens whose value is known out of text that came back from where they were sent.
// Knows nothing of shapes (secrets.h does): text that repeats none of them stays as it is.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace katra {

class KnownSecrets {
 public:
  // Values of less than 8 bytes are not taken: they would be found in ordinary words.
  void Add(std::string_view value);

  // Whether `text` spells one of them: plainly, or with any of its characters escaped as in JSON,
  // also JSON within JSON. The beginning of one counts where the text ends or was cut (" …").
  [[nodiscard]] bool In(std::string_view text) const;
  // `text` with "[redacted]" for each of them. Linear in the text for a handful of secrets.
  [[nodiscard]] std::string Without(std::string text) const;

 private:
  struct Found {
    size_t begin = std::string_view::npos;
    size_t end = 0;
  };
  [[nodiscard]] Found Find(std::string_view text, size_t from) const;

  std::vector<std::string> values_;
  std::string starts_ = "\\";  // what the spelling of one may begin with
};

}  // namespace katra
