#include "router/translate/request_content.h"

#include <algorithm>
#include <iterator>

namespace katra::router::translate {
namespace {

std::string DataUrl(JsonView source, std::string_view fallback_type) {
  const std::string_view type = source["media_type"].RawString();
  std::string url = "data:";
  url.append(type.empty() ? fallback_type : type);
  url += ";base64,";
  url.append(source["data"].RawString());
  return url;
}

// Handles content that an upstream does not support: refused in the latest turn, otherwise replaced
// by words.
Status Unfit(Draft& draft, std::string_view token, std::string_view one, std::string_view many,
             bool latest, Content& content) {
  if (latest) {
    return RejectCapability(token, "the model " + draft.target.model + " takes no " +
                                       std::string(many) + "; choose one that does");
  }
  draft.dropped.insert(std::string(token));
  content.AddText("[Here was " + std::string(one) + ", which this model cannot see.]");
  return {};
}

Status AddImage(Draft& draft, JsonView block, bool latest, Content& content) {
  const JsonView source = block["source"];
  if (!draft.quirks().images) return Unfit(draft, "image", "an image", "images", latest, content);
  std::string url;
  if (source["type"].Is("base64")) {
    url = DataUrl(source, "image/png");
  } else if (source["type"].Is("url")) {
    url = source["url"].RawString();
  } else {  // R18
    return RejectCapability("image_" + source["type"].Text(),
                            "an image by file id stays with Anthropic; send it as base64 or url");
  }
  std::string json;
  JsonWriter writer(json);
  if (draft.responses) {
    writer.BeginObject().Key("type").String("input_image").Key("detail").String("auto");
    writer.Key("image_url").RawString(url).EndObject();
  } else {
    writer.BeginObject().Key("type").String("image_url").Key("image_url").BeginObject();
    writer.Key("url").RawString(url).EndObject().EndObject();
  }
  content.AddPart(std::move(json));
  return {};
}

void AddTitled(JsonView title, std::string_view escaped, Content& content) {
  std::string text;
  if (!title.RawString().empty()) text = std::string(title.RawString()) + "\\n";
  text.append(escaped);
  if (!text.empty()) content.AddText(text);
}

Status AddDocument(Draft& draft, JsonView block, bool latest, Content& content) {
  const JsonView source = block["source"];
  const JsonView title = block["title"];
  if (source["type"].Is("text")) {
    AddTitled(title, source["data"].RawString(), content);
    return {};
  }
  if (source["type"].Is("content")) {
    if (source["content"].IsString()) AddTitled(title, source["content"].RawString(), content);
    for (const JsonView inner : source["content"]) {
      if (inner["type"].Is("text")) {
        AddTitled({}, inner["text"].RawString(), content);
      } else if (auto added = AddBlock(draft, inner, latest, content); !added) {
        return added;
      }
    }
    return {};
  }
  const bool by_url = draft.responses && source["type"].Is("url");
  if (!by_url && !source["type"].Is("base64")) {
    return RejectCapability("document_" + source["type"].Text(),
                            "a document by url or file id stays with Anthropic; send it as base64");
  }
  if (!draft.quirks().pdfs)
    return Unfit(draft, "document_pdf", "a PDF document", "PDF documents", latest, content);
  std::string json;
  JsonWriter writer(json);
  if (by_url) {
    writer.BeginObject().Key("type").String("input_file");
    writer.Key("file_url").RawString(source["url"].RawString()).EndObject();
    content.AddPart(std::move(json));
    return {};
  }
  writer.BeginObject().Key("type").String(draft.responses ? "input_file" : "file");
  if (!draft.responses) writer.Key("file").BeginObject();
  writer.Key("filename");
  if (title.RawString().empty()) {
    writer.String("document.pdf");
  } else {
    writer.RawString(title.RawString());
  }
  writer.Key("file_data").RawString(DataUrl(source, "application/pdf")).EndObject();
  if (!draft.responses) writer.EndObject();
  content.AddPart(std::move(json));
  return {};
}

}  // namespace

void Content::AddText(std::string_view escaped, JsonView block) {
  if (!escaped.empty()) parts_.push_back({std::string(escaped), {}, block["cache_control"]});
}

void Content::AddPart(std::string json) { parts_.push_back({{}, std::move(json), {}}); }

void Content::Append(Content&& other) {
  for (auto& part : other.parts_) parts_.push_back(std::move(part));
  other.parts_.clear();
}

std::string Content::Text(std::string_view separator) const {
  std::string text;
  bool first = true;
  for (const Part& part : parts_) {
    if (!part.json.empty()) continue;
    if (!first) text.append(separator);
    text += part.text;
    first = false;
  }
  return text;
}

void Content::Write(bool keep_cache_control, JsonWriter& writer) const {
  bool list = false;
  for (const Part& part : parts_) {
    list = list || !part.json.empty() || (keep_cache_control && part.cache_control.IsObject());
  }
  if (!list) {
    writer.RawString(Text("\\n"));
    return;
  }
  writer.BeginArray();
  for (const Part& part : parts_) {
    if (!part.json.empty()) {
      writer.Raw(part.json);
      continue;
    }
    writer.BeginObject().Key("type").String("text").Key("text").RawString(part.text);
    if (keep_cache_control && part.cache_control.IsObject()) {
      writer.Key("cache_control").Raw(part.cache_control.Raw());
    }
    writer.EndObject();
  }
  writer.EndArray();
}

bool Content::OnlyText() const {
  return std::all_of(parts_.begin(), parts_.end(),
                     [](const Part& part) { return part.json.empty(); });
}

void Content::WriteInput(JsonWriter& writer) const {
  writer.BeginArray();
  for (const Part& part : parts_) {
    if (!part.json.empty()) {
      writer.Raw(part.json);
    } else {
      writer.BeginObject().Key("type").String("input_text");
      writer.Key("text").RawString(part.text).EndObject();
    }
  }
  writer.EndArray();
}

Status AddBlock(Draft& draft, JsonView block, bool latest, Content& content) {
  const JsonView type = block["type"];
  if (type.Is("text")) {
    content.AddText(block["text"].RawString(), block);
  } else if (type.Is("image")) {
    return AddImage(draft, block, latest, content);
  } else if (type.Is("document")) {
    return AddDocument(draft, block, latest, content);
  } else if (type.Is("search_result")) {
    std::string text = std::string(block["title"].RawString()) + "\\n";
    text.append(block["source"].RawString());
    for (const JsonView inner : block["content"]) {
      text += "\\n";
      text.append(inner["text"].RawString());
    }
    content.AddText(text);
  } else if (type.Is("tool_reference")) {
    content.AddText("[Tool found: " + std::string(block["tool_name"].RawString()) + "]");
  } else {
    DropBlock(draft, type);
  }
  return {};
}

void DropBlock(Draft& draft, JsonView type) {
  static constexpr std::string_view kKnown[] = {
      "thinking",         "redacted_thinking", "server_tool_use", "mcp_tool_use", "mcp_tool_result",
      "container_upload", "compaction",        "tool_use",        "fallback"};
  const std::string name = type.Text();
  std::string token = "content." + name;
  const bool known = name.ends_with("_tool_result") ||
                     std::find(std::begin(kKnown), std::end(kKnown), name) != std::end(kKnown);
  const auto [dropped, is_new] = draft.dropped.insert(std::move(token));
  if (is_new && !known) draft.result.unknown.push_back(*dropped);
}

}  // namespace katra::router::translate
