// A document in the format of personas.json, while it is built from another file's values.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "router/config/json_source.h"
#include "router/config/plano/yaml_source.h"

namespace katra::router::plano {

class Draft {
 public:
  // Sets the value at `pointer`. It comes from `place` in the other file, where its path is `path`.
  void Set(const std::string& pointer, nlohmann::ordered_json value, YamlPlace place,
           const std::string& path) {
    Enclose(pointer);
    document_[nlohmann::ordered_json::json_pointer(pointer)] = std::move(value);
    Note(pointer, place, path);
  }
  void Note(const std::string& pointer, YamlPlace place, const std::string& path) {
    source_.lines[pointer] = place.line;
    source_.paths[pointer] = path;
  }
  [[nodiscard]] bool Has(const std::string& pointer) const {
    return document_.contains(nlohmann::ordered_json::json_pointer(pointer));
  }

  [[nodiscard]] const nlohmann::ordered_json& document() const { return document_; }
  [[nodiscard]] JsonSource TakeSource() {
    source_.document = std::make_shared<const nlohmann::json>(document_);
    return std::move(source_);
  }

 private:
  // Makes the objects around `pointer`; otherwise a name such as "0" would begin a list.
  void Enclose(const std::string& pointer) {
    const std::string parent = pointer.substr(0, pointer.rfind('/'));
    if (parent.empty() || Has(parent)) return;
    Enclose(parent);
    document_[nlohmann::ordered_json::json_pointer(parent)] = nlohmann::ordered_json::object();
  }

  nlohmann::ordered_json document_ = nlohmann::ordered_json::object();
  JsonSource source_;
};

}  // namespace katra::router::plano
