// Writes `instructions` and `input` for the Responses API: a conversation as items (R10-R27, R70,
// R76-R78).
#include <unordered_map>

#include "router/translate/kept_reasoning.h"
#include "router/translate/request_content.h"
#include "router/translate/request_turns.h"
#include "router/translate/signature.h"
#include "router/translate/to_responses/parts.h"

namespace katra::router::translate {
namespace {

// A call of the last assistant turn that needs its output.
struct Call {
  std::string client_id;
  std::string upstream_id;
};

class InputWriter {
 public:
  InputWriter(Draft& draft, JsonWriter& writer) : draft_(draft), writer_(writer) {}

  Status Write() {
    auto turns = ReadTurns(draft_.root["messages"]);
    if (!turns) return Pass(std::move(turns));
    WriteInstructions();
    writer_.Key("input").BeginArray();
    for (const Turn& turn : *turns) {
      auto done = turn.assistant ? Assistant(turn) : User(turn);
      if (!done) return done;
    }
    if (auto done = Outputs({}); !done) return done;
    writer_.EndArray();
    return {};
  }

 private:
  void WriteInstructions() {  // R10-R12
    const JsonView system = draft_.root["system"];
    Content content;
    if (system.IsString()) content.AddText(system.RawString());
    for (const JsonView block : system) {
      const std::string_view text = block["text"].RawString();
      if (!IsAttribution(text)) content.AddText(text);
    }
    for (const std::string& note : draft_.system_notes) {
      std::string escaped;
      AppendJsonEscaped(escaped, note);
      content.AddText(escaped);
    }
    if (!content.Empty()) writer_.Key("instructions").RawString(content.Text("\\n\\n"));
  }

  Status Assistant(const Turn& turn) {
    if (auto done = Outputs({}); !done) return done;  // for calls without an output
    text_.clear();
    reasoning_.clear();
    const std::vector<std::string> carried = Carried(turn);
    // The store may have what the client did not keep of the turn.
    const bool ask_store =
        carried.empty() && draft_.target.reasoning != nullptr && !draft_.target.without_reasoning;
    size_t thought = 0;
    for (const Piece& piece : turn.pieces) {
      const JsonView type = piece.block["type"];
      if (piece.kind == PieceKind::kText) {
        FlushReasoning();
        text_.append(piece.text);  // R15
      } else if (type.Is("thinking")) {
        FlushText();
        if (!carried.empty()) AddReasoning(carried[thought++]);
      } else if (type.Is("tool_use")) {
        FlushText();
        if (ask_store) AddReasoning(StoredItems(piece.block["id"].Text()));
        FlushReasoning();
        if (auto done = WriteCall(piece.block); !done) return done;
      } else {
        draft_.dropped.insert("content." + type.Text());
      }
    }
    FlushText();  // trailing reasoning would be refused (R78)
    return {};
  }

  Status WriteCall(JsonView call) {
    const bool named = call["id"].IsString() && call["name"].IsString();
    if (!named || call["id"].RawString().empty() || call["name"].RawString().empty()) {
      return Malformed("a tool_use block needs an id and a name");
    }
    const std::string id = call["id"].Text();
    pending_.push_back({id, draft_.ids.Upstream(id)});
    draft_.result.reply.used_tool_ids.insert(id);
    writer_.BeginObject().Key("type").String("function_call");
    writer_.Key("call_id").String(pending_.back().upstream_id);
    writer_.Key("name").String(MapToolName(call["name"].Text(), &draft_.result.reply));
    writer_.Key("arguments");
    // The input's bytes as the model wrote them, so that the prompt cache still matches (R27).
    writer_.String(call["input"].IsObject() ? call["input"].Raw() : "{}");
    writer_.EndObject();
    return {};
  }

  void FlushText() {
    if (text_.empty()) return;  // R16
    writer_.BeginObject().Key("type").String("message").Key("role").String("assistant");
    writer_.Key("content").RawString(text_).EndObject();
    text_.clear();
  }

  void FlushReasoning() {
    if (reasoning_.empty()) return;
    writer_.Raw(reasoning_);  // items separated by commas
    reasoning_.clear();
  }

  void AddReasoning(const std::string& items) {
    if (items.empty()) return;
    if (!reasoning_.empty()) reasoning_.push_back(',');
    reasoning_ += items;
  }

  // R77: only what this upstream returned.
  [[nodiscard]] std::string OwnItems(std::string_view json) const {
    if (draft_.target.without_reasoning) return {};  // R79
    auto kept = KeptReasoning::FromJson(json);
    if (!kept || kept->upstream != UpstreamOf(draft_.target)) return {};
    return std::move(kept->items);
  }

