#include "router/gateway/capture/capture_line.h"

#include <map>
#include <vector>

#include "core/json_view.h"
#include "core/json_write.h"
#include "core/text.h"
#include "router/translate/from_chat/reply.h"
#include "router/translate/from_chat/stream.h"
#include "router/translate/same_format/responses_forward.h"
#include "router/translate/sse_parser.h"

namespace katra::router::gateway {
namespace {

constexpr size_t kMaxTextBytes = size_t{64} * 1024;    // per string of the request
constexpr size_t kMaxAnswerText = size_t{256} * 1024;  // for the answer's text
constexpr size_t kMaxMessagesBytes = size_t{1024} * 1024;
constexpr size_t kMaxOtherBytes = size_t{256} * 1024;  // for the request's other members
constexpr size_t kMaxBlocks = 1000;

std::string LeftOut(size_t bytes) { return "[" + std::to_string(bytes) + " bytes left out]"; }

// Redact before truncating, so that no part of a secret remains.
std::string Shown(std::string_view text, const SecretFilter& filter, size_t max_bytes) {
  std::string clean = filter.Clean(text);
  if (clean.size() > max_bytes) {
    const size_t kept = TruncateUtf8(clean, max_bytes).size();
    const std::string note = " " + LeftOut(clean.size() - kept);
    clean.resize(kept);
    clean += note;
  }
  return IsValidUtf8(clean) ? clean : std::string("[no UTF-8]");
}

bool IsInlineData(std::string_view text) {
  return text.substr(0, 5) == "data:" && text.substr(0, 200).find(";base64,") != std::string::npos;
}

// Copies JSON and redacts every string. The parser bounds the depth.
class CleanCopy {
 public:
  CleanCopy(const SecretFilter& filter, std::string& out) : filter_(filter), writer_(out) {}

  void Value(JsonView view) {
    if (view.IsString()) {
      Text(view);
    } else if (view.IsObject()) {
      Object(view);
    } else if (view.IsArray()) {
      writer_.BeginArray();
      for (const JsonView item : view) Value(item);
      writer_.EndArray();
    } else {
      writer_.Raw(view.Raw());
    }
  }

 private:
  void Text(JsonView view) {
    const std::string text = view.Text();
    writer_.String(IsInlineData(text) ? LeftOut(text.size()) : Shown(text, filter_, kMaxTextBytes));
  }

  void Object(JsonView view) {
    const bool base64 = view["type"].Is("base64");
    writer_.BeginObject();
    for (const JsonView value : view) {
      const std::string name = value.Key().Text();
      writer_.TextKey(Shown(name, filter_, kMaxTextBytes));
      if (value.IsString() && base64 && name == "data") {
        writer_.String(LeftOut(value.RawString().size()));
      } else if (value.IsString() && IsSecretName(name)) {
        // In the form in which it would occur in text: `name: "value"`.
        const std::string said = "secret=\"" + value.Text();
        const bool secret = filter_.Clean(said) != said;
        writer_.String(secret ? std::string(kRedacted)
                              : Shown(value.Text(), filter_, kMaxTextBytes));
      } else {
        Value(value);
      }
    }
    writer_.EndObject();
  }

