// Conversations of text, reasoning, calls, results and pictures, there and back: what an upstream
// of the Responses API said in earlier turns reaches it again as it was, each item once (R77).
#include <algorithm>
#include <map>
#include <random>

#include "router/translate/from_responses/reply.h"
#include "router/translate/from_responses/stream.h"
#include "tests/support/cpp/catch.h"
#include "tests/unit/router/translate/fixture.h"

namespace katra::testing {
namespace {

using nlohmann::json;
using translate::ReplyContext;
using translate::Target;

constexpr int kConversations = 1000;

class Conversation {
 public:
  explicit Conversation(uint32_t seed) : random_(seed) {
    target_ = PlainTarget();
    target_.model = "gpt-5.6-sol";
    target_.upstream = "test 1";
    target_.quirks = router::ResponsesQuirks();
    target_.reasoning = &store_;
    forgets_ = Below(4) == 0;
  }

  void Run() {
    const int turns = 1 + Below(6);
    for (int turn = 0; turn < turns; ++turn) {
      UserTurn();
      const ReplyContext context = Ask();
      Answer(context);
    }
    UserTurn();
    static_cast<void>(Ask());
  }

 private:
  int Below(int limit) { return static_cast<int>(random_() % static_cast<uint32_t>(limit)); }

  std::string Words() {
    static const std::vector<std::string> kWords = {
        "look", "\"quoted\"", "back\\slash", "\n", "\u00e4", "\U0001F600", "<tag>", "{\"a\":1}"};
    std::string words = "w" + std::to_string(counter_++);
    for (int i = Below(4); i > 0; --i) words += " " + kWords[random_() % kWords.size()];
    return words;
  }

  // What the user says: results of the open calls in any order, then text and pictures.
  void UserTurn() {
    json blocks = json::array();
    std::vector<std::string> calls = open_;
    std::shuffle(calls.begin(), calls.end(), random_);
    std::map<std::string, json> outputs;
    for (const std::string& id : calls) {
      const std::string text = Words();
      json content = json::array({{{"type", "text"}, {"text", text}}});
      json output = text;
      if (Below(3) == 0) {
        content.push_back(Picture());
        output = json::array({{{"type", "input_text"}, {"text", text}}, SentPicture()});
      }
      blocks.push_back({{"type", "tool_result"}, {"tool_use_id", id}, {"content", content}});
      outputs[id] = output;
    }
    for (const std::string& id : open_) {
      expected_.push_back(
          {{"type", "function_call_output"}, {"call_id", id}, {"output", outputs[id]}});
    }
    json said = json::array();
    if (open_.empty() || Below(2) == 0) {
      const std::string text = Words();
      blocks.push_back({{"type", "text"}, {"text", text}});
      said.push_back({{"type", "input_text"}, {"text", text}});
      if (Below(3) == 0) {
        blocks.push_back(Picture());
        said.push_back(SentPicture());
      }
      expected_.push_back({{"type", "message"}, {"role", "user"}, {"content", said}});
    }
    open_.clear();
    messages_.push_back({{"role", "user"}, {"content", blocks}});
  }

  // The request of the conversation so far, which must hold all of it.
  ReplyContext Ask() {
    json request = {{"model", "m"},
                    {"max_tokens", 100},
                    {"messages", messages_},
                    {"thinking", {{"type", "adaptive"}}},
                    {"tools", {{{"name", "look"}, {"input_schema", {{"type", "object"}}}}}}};
    auto made = translate::ToResponses(request.dump(), target_);
    if (!made) FAIL(made.error().message);
    const json body = json::parse(made->body);
    if (body["input"] != json(expected_)) {
      INFO(json(messages_).dump(1));
      REQUIRE(body["input"] == json(expected_));
    }
    return std::move(made->reply);
  }

  static json Picture() {
    return {{"type", "image"},
            {"source", {{"type", "base64"}, {"media_type", "image/png"}, {"data", "QQ=="}}}};
  }
  static json SentPicture() {
    return {
        {"type", "input_image"}, {"detail", "auto"}, {"image_url", "data:image/png;base64,QQ=="}};
  }

  json Reasoning() {
    json item = {{"type", "reasoning"},
                 {"id", "rs_" + std::to_string(counter_++)},
                 {"summary", json::array()},
                 {"encrypted_content", "enc+/=" + std::to_string(random_())}};
    for (int i = Below(3); i > 0; --i) {
      item["summary"].push_back({{"type", "summary_text"}, {"text", Words()}});
    }
    return item;
  }

  // Items of an answer: each text stands alone, and nothing ends with reasoning.
  json Items() {
    json items = json::array();
    for (int parts = 1 + Below(3); parts > 0; --parts) {
      if (Below(3) != 0) items.push_back(Reasoning());
      if (Below(2) == 0 && (items.empty() || items.back()["type"] != "message")) {
        items.push_back({{"type", "message"},
                         {"id", "msg_" + std::to_string(counter_++)},
                         {"content", {{{"type", "output_text"}, {"text", Words()}}}}});
        continue;
      }
      for (int calls = 1 + Below(3); calls > 0; --calls) {
        const std::string id = "call_" + std::to_string(counter_++);
        items.push_back({{"type", "function_call"},
                         {"id", "fc" + id},
                         {"call_id", id},
                         {"name", "look"},
                         {"arguments", json({{"at", Words()}}).dump()}});
        if (Below(4) == 0) items.push_back(Reasoning());
      }
      while (items.back()["type"] == "reasoning") items.erase(items.size() - 1);
    }
    return items;
  }