  // The items that the turn's thinking blocks carry; empty if none.
  [[nodiscard]] std::vector<std::string> Carried(const Turn& turn) const {
    std::vector<std::string> all;
    bool any = false;
    for (const Piece& piece : turn.pieces) {
      if (!piece.block["type"].Is("thinking")) continue;
      const auto json = ReadSignature(piece.block["signature"].RawString());
      all.push_back(json ? OwnItems(*json) : std::string());
      any = any || !all.back().empty();
    }
    return any ? all : std::vector<std::string>();
  }

  [[nodiscard]] std::string StoredItems(const std::string& id) {
    if (kept_bytes_ > kMostKeptBytes) return {};
    const auto json = draft_.target.reasoning->Get(
        ReasoningKey(draft_.target.owner, UpstreamOf(draft_.target), id));
    if (!json) return {};
    kept_bytes_ += json->size();
    return OwnItems(*json);
  }

  // R21-R25: outputs first, in the order of the calls, then the user's text.
  Status User(const Turn& turn) {
    std::vector<Piece> results;
    std::vector<Piece> rest;
    for (const Piece& piece : turn.pieces) {
      (piece.block["type"].Is("tool_result") ? results : rest).push_back(piece);
    }
    if (auto done = Outputs(results); !done) return done;
    return Said(rest);
  }

  Status Outputs(const std::vector<Piece>& results) {
    const std::vector<Call> calls = std::move(pending_);
    pending_.clear();
    std::unordered_map<std::string_view, const Piece*> by_id;  // first result of each call
    by_id.reserve(calls.size());
    for (const Call& call : calls) by_id.emplace(call.client_id, nullptr);
    for (const Piece& result : results) {
      const JsonView id = result.block["tool_use_id"];
      if (!id.IsString()) return Malformed("a tool_result block needs a tool_use_id");
      const auto wanted = by_id.find(id.Text());
      if (wanted == by_id.end()) {
        draft_.dropped.insert("orphan_tool_result");
      } else if (wanted->second == nullptr) {
        wanted->second = &result;
      }
    }
    for (const Call& call : calls) {
      if (auto done = WriteOutput(call, by_id.find(call.client_id)->second); !done) return done;
    }
    return {};
  }

  Status WriteOutput(const Call& call, const Piece* result) {
    Content content;
    if (result == nullptr) {
      content.AddText(kNoResult);
    } else {
      if (result->block["is_error"].IsTrue()) content.AddText("ERROR: ");  // R23
      const JsonView said = result->block["content"];
      if (said.IsString()) content.AddText(said.RawString());
      for (const JsonView block : said) {
        if (auto added = AddBlock(draft_, block, result->latest, content); !added) return added;
      }
    }
    writer_.BeginObject().Key("type").String("function_call_output");
    writer_.Key("call_id").String(call.upstream_id).Key("output");
    if (content.OnlyText()) {
      writer_.RawString(JoinedText(content, result));  // R22
    } else {
      content.WriteInput(writer_);  // images and files are part of the output (R76)
    }
    writer_.EndObject();
    return {};
  }

  static std::string JoinedText(const Content& content, const Piece* result) {
    std::string text = content.Text("\\n");
    constexpr std::string_view kMark = "ERROR: ";
    // The mark precedes the first line, and is not a line of its own.
    const bool marked = result != nullptr && result->block["is_error"].IsTrue();
    if (marked && text.size() > kMark.size()) text.erase(kMark.size(), 2);
    return text;
  }

  Status Said(const std::vector<Piece>& pieces) {
    for (const Piece& piece : pieces) {
      if (piece.kind == PieceKind::kText) {
        content_.AddText(piece.text);
      } else if (piece.kind == PieceKind::kBlock) {
        if (auto added = AddBlock(draft_, piece.block, piece.latest, content_); !added) {
          return added;
        }
      } else {
        Flush();
        writer_.BeginObject().Key("type").String("message").Key("role").String("system");
        writer_.Key("content").RawString(piece.text).EndObject();
      }
    }
    Flush();
    return {};
  }

  void Flush() {
    if (content_.Empty()) return;
    writer_.BeginObject().Key("type").String("message").Key("role").String("user");
    writer_.Key("content");
    content_.WriteInput(writer_);
    writer_.EndObject();
    content_.Clear();
  }

  Draft& draft_;
  JsonWriter& writer_;
  std::vector<Call> pending_;
  std::string text_;       // of the current assistant message, escaped
  std::string reasoning_;  // items that wait for the item after them
  Content content_;        // of the current user message
  size_t kept_bytes_ = 0;  // bytes read from the store
};

}  // namespace

Status WriteResponsesInput(Draft& draft, JsonWriter& writer) {
  return InputWriter(draft, writer).Write();
}

}  // namespace katra::router::translate