  const SecretFilter& filter_;
  JsonWriter writer_;
};

std::string Cleaned(JsonView view, const SecretFilter& filter) {
  std::string out;
  CleanCopy(filter, out).Value(view);
  return out;
}

// The newest messages that fit.
void WriteMessages(JsonView messages, const SecretFilter& filter, JsonWriter& writer) {
  std::vector<JsonView> all;
  for (const JsonView message : messages) all.push_back(message);
  std::vector<std::string> kept;  // newest first
  size_t bytes = 0;
  size_t at = all.size();
  while (at > 0) {
    std::string clean = Cleaned(all[at - 1], filter);
    if (clean.size() > kMaxMessagesBytes) {
      clean.clear();
      JsonWriter short_form(clean);
      short_form.BeginObject().Key("role").String(Shown(all[at - 1]["role"].Text(), filter, 20));
      short_form.Key("content").String(LeftOut(all[at - 1].Raw().size())).EndObject();
    }
    bytes += clean.size();
    if (bytes > kMaxMessagesBytes) break;
    kept.push_back(std::move(clean));
    --at;
  }
  if (at > 0) writer.Key("messages_left_out").Integer(static_cast<int64_t>(at));
  writer.Key("messages").BeginArray();
  for (auto message = kept.rbegin(); message != kept.rend(); ++message) writer.Raw(*message);
  writer.EndArray();
}

void WriteRequest(const std::string& body, const SecretFilter& filter, JsonWriter& writer) {
  JsonDocument document;
  if (!document.Parse(body)) {
    writer.Null();
    return;
  }
  size_t left = kMaxOtherBytes;
  writer.BeginObject();
  for (const JsonView value : document.Root()) {
    const std::string name = Shown(value.Key().Text(), filter, 100);
    if (name == "messages") {
      WriteMessages(value, filter, writer);
      continue;
    }
    std::string shown;
    if (name == "tools" && value.IsArray()) {  // their schemas repeat in every request
      JsonWriter names(shown);
      names.BeginArray();
      for (const JsonView tool : value) names.String(Shown(tool["name"].Text(), filter, 200));
      names.EndArray();
    } else {
      shown = Cleaned(value, filter);
    }
    if (shown.size() + name.size() > left) {
      shown = "\"" + LeftOut(value.Raw().size()) + "\"";
      if (shown.size() + name.size() > left) continue;
    }
    left -= shown.size() + name.size();
    writer.TextKey(name).Raw(shown);
  }
  writer.EndObject();
}

struct Block {
  std::string type;
  std::string id;
  std::string name;
  std::string text;  // text, thinking, or the JSON of a tool's input
};

// Assembles the content of an answer.
class Content {
 public:
  void Whole(JsonView reply) {
    for (const JsonView block : reply["content"]) {
      if (blocks_.size() < kMaxBlocks) Begin(static_cast<int64_t>(blocks_.size()), block);
    }
    stop_reason_ = reply["stop_reason"].Text();
  }

  void Event(std::string_view data) {
    JsonDocument document;
    if (!document.Parse(data)) return;
    const JsonView event = document.Root();
    const int64_t index = event["index"].Integer().value_or(0);
    const JsonView delta = event["delta"];
    if (event["type"].Is("content_block_start")) {
      if (blocks_.size() < kMaxBlocks) Begin(index, event["content_block"]);
    } else if (event["type"].Is("content_block_delta")) {
      const auto block = blocks_.find(index);
      if (block == blocks_.end()) return;
      for (const char* member : {"text", "thinking", "partial_json"}) {
        if (delta[member].IsString()) block->second.text += delta[member].Text();
      }
    } else if (delta["stop_reason"].IsString()) {
      stop_reason_ = delta["stop_reason"].Text();
    }
  }

  void Write(const SecretFilter& filter, JsonWriter& writer) const {
    writer.BeginObject();
    for (const char* type : {"text", "thinking"}) {
      std::string all;
      for (const auto& [index, block] : blocks_) {
        if (block.type == type) all += block.text;
      }
      if (!all.empty()) writer.Key(type).String(Shown(all, filter, kMaxAnswerText));
    }
    size_t left = kMaxAnswerText;
    writer.Key("tool_calls").BeginArray();
    for (const auto& [index, block] : blocks_) {
      if (block.type.find("tool_use") == std::string::npos) continue;
      writer.BeginObject().Key("id").String(Shown(block.id, filter, 200));
      writer.Key("name").String(Shown(block.name, filter, 200)).Key("input");
      JsonDocument input;
      std::string shown;
      if (input.Parse(block.text)) {
        shown = Cleaned(input.Root(), filter);
      } else {
        AppendJsonString(shown, Shown(block.text, filter, kMaxTextBytes));
      }
      if (shown.size() > left) shown = "\"" + LeftOut(block.text.size()) + "\"";
      left -= std::min(left, shown.size());
      writer.Raw(shown).EndObject();
    }
    writer.EndArray().Key("stop_reason").String(Shown(stop_reason_, filter, 100)).EndObject();
  }

 private:
  void Begin(int64_t index, JsonView block) {
    Block begun{block["type"].Text(), block["id"].Text(), block["name"].Text(), ""};
    for (const char* member : {"text", "thinking"}) begun.text += block[member].Text();
    const JsonView input = block["input"];
    // A stream begins with {} and fills it by deltas.
    if (!input.Empty()) begun.text += input.Raw();
    blocks_[index] = std::move(begun);
  }

