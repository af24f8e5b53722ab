// Writes a tool's input_schema in an upstream's dialect (R29, R30).
#include <algorithm>
#include <array>
#include <string>
#include <unordered_set>
#include <vector>

#include "router/translate/request_draft.h"

namespace katra::router::translate {
namespace {

constexpr std::string_view kEmptyObject = R"({"type":"object","properties":{}})";
constexpr int kMaxDepth = 24;
// The most bytes that the references of one tool's schema may add.
constexpr size_t kMaxReferenced = size_t{256} << 10U;
// Of these, the most that recursive references may add.
constexpr size_t kMaxRecursive = size_t{16} << 10U;

// A schema for OpenAI-like upstreams: unchanged, but always an object with properties.
void WriteFull(JsonView schema, std::string& out) {
  const bool typed = !schema["type"].IsNothing();
  const bool has_properties = schema["properties"].IsObject();
  const bool object = !typed || schema["type"].Is("object");
  if (!object || (typed && has_properties)) {
    out.append(schema.Raw());
    return;
  }
  JsonWriter writer(out);
  writer.BeginObject();
  if (!typed) writer.Key("type").String("object");
  for (const JsonView member : schema) {
    if (member.Key().Is("properties") && !has_properties) continue;
    writer.Key(member.Key().RawString()).Raw(member.Raw());
  }
  if (!has_properties) writer.Key("properties").BeginObject().EndObject();
  writer.EndObject();
}

// The common state of writing one tool's schema.
struct SchemaWork {
  JsonView root;
  size_t room = 0;  // bytes that references may still add
  // The same for recursive references.
  size_t recursive_room = kMaxRecursive;
  std::vector<size_t> open = {};              // offsets of the places being written
  int repeats = 0;                            // how many of these are in it twice
  std::unordered_set<size_t> recursive = {};  // offsets of recursive places
  bool lost = false;                          // a reference was replaced by a plain object
};

// Gemini supports a subset of OpenAPI's schemas. Anything else is resolved, described in the
// description, or dropped.
class GeminiSchema {
 public:
  // `work` is borrowed.
  GeminiSchema(SchemaWork& work, std::string& out) : work_(work), out_(out) {}

  void Write(JsonView schema, int depth) {
    JsonWriter writer(out_);
    writer.BeginObject();
    Resolved(schema, depth, writer);
    writer.EndObject();
  }

 private:
  // Expands {"$ref": "#/$defs/Name"}. A recursive reference would grow without end, so it is
  // expanded at most twice inside itself and then becomes a plain object (G10).
  void Resolved(JsonView schema, int depth, JsonWriter& writer) {
    const size_t opened = work_.open.size();
    const int repeats = work_.repeats;
    const JsonView at = Resolve(schema);
    if (at.IsMissing()) {
      work_.lost = true;
      writer.Key("type").String("object");
      if (schema["description"].IsString()) {
        writer.Key("description").RawString(schema["description"].RawString());
      }
    } else {
      Members(at, depth, writer);
    }
    work_.open.resize(opened);
    work_.repeats = repeats;
  }

  // Missing if it cannot be resolved, or not further.
  JsonView Resolve(JsonView schema) {
    for (int hops = 0; schema["$ref"].IsString(); ++hops) {
      const std::string ref = schema["$ref"].Text();
      if (hops == 8 || ref.empty() || ref.front() != '#' || work_.room == 0) return {};
      const JsonView at = Find(ref);
      if (at.IsMissing() || !Take(at.Raw().size(), &work_.room) || !Enter(at)) return {};
      schema = at;
    }
    return schema;
  }

  bool Enter(JsonView at) {
    const size_t place = at.Offset();
    if (std::find(work_.open.begin(), work_.open.end(), place) != work_.open.end()) {
      work_.recursive.insert(place);
      if (++work_.repeats > 1) return false;
    }
    work_.open.push_back(place);
    return work_.recursive.count(place) == 0 || Take(at.Raw().size(), &work_.recursive_room);
  }

  JsonView Find(const std::string& ref) {
    JsonView at = work_.root;
    size_t begin = 1;
    while (begin < ref.size() && !at.IsMissing()) {
      if (!Take(at.Size(), &work_.room)) return {};
      const size_t end = std::min(ref.find('/', begin + 1), ref.size());
      at = at[ref.substr(begin + 1, end - begin - 1)];
      begin = end;
    }
    return at;
  }

  static bool Take(size_t size, size_t* room) {
    const bool fits = size <= *room;
    *room -= fits ? size : *room;
    return fits;
  }

  void Members(JsonView schema, int depth, JsonWriter& writer) {
    if (depth < kMaxDepth && schema["allOf"].Size() == 1 && schema["type"].IsNothing()) {
      Resolved(*schema["allOf"].begin(), depth + 1, writer);
      return;
    }
    Type(schema, depth, writer);
    Description(schema, writer);
    Choices(schema, writer);
    Copy(schema, writer);
    if (depth >= kMaxDepth) return;
    Properties(schema, depth, writer);
    if (schema["items"].IsObject()) {
      writer.Key("items");
      Separately(schema["items"], depth, writer);
    } else if (schema["type"].Is("array")) {
      writer.Key("items").Raw(R"({"type":"string"})");
    }
    Alternatives(schema, depth, writer);
  }

