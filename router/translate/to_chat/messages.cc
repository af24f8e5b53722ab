// Writes `system` and `messages` of a Messages request for Chat Completions (R10-R27, R41-R44,
// R57).
#include <unordered_map>

#include "router/translate/kept_reasoning.h"
#include "router/translate/request_content.h"
#include "router/translate/request_turns.h"
#include "router/translate/signature.h"
#include "router/translate/to_chat/parts.h"

namespace katra::router::translate {
namespace {

// Gemini's documented placeholder for a lost signature.
constexpr std::string_view kLostSignature = "skip_thought_signature_validator";

// A call of the last assistant turn that needs its result.
struct Call {
  std::string client_id;
  std::string upstream_id;
};

class MessageWriter {
 public:
  MessageWriter(Draft& draft, JsonWriter& writer) : draft_(draft), writer_(writer) {}

  Status Write() {
    auto turns = ReadTurns(draft_.root["messages"]);
    if (!turns) return Pass(std::move(turns));
    writer_.Key("messages").BeginArray();
    WriteSystem();
    for (const Turn& turn : *turns) {
      const bool last = &turn == &turns->back();
      auto done = turn.assistant ? Assistant(turn, last) : User(turn);
      if (!done) return done;
    }
    if (auto done = Results({}, {}); !done) return done;
    writer_.EndArray();
    return {};
  }

 private:
  // R10-R12, R14.
  void WriteSystem() {
    const JsonView system = draft_.root["system"];
    std::vector<JsonView> blocks;
    Content content;
    if (system.IsString()) content.AddText(system.RawString());
    for (const JsonView block : system) {
      const std::string_view text = block["text"].RawString();
      if (!IsAttribution(text)) content.AddText(text, block);
    }
    for (const std::string& note : draft_.system_notes) {
      std::string escaped;
      AppendJsonEscaped(escaped, note);
      content.AddText(escaped);
    }
    if (content.Empty()) return;
    writer_.BeginObject().Key("role").String("system").Key("content");
    if (draft_.claude_model) {
      content.Write(true, writer_);
    } else {
      writer_.RawString(content.Text("\\n\\n"));
    }
    writer_.EndObject();
  }

  // R15, R20, R26, R41-R44.
  Status Assistant(const Turn& turn, bool last) {
    if (auto done = Results({}, {}); !done) return done;  // for calls without a result
    std::string text;
    std::vector<JsonView> calls;
    std::vector<JsonView> thinking;
    for (const Piece& piece : turn.pieces) {
      const JsonView type = piece.block["type"];
      if (piece.kind == PieceKind::kText) {
        text.append(piece.text);
      } else if (type.Is("tool_use")) {
        calls.push_back(piece.block);
      } else if (type.Is("thinking")) {
        thinking.push_back(piece.block);
      } else {
        DropBlock(draft_, type);
      }
    }
    if (text.empty() && calls.empty()) return {};  // R16
    for (const JsonView call : calls) {
      const bool named = call["id"].IsString() && call["name"].IsString();
      if (!named || call["id"].RawString().empty() || call["name"].RawString().empty()) {
        return Malformed("a tool_use block needs an id and a name");
      }
    }
    writer_.BeginObject().Key("role").String("assistant").Key("content");
    if (text.empty()) {
      writer_.Null();
    } else {
      writer_.RawString(text);
    }
    const KeptReasoning kept = Kept(thinking, calls);
    WriteReasoning(thinking, calls, kept);
    if (!calls.empty()) {
      writer_.Key("tool_calls").BeginArray();
      bool first = true;
      for (const JsonView call : calls) {
        WriteCall(call, kept, first);
        first = false;
      }
      writer_.EndArray();
    }
    if (last && calls.empty() && draft_.quirks().prefill_prefix) {
      writer_.Key("prefix").Bool(true);
    }
    writer_.EndObject();
    return {};
  }