  std::map<int64_t, Block> blocks_;
  std::string stop_reason_;
};

// The request in Messages form, if it has one.
std::string MessagesRequest(const CapturedText& text) {
  if (!text.format) return *text.request;
  auto read = translate::ReadOpenAiClientRequest(*text.format, *text.request, {false, false});
  if (!read) return *text.request;
  return std::move(read->messages_body);
}

// The text and the tool calls of a response.
std::string ResponsesAnswer(const CapturedText& text) {
  const std::optional<std::string> whole =
      text.whole ? text.answer : translate::ResponsesReplyOf(text.answer);
  JsonDocument document;
  if (!whole || !document.Parse(*whole)) return {};
  std::string message;
  JsonWriter writer(message);
  writer.BeginObject().Key("content").BeginArray();
  const auto block = [&](const char* type, const char* member, std::string_view escaped) {
    writer.BeginObject().Key("type").String(type).Key(member).RawString(escaped).EndObject();
  };
  for (const JsonView item : document.Root()["output"]) {
    for (const JsonView part : item["content"]) block("text", "text", part["text"].RawString());
    for (const JsonView part : item["summary"]) {
      block("thinking", "thinking", part["text"].RawString());
    }
    if (!item["type"].Text().ends_with("_call")) continue;
    const bool custom = item["input"].IsString();
    writer.BeginObject().Key("type").String("tool_use");
    writer.Key("id").RawString(item["call_id"].RawString());
    writer.Key("name").RawString(item["name"].RawString()).Key("input");
    const std::string arguments = item["arguments"].Text();
    JsonDocument parsed;
    if (!custom && parsed.Parse(arguments)) {
      writer.Raw(arguments);
    } else {
      writer.BeginObject().Key("input").RawString(item["input"].RawString()).EndObject();
    }
    writer.EndObject();
  }
  writer.EndArray().Key("stop_reason").String(document.Root()["status"].Text()).EndObject();
  return message;
}

// The answer in the Messages form.
std::string MessagesAnswer(const CapturedText& text) {
  if (!text.own_answer) return text.answer;
  translate::ReplyContext context;
  // Not translated so far.
  if (text.format == translate::OpenAiClientFormat::kResponses) return ResponsesAnswer(text);
  if (text.whole) {
    auto made = translate::ToMessages(text.answer, {}, context);
    return made ? std::move(made->body) : std::string();
  }
  std::string events;
  translate::ChatStreamReader reader(context);
  reader.Feed(text.answer, &events);
  reader.Finish(true, &events);
  return events;
}

void WriteAnswer(const CapturedText& text, const SecretFilter& filter, JsonWriter& writer) {
  Content content;
  const std::string answer = MessagesAnswer(text);
  const bool response = text.own_answer && text.format == translate::OpenAiClientFormat::kResponses;
  if (text.whole || response) {
    JsonDocument document;
    if (document.Parse(answer)) content.Whole(document.Root());
  } else {
    translate::SseParser parser;
    const auto take = [&](std::string_view, std::string_view data) {
      content.Event(data);
      return true;
    };
    parser.Feed(answer, take);
    parser.Finish(take);
  }
  content.Write(filter, writer);
}

}  // namespace

void CapturedText::Append(std::string_view events) {
  const size_t room = kMaxAnswerBytes - std::min(kMaxAnswerBytes, answer.size());
  cut = cut || events.size() > room;
  answer.append(events.substr(0, room));
}

std::string CaptureLine(const CapturedText& text, const RequestRecord& record,
                        const SecretFilter& filter) {
  std::string line;
  JsonWriter writer(line);
  const auto say = [&](const char* key, std::string_view value) {
    if (!value.empty()) writer.Key(key).String(Shown(value, filter, 300));
  };
  writer.BeginObject().Key("at").String(FormatRfc3339(record.at));
  say("request_id", record.request_id);
  say("endpoint", record.endpoint);
  say("persona", record.persona);
  say("session", record.client_session_id);
  say("agent", record.agent_id);
  say("provider", record.provider);
  say("model", record.reported_model.empty() ? record.model : record.reported_model);
  writer.Key("status").Integer(record.status);
  say("error", record.error_type);
  writer.Key("request");
  WriteRequest(MessagesRequest(text), filter, writer);
  writer.Key("answer");
  WriteAnswer(text, filter, writer);
  if (text.cut) writer.Key("answer_cut").Bool(true);
  writer.EndObject();
  line += '\n';
  return line;
}

}  // namespace katra::router::gateway