  void Answer(const ReplyContext& context) {
    const json items = Items();
    json content = Below(3) == 0 ? Whole(items, context) : Streamed(items, context);
    Expect(items);
    if (forgets_) {  // as clients of Chat Completions do
      json kept = json::array();
      for (const json& block : content) {
        if (block["type"] != "thinking") kept.push_back(block);
      }
      content = kept;
    }
    messages_.push_back({{"role", "assistant"}, {"content", content}});
  }

  void Expect(const json& items) {
    json waiting = json::array();
    for (const json& item : items) {
      const std::string type = item["type"];
      if (type == "reasoning") {
        waiting.push_back(item);
        continue;
      }
      // Without the client's help reasoning is known by the call that comes after it alone.
      if (type == "function_call" || !forgets_) {
        for (const json& one : waiting) expected_.push_back(one);
        waiting.clear();
      }
      if (type == "message") {
        ExpectText(item["content"][0]["text"]);
        continue;
      }
      json call = item;
      call.erase("id");
      expected_.push_back(call);
      open_.push_back(item["call_id"]);
    }
  }

  // Texts that a forgotten item stood between are one (R15).
  void ExpectText(const std::string& text) {
    if (expected_.back()["type"] == "message" && expected_.back()["role"] == "assistant") {
      expected_.back()["content"] = expected_.back()["content"].get<std::string>() + text;
      return;
    }
    expected_.push_back({{"type", "message"}, {"role", "assistant"}, {"content", text}});
  }

  static json ResponseOf(const json& items) {
    return {{"id", "resp"}, {"model", "m"}, {"status", "completed"}, {"output", items}};
  }

  static json Whole(const json& items, const ReplyContext& context) {
    const auto reply = translate::FromResponses(ResponseOf(items).dump(), {}, context);
    REQUIRE(reply);
    return json::parse(reply->body)["content"];
  }

  static std::string Event(const std::string& type, json more) {
    more["type"] = type;
    return "event: " + type + "\ndata: " + more.dump() + "\n\n";
  }

  // The events of an item, its text in pieces of whole characters.
  std::string EventsOf(const json& item, int index) {
    json begun = item;
    std::string events;
    const std::string type = item["type"];
    const auto deltas = [&](const std::string& kind, const std::string& text, json more) {
      size_t at = 0;
      while (at < text.size()) {
        size_t end = std::min(text.size(), at + 1 + static_cast<size_t>(Below(6)));
        while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) ++end;
        more["output_index"] = index;
        more["delta"] = text.substr(at, end - at);
        events += Event("response." + kind + ".delta", more);
        at = end;
      }
    };
    if (Below(4) != 0) {
      if (type == "message") {
        begun["content"] = json::array();
        deltas("output_text", item["content"][0]["text"], {{"content_index", 0}});
      } else if (type == "function_call") {
        begun["arguments"] = "";
        deltas("function_call_arguments", item["arguments"], json::object());
      } else {
        begun["summary"] = json::array();
        int part = 0;
        for (const json& one : item["summary"]) {
          deltas("reasoning_summary_text", one["text"], {{"summary_index", part++}});
        }
      }
    }
    return Event("response.output_item.added", {{"output_index", index}, {"item", begun}}) +
           events + Event("response.output_item.done", {{"output_index", index}, {"item", item}});
  }

  json Streamed(const json& items, const ReplyContext& context) {
    std::string stream = Event("response.created", {{"response", {{"id", "r"}, {"model", "m"}}}});
    int index = 0;
    for (const json& item : items) stream += EventsOf(item, index++);
    stream += Event("response.completed", {{"response", ResponseOf(items)}});
    translate::ResponsesStreamReader reader(context);
    StreamRun run;
    std::string_view rest = stream;
    while (!rest.empty()) {
      const size_t piece = std::min(rest.size(), static_cast<size_t>(1 + Below(400)));
      reader.Feed(rest.substr(0, piece), &run.bytes);
      rest.remove_prefix(piece);
    }
    run.state = reader.Finish(false, &run.bytes);
    run.events = ParseEvents(run.bytes);
    RequireGrammar(run);
    REQUIRE(run.state == translate::StreamState::kDone);
    return run.Blocks();
  }

  std::mt19937 random_;
  MapReasoningStore store_;
  Target target_;
  bool forgets_ = false;  // the client does not bring thinking back
  int counter_ = 0;
  std::vector<json> messages_;
  std::vector<json> expected_;  // items of the next request
  std::vector<std::string> open_;
};

TEST_CASE("a thousand conversations lose and double nothing on their way there and back") {
  for (uint32_t seed = 1; seed <= kConversations; ++seed) {
    INFO("seed " << seed);
    Conversation conversation(seed);
    conversation.Run();
  }
}

}  // namespace
}  // namespace katra::testing