  void WriteCall(JsonView call, const KeptReasoning& kept, bool first) {
    const std::string id = call["id"].Text();
    pending_.push_back({id, draft_.ids.Upstream(id)});
    draft_.result.reply.used_tool_ids.insert(id);
    writer_.BeginObject().Key("id").String(pending_.back().upstream_id);
    writer_.Key("type").String("function").Key("function").BeginObject();
    writer_.Key("name").String(MapToolName(call["name"].Text(), &draft_.result.reply));
    writer_.Key("arguments");
    // The input's bytes as the model wrote them, so that the prompt cache still matches (R27).
    if (call["input"].IsObject()) {
      writer_.String(call["input"].Raw());
    } else {
      writer_.String("{}");
    }
    writer_.EndObject();
    WriteSignature(id, kept, first);
    writer_.EndObject();
  }

  void WriteSignature(const std::string& id, const KeptReasoning& kept, bool first) {  // R44
    if (draft_.quirks().reasoning_history != ReasoningHistory::kThoughtSignature) return;
    const auto found = kept.thought_signatures.find(id);
    std::string_view signature;
    if (found != kept.thought_signatures.end()) {
      signature = found->second;
    } else if (first && kept.thought_signatures.empty() && SignaturesWanted()) {
      signature = kLostSignature;
    }
    if (signature.empty()) return;
    writer_.Key("extra_content").BeginObject().Key("google").BeginObject();
    writer_.Key("thought_signature").RawString(signature).EndObject().EndObject();
  }

  // Models before Gemini 3 accept calls without a signature.
  [[nodiscard]] bool SignaturesWanted() const {
    const std::string& model = draft_.target.model;
    return model.find("gemini-1") == std::string::npos &&
           model.find("gemini-2") == std::string::npos;
  }

  // What the client's thinking blocks contain, and what the store has for the calls.
  [[nodiscard]] KeptReasoning Kept(const std::vector<JsonView>& thinking,
                                   const std::vector<JsonView>& calls) {
    KeptReasoning all;
    if (draft_.quirks().reasoning_history == ReasoningHistory::kDrop) return all;
    const auto take = [&](std::optional<KeptReasoning> kept) {
      if (!kept || kept->upstream != UpstreamOf(draft_.target)) return;
      if (all.reasoning_content.empty()) all.reasoning_content = kept->reasoning_content;
      if (kept->reasoning_details.size() > all.reasoning_details.size()) {
        all.reasoning_details = kept->reasoning_details;
      }
      all.thought_signatures.merge(kept->thought_signatures);
    };
    for (const JsonView block : thinking) {
      if (const auto json = ReadSignature(block["signature"].RawString())) {
        take(KeptReasoning::FromJson(*json));
      }
    }
    for (const JsonView call : calls) {
      if (draft_.target.reasoning == nullptr || kept_bytes_ > kMostKeptBytes) break;
      if (const auto json = draft_.target.reasoning->Get(
              ReasoningKey(draft_.target.owner, UpstreamOf(draft_.target), call["id"].Text()))) {
        kept_bytes_ += json->size();
        take(KeptReasoning::FromJson(*json));
      }
    }
    return all;
  }

  void WriteReasoning(const std::vector<JsonView>& thinking, const std::vector<JsonView>& calls,
                      const KeptReasoning& kept) {
    switch (draft_.quirks().reasoning_history) {
      case ReasoningHistory::kReasoningContent: {  // R41
        if (calls.empty()) break;
        std::string text;
        for (const JsonView block : thinking) text.append(block["thinking"].RawString());
        if (text.empty()) text = kept.reasoning_content;
        // Some refuse a turn with calls but no reasoning, although another model may have made it.
        if (text.empty()) text = " ";
        writer_.Key("reasoning_content").RawString(text);
        break;
      }
      case ReasoningHistory::kReasoningDetails:  // R42
        if (!kept.reasoning_details.empty()) {
          writer_.Key("reasoning_details").Raw("[" + kept.reasoning_details + "]");
        }
        break;
      case ReasoningHistory::kThoughtSignature:
      case ReasoningHistory::kDrop:  // R43
        break;
    }
  }

