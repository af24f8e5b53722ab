#include "router/translate/openai_clients/parts.h"

#include <algorithm>
#include <utility>

#include "router/translate/request_draft.h"

namespace katra::router::translate {
namespace {

// The Messages API requires a limit; this is what Claude Code uses by default.
constexpr int64_t kDefaultMaxTokens = 32000;

std::string Joined(const std::vector<std::string>& parts) {
  std::string all;
  for (const std::string& part : parts) {
    if (!all.empty()) all.push_back(',');
    all += part;
  }
  return all;
}

struct DataUrl {
  std::string_view media_type;
  std::string_view data;
};

std::optional<DataUrl> ReadDataUrl(std::string_view url) {
  constexpr std::string_view kStart = "data:";
  constexpr std::string_view kMark = ";base64,";
  if (url.substr(0, kStart.size()) != kStart) return std::nullopt;
  const size_t mark = url.find(kMark);
  if (mark == std::string_view::npos) return std::nullopt;
  return DataUrl{url.substr(kStart.size(), mark - kStart.size()), url.substr(mark + kMark.size())};
}

void WriteBase64(const DataUrl& url, JsonWriter& writer) {
  writer.BeginObject().Key("type").String("base64");
  writer.Key("media_type").RawString(url.media_type);
  writer.Key("data").RawString(url.data).EndObject();
}

constexpr std::string_view kInterrupted =
    R"([{"type":"text","text":"No result: the call was interrupted."
}])";
constexpr std::string_view kCachePoint = R"(,"cache_control":{"type":"ephemeral"})";

void PutCachePoint(JsonView part, std::string& block) {
  const JsonView point = part["cache_control"];
  if (!point.IsObject()) return;
  block.insert(block.size() - 1, ",\"cache_control\":" + std::string(point.Raw()));
}

// The budget that R38 maps back to the same effort.
int64_t BudgetOf(const std::string& effort) {
  if (effort == "low") return 1024;
  return effort == "medium" ? 8192 : 16384;
}

std::string ToolUseBlock(const std::string& id, std::string_view name, JsonView arguments) {
  std::string block;
  JsonWriter writer(block);
  writer.BeginObject().Key("type").String("tool_use").Key("id").String(id);
  writer.Key("name").String(name).Key("input");
  const std::string text = arguments.IsObject() ? std::string(arguments.Raw()) : arguments.Text();
  JsonDocument document;
  if (text.find_first_not_of(" \n\r\t") == std::string::npos) {  // B23
    writer.BeginObject().EndObject();
  } else if (document.Parse(text) && document.Root().IsObject()) {
    writer.Raw(document.Root().Raw());
  } else {
    writer.BeginObject().Key("raw_arguments").String(text).EndObject();
  }
  writer.EndObject();
  return block;
}

std::string ToolResultBlock(const std::string& id, std::string_view content) {
  std::string block;
  JsonWriter writer(block);
  writer.BeginObject().Key("type").String("tool_result");
  writer.Key("tool_use_id").String(id);
  writer.Key("content").Raw(content).EndObject();
  return block;
}

}  // namespace

void Conversation::AddSystem(std::string_view escaped, JsonView part) {
  if (escaped.empty()) return;
  system_.push_back(TextBlock(escaped));
  PutCachePoint(part, system_.back());
}

void Conversation::SpeakSystem() {
  if (!Empty() || system_.empty()) return;
  user_.push_back(std::move(system_.back()));
  system_.pop_back();
}

void Conversation::AddUser(std::string block) {
  FlushAssistant();
  user_.push_back(std::move(block));
}

void Conversation::AddCall(JsonView id, std::string_view name, JsonView arguments) {
  const std::string own = ClientToolId(id.Text());
  AddAssistant(ToolUseBlock(own, name, arguments));
  calls_.push_back(own);
}

// The Messages API refuses results that do not follow their call, and calls without a result.
void Conversation::AddResult(JsonView id, const std::string& content) {
  FlushAssistant();
  const std::string own = ClientToolId(id.Text());
  if (open_.erase(own) != 0) {
    results_.push_back(ToolResultBlock(own, content));
    return;
  }
  if (content.size() <= 2) return;
  AddUser(TextBlock("[The result of an earlier call:]"));
  AddUser(content.substr(1, content.size() - 2));
}

void Conversation::AddAssistant(std::string block) {
  FlushUser();
  assistant_.push_back(std::move(block));
}