  void Separately(JsonView schema, int depth, JsonWriter& writer) {
    std::string inner;
    GeminiSchema(work_, inner).Write(schema, depth + 1);
    writer.Raw(inner);
  }

  // For a list of types: the first that is not null, and nullable.
  static void Type(JsonView schema, int depth, JsonWriter& writer) {
    const JsonView type = schema["type"];
    bool nullable = schema["nullable"].IsTrue();
    JsonView one = type;
    if (type.IsArray()) {
      one = JsonView();
      for (const JsonView item : type) {
        if (item.Is("null")) {
          nullable = true;
        } else if (one.IsMissing()) {
          one = item;
        }
      }
    }
    if (one.IsString()) {
      writer.Key("type").RawString(one.RawString());
    } else if (schema["properties"].IsObject() || depth == 0) {
      writer.Key("type").String("object");
    }
    if (nullable) writer.Key("nullable").Bool(true);
  }

  static void Description(JsonView schema, JsonWriter& writer) {
    std::string text = schema["description"].Text();
    const auto note = [&](std::string_view key, std::string_view words) {
      const JsonView value = schema[key];
      if (value.IsNothing() || value.IsObject() || value.Raw().size() > 200) return;
      text += text.empty() ? "" : " ";
      text += "(" + std::string(words) + " " + std::string(value.Raw()) + ")";
    };
    note("default", "default:");
    note("exclusiveMinimum", "more than");
    note("exclusiveMaximum", "less than");
    note("multipleOf", "a multiple of");
    if (!KnownFormat(schema["format"])) note("format", "format:");
    if (!text.empty()) writer.Key("description").String(text);
  }

  static bool KnownFormat(JsonView format) {
    static constexpr std::array<std::string_view, 6> kKnown = {"enum",  "date-time", "int32",
                                                               "int64", "float",     "double"};
    return std::any_of(kKnown.begin(), kKnown.end(), [&](auto known) { return format.Is(known); });
  }

  // Enumerations may only contain strings.
  static void Choices(JsonView schema, JsonWriter& writer) {
    std::vector<JsonView> values;
    for (const JsonView value : schema["enum"]) values.push_back(value);
    if (!schema["const"].IsNothing()) values.assign(1, schema["const"]);
    const bool strings = std::all_of(values.begin(), values.end(), [](JsonView value) {
      return value.IsString() && !value.RawString().empty();
    });
    if (values.empty() || !strings) return;
    writer.Key("enum").BeginArray();
    for (const JsonView value : values) writer.RawString(value.RawString());
    writer.EndArray();
  }

  static void Copy(JsonView schema, JsonWriter& writer) {
    static constexpr std::array<std::string_view, 10> kCopied = {
        "title",     "minimum",   "maximum", "minItems",      "maxItems",
        "minLength", "maxLength", "pattern", "minProperties", "maxProperties"};
    for (const std::string_view key : kCopied) {
      if (!schema[key].IsNothing()) writer.Key(key).Raw(schema[key].Raw());
    }
    if (KnownFormat(schema["format"])) writer.Key("format").Raw(schema["format"].Raw());
  }

  void Properties(JsonView schema, int depth, JsonWriter& writer) {
    const JsonView properties = schema["properties"];
    if (!properties.IsObject()) {
      if (depth == 0) writer.Key("properties").BeginObject().EndObject();
      return;
    }
    writer.Key("properties").BeginObject();
    for (const JsonView property : properties) {
      writer.Key(property.Key().RawString());
      Separately(property, depth, writer);
    }
    writer.EndObject();
    const JsonView names = schema["required"];
    if (names.Empty()) return;
    std::unordered_set<std::string> known;
    for (const JsonView property : properties) known.insert(property.Key().Text());
    std::vector<JsonView> required;
    for (const JsonView name : names) {
      if (known.count(name.Text()) != 0) required.push_back(name);
    }
    if (required.empty()) return;
    writer.Key("required").BeginArray();
    for (const JsonView name : required) writer.RawString(name.RawString());
    writer.EndArray();
  }

  void Alternatives(JsonView schema, int depth, JsonWriter& writer) {
    for (const std::string_view key : {"anyOf", "oneOf", "allOf"}) {
      if (schema[key].Empty()) continue;
      writer.Key("anyOf").BeginArray();
      for (const JsonView one : schema[key]) Separately(one, depth, writer);
      writer.EndArray();
      return;
    }
  }

  SchemaWork& work_;
  std::string& out_;
};

}  // namespace

void WriteSchema(JsonView schema, SchemaDialect dialect, size_t* room, bool* lost,
                 std::string& out) {
  if (dialect != SchemaDialect::kGemini || !schema.IsObject() || schema.Empty()) {
    WriteFullSchema(schema, out);
    return;
  }
  SchemaWork work;
  work.root = schema;
  work.room = std::min(*room, kMaxReferenced);
  work.open.push_back(schema.Offset());
  const size_t had = work.room;
  GeminiSchema(work, out).Write(schema, 0);
  *room -= had - work.room;
  *lost = *lost || work.lost;
}

void WriteFullSchema(JsonView schema, std::string& out) {
  if (!schema.IsObject() || schema.Empty()) {
    out.append(kEmptyObject);  // R29
  } else {
    WriteFull(schema, out);
  }
}

}  // namespace katra::router::translate