  // R21-R25: results first, in the order of the calls, then the user's text.
  Status User(const Turn& turn) {
    std::vector<Piece> results;
    std::vector<Piece> rest;
    bool only_results = true;
    for (const Piece& piece : turn.pieces) {
      if (piece.block["type"].Is("tool_result")) {
        results.push_back(piece);
      } else {
        rest.push_back(piece);
        only_results = only_results && piece.kind == PieceKind::kSystem;
      }
    }
    std::string folded;  // R13: into the last result, if there is nothing else to put it into
    const bool fold = only_results && !pending_.empty() && !draft_.quirks().inline_system;
    if (fold) {
      for (const Piece& piece : rest) folded += Reminder(piece.text);
      rest.clear();
    }
    if (auto done = Results(results, folded); !done) return done;
    return Said(rest);
  }

  static std::string Reminder(std::string_view escaped) {
    return "\\n\\n<system-reminder>\\n" + std::string(escaped) + "\\n</system-reminder>";
  }

  // Writes a `tool` message for each call without a result; images go into `content_`, for the
  // following message.
  Status Results(const std::vector<Piece>& results, const std::string& folded) {
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
      const bool last = &call == &calls.back();
      const Piece* own = by_id.find(call.client_id)->second;
      if (auto done = WriteResult(call, own, last ? folded : std::string()); !done) return done;
    }
    return {};
  }

  Status WriteResult(const Call& call, const Piece* result, const std::string& folded) {
    std::string text;
    Content more;  // R24
    if (result == nullptr) {
      text = kNoResult;
    } else if (result->block["content"].IsString()) {
      text = result->block["content"].RawString();
    } else {
      Content plain;
      for (const JsonView block : result->block["content"]) {
        const bool file = block["type"].Is("image") || block["type"].Is("document");
        Content part;
        if (auto added = AddBlock(draft_, block, result->latest, part); !added) return added;
        const bool words = !part.Text("").empty();
        if (file && !words) {
          plain.AddText("[See the next message: " + block["type"].Text() + "]");
          more.Append(std::move(part));
        } else {
          plain.Append(std::move(part));
        }
      }
      text = plain.Text("\\n");
    }
    if (result != nullptr && result->block["is_error"].IsTrue()) text = "ERROR: " + text;  // R23
    writer_.BeginObject().Key("role").String("tool");
    writer_.Key("tool_call_id").String(call.upstream_id);
    writer_.Key("content").RawString(text + folded).EndObject();
    if (!more.Empty()) {
      content_.AddText("Result of call " + call.upstream_id + ":");
      content_.Append(std::move(more));
    }
    return {};
  }

  Status Said(const std::vector<Piece>& pieces) {
    for (const Piece& piece : pieces) {
      if (piece.kind == PieceKind::kText) {
        content_.AddText(piece.text, piece.block);
      } else if (piece.kind == PieceKind::kBlock) {
        if (auto added = AddBlock(draft_, piece.block, piece.latest, content_); !added) {
          return added;
        }
      } else if (draft_.quirks().inline_system) {
        Flush();
        writer_.BeginObject().Key("role").String("system");
        writer_.Key("content").RawString(piece.text).EndObject();
      } else {
        content_.AddText(Reminder(piece.text).substr(4));
      }
    }
    Flush();
    return {};
  }

  void Flush() {
    if (content_.Empty()) return;
    writer_.BeginObject().Key("role").String("user").Key("content");
    content_.Write(draft_.claude_model, writer_);
    writer_.EndObject();
    content_.Clear();
  }

  Draft& draft_;
  JsonWriter& writer_;
  std::vector<Call> pending_;
  Content content_;        // of the current user message
  size_t kept_bytes_ = 0;  // bytes read from the store
};

}  // namespace

Status WriteMessages(Draft& draft, JsonWriter& writer) {
  return MessageWriter(draft, writer).Write();
}

}  // namespace katra::router::translate