void Conversation::FlushUser() {
  for (const std::string& call : std::exchange(waiting_, {})) {
    if (open_.erase(call) != 0) results_.push_back(ToolResultBlock(call, kInterrupted));
  }
  if (results_.empty() && user_.empty()) return;
  results_.insert(results_.end(), user_.begin(), user_.end());
  if (!messages_.empty()) messages_.push_back(',');
  messages_ += R"({"role":"user","content":[)" + Joined(results_);
  user_ends_.push_back(messages_.size());
  messages_ += "]}";
  results_.clear();
  user_.clear();
}

void Conversation::FlushAssistant() {
  if (assistant_.empty()) return;
  if (!messages_.empty()) messages_.push_back(',');
  messages_ += R"({"role":"assistant","content":[)" + Joined(assistant_) + "]}";
  assistant_.clear();
  waiting_ = std::exchange(calls_, {});
  open_.insert(waiting_.begin(), waiting_.end());
}

bool Conversation::Empty() const {
  return messages_.empty() && results_.empty() && user_.empty() && assistant_.empty();
}

void Conversation::Write(JsonWriter& writer) {
  FlushUser();
  FlushAssistant();
  FlushUser();  // results of the last calls
  if (cache_points_) {
    if (!system_.empty()) AddCachePoint(system_.back());
    for (size_t i = 0; i < std::min<size_t>(2, user_ends_.size()); ++i) {
      // From the back, so that earlier positions stay valid; before the block's closing brace.
      messages_.insert(user_ends_[user_ends_.size() - 1 - i] - 1, kCachePoint);
    }
  }
  if (!system_.empty()) writer.Key("system").Raw("[" + Joined(system_) + "]");
  writer.Key("messages").Raw("[" + messages_ + "]");
}

std::string TextBlock(std::string_view escaped) {
  std::string block;
  JsonWriter(block)
      .BeginObject()
      .Key("type")
      .String("text")
      .Key("text")
      .RawString(escaped)
      .EndObject();
  return block;
}

Result<std::string> ImageBlock(JsonView url) {
  const std::string_view address = url.RawString();
  if (address.empty()) return RejectCapability("image_file", "send images by data or http address");
  std::string block;
  JsonWriter writer(block);
  writer.BeginObject().Key("type").String("image").Key("source");
  if (const auto data = ReadDataUrl(address)) {
    WriteBase64(*data, writer);
  } else {
    writer.BeginObject().Key("type").String("url").Key("url").RawString(address).EndObject();
  }
  writer.EndObject();
  return block;
}

Result<std::string> FileBlock(JsonView file) {
  const auto data = ReadDataUrl(file["file_data"].RawString());
  const std::string_view address = file["file_url"].RawString();
  if (!data && address.empty()) {
    return RejectCapability("file_id", "send a file's content as file_data with a data: address");
  }
  std::string block;
  JsonWriter writer(block);
  writer.BeginObject().Key("type").String("document").Key("source");
  if (data) {
    WriteBase64(*data, writer);
  } else {
    writer.BeginObject().Key("type").String("url").Key("url").RawString(address).EndObject();
  }
  if (file["filename"].IsString()) writer.Key("title").RawString(file["filename"].RawString());
  writer.EndObject();
  return block;
}

namespace {

// Unavailable content of an earlier turn is described in words; it must not end the conversation.
Status AddMissing(Result<std::string> block, const ContentReading& reading, const char* what,
                  std::string name, const std::function<void(std::string block)>& add) {
  if (block) {
    add(*std::move(block));
    return {};
  }
  if (reading.latest) return Pass(std::move(block));
  Drop(std::move(name), reading.request);
  add(TextBlock("[Here was " + std::string(what) + ", which cannot be read here.]"));
  return {};
}

// Content encrypted for one provider's models. Clients also use it for messages between agents,
// which are plain text for other models.
bool IsCiphertext(std::string_view text) {
  return text.substr(0, 5) == "gAAAA" && text.find(' ') == std::string_view::npos;
}

Status ReadPart(JsonView part, const ContentReading& reading,
                const std::function<void(std::string block)>& add) {
  const PartNames& names = reading.names;
  const std::string type = part["type"].Text();
  const auto keep = [&](std::string block) {
    KeepCachePoint(part, block, reading.request);
    add(std::move(block));
  };
  if (names.text.count(type) != 0) {
    if (!part["text"].RawString().empty()) keep(TextBlock(part["text"].RawString()));
  } else if (type == "refusal") {
    keep(TextBlock(part["refusal"].RawString()));
  } else if (type == names.image) {
    const JsonView image = part["image_url"];  // a URL, or an object that contains it
    return AddMissing(ImageBlock(image.IsString() ? image : image["url"]), reading, "an image",
                      "image_file", keep);
  } else if (type == names.file) {
    return AddMissing(FileBlock(names.file_nested ? part[names.file] : part), reading, "a file",
                      "file_id", keep);
  } else if (type == "input_audio" || type == "input_video") {
    return AddMissing(RejectCapability(type, "send text, images or files"), reading, "a recording",
                      type, keep);
  } else if (const JsonView kept = part["encrypted_content"];
             type == "encrypted_content" && !IsCiphertext(kept.RawString())) {
    if (!kept.RawString().empty()) keep(TextBlock(kept.RawString()));
  } else {
    DropUnknown("content", part["type"], reading.request);
  }
  return {};
}

}  // namespace

