#include "store/mentions.h"

#include "core/text.h"

namespace katra::store {

bool Mentions(const std::string& body, const std::string& persona) {
  const std::string text = ToLowerAscii(body);
  const std::string name = "@" + ToLowerAscii(persona);
  const auto in_name = [&](size_t at) {
    return at < text.size() && (text[at] == '-' || text[at] == '_' || IsName(text.substr(at, 1)));
  };
  for (size_t at = text.find(name); at != std::string::npos; at = text.find(name, at + 1)) {
    const bool begins = at == 0 || !in_name(at - 1);
    if (begins && !in_name(at + name.size())) return true;
  }
  return false;
}

}  // namespace katra::store