Status ReadContent(JsonView content, const ContentReading& reading,
                   const std::function<void(std::string block)>& add) {
  if (content.IsString()) {
    if (!content.RawString().empty()) add(TextBlock(content.RawString()));
    return {};
  }
  for (const JsonView part : content) {
    if (auto read = ReadPart(part, reading, add); !read) return read;
  }
  return {};
}

Result<std::string> ReadResultContent(JsonView content, const ContentReading& reading) {
  std::string blocks = "[";
  const auto add = [&blocks](const std::string& block) {
    if (blocks.size() > 1) blocks.push_back(',');
    blocks += block;
  };
  if (auto read = ReadContent(content, reading, add); !read) return Pass(std::move(read));
  return blocks + "]";
}

void Drop(std::string name, OpenAiClientRequest* request) {
  request->dropped.push_back(std::move(name));
}

void DropUnknown(std::string_view kind, JsonView type, OpenAiClientRequest* request) {
  std::string name(kind);
  name += "." + (type.IsString() ? type.Text() : std::string("unnamed"));
  request->unknown.push_back(name);
  Drop(std::move(name), request);
}

void NoteCachePoint(JsonView part, OpenAiClientRequest* request) {
  request->own_cache_points = request->own_cache_points || part["cache_control"].IsObject();
}

void KeepCachePoint(JsonView part, std::string& block, OpenAiClientRequest* request) {
  PutCachePoint(part, block);
  NoteCachePoint(part, request);
}

void AddCachePoint(std::string& json) { json.insert(json.size() - 1, kCachePoint); }

void WriteSettings(JsonView root, const OpenAiClientSettings& settings, bool in_tool_loop,
                   JsonWriter& writer, OpenAiClientRequest* request) {
  int64_t most = settings.max_tokens > 0 ? settings.max_tokens : kDefaultMaxTokens;
  // Thinking can neither start inside a turn nor be combined with a forced tool.
  const bool thinking = !settings.effort.empty() && settings.effort != "none" &&
                        settings.effort != "minimal" && !settings.forced_tool && !in_tool_loop;
  if (thinking) {
    const int64_t budget = BudgetOf(settings.effort);
    if (most <= budget) most += budget;
    writer.Key("thinking").BeginObject().Key("type").String("enabled");
    writer.Key("budget_tokens").Integer(budget).EndObject();
  }
  writer.Key("max_tokens").Integer(most);
  if (!thinking) {  // thinking does not allow these
    if (const auto temperature = root["temperature"].Number()) {
      if (*temperature > 1.0) {  // R47
        writer.Key("temperature").Integer(1);
      } else {
        writer.Key("temperature").Raw(root["temperature"].Raw());
      }
    }
    if (root["top_p"].IsNumber()) writer.Key("top_p").Raw(root["top_p"].Raw());
  } else {
    for (const char* key : {"temperature", "top_p"}) {
      if (root[key].IsNumber()) Drop(key, request);
    }
  }
  std::string choice = settings.tool_choice;
  if (settings.one_call && settings.tools) {
    if (choice.empty()) choice = R"("type":"auto")";
    if (choice != R"("type":"none")") choice += R"(,"disable_parallel_tool_use":true)";
  }
  if (!choice.empty() && settings.tools) writer.Key("tool_choice").Raw("{" + choice + "}");
}

void ListDropped(JsonView root, const std::set<std::string_view>& read,
                 OpenAiClientRequest* request) {
  for (const JsonView member : root) {
    const std::string key = member.Key().Text();
    if (!member.IsNothing() && read.count(key) == 0) request->dropped.push_back(key);
  }
  std::sort(request->dropped.begin(), request->dropped.end());
  const auto last = std::unique(request->dropped.begin(), request->dropped.end());
  request->dropped.erase(last, request->dropped.end());
}

}  // namespace katra::router::translate
