// Four times as much of anything may take about four times as long, not sixteen: a request or an
// answer of many small parts must not hold the loop. Measured on the thread's own processor time.
#include "router/translate/estimate.h"
#include "router/translate/messages/splice.h"
#include "router/translate/openai_clients/openai_client.h"
#include "tests/support/cpp/catch.h"
#include "tests/support/cpp/linear.h"
#include "tests/unit/router/translate/fixture.h"

namespace katra::testing {
namespace {

std::string Messages(const std::string& messages, const std::string& more = "") {
  return R"({"model":"m","max_tokens":9,"messages":[)" + messages + "]" + more + "}";
}

std::string User(const std::string& content) {
  return R"({"role":"user","content":[)" + content + "]}";
}
std::string Assistant(const std::string& content) {
  return R"({"role":"assistant","content":[)" + content + "]}";
}
std::string Use(const std::string& id, const std::string& name = "f") {
  return R"({"type":"tool_use","id":")" + id + R"(","name":")" + name + R"(","input":{}})";
}
std::string ToolOutput(const std::string& id) {
  return R"({"type":"tool_result","tool_use_id":")" + id + R"(","content":"x"})";
}
std::string Schema(const std::string& members) {
  return R"({"name":"f","input_schema":{"type":"object",)" + members + "}}";
}

std::vector<Shape> MessagesShapes() {
  const auto text = [](size_t) { return std::string(R"({"type":"text","text":"x"})"); };
  return {
      {"tool results", 2000,
       [](size_t n) {
         return Messages(Assistant(List(n, [](size_t i) { return Use("t" + N(i)); })) + "," +
                         User(List(n, [=](size_t i) { return ToolOutput("t" + N(n - 1 - i)); })));
       }},
      {"tool results of one call", 2000,
       [](size_t n) {
         return Messages(Assistant(Use("t")) + "," +
                         User(List(n, [](size_t) { return ToolOutput("t"); })));
       }},
      {"calls of one id", 2000,
       [](size_t n) {
         return Messages(Assistant(List(n, [](size_t) { return Use("t"); })) + "," +
                         User(List(n, [](size_t) { return ToolOutput("t"); })));
       }},
      {"results of no call", 2000,
       [](size_t n) {
         return Messages(User(List(n, [](size_t i) { return ToolOutput("t" + N(i)); })));
       }},
      {"turns with a call", 1000,
       [](size_t n) {
         return Messages(List(n, [](size_t i) {
           return Assistant(Use("t" + N(i))) + "," + User(ToolOutput("t" + N(i)));
         }));
       }},
      {"messages", 4000,
       [](size_t n) {
         return Messages(List(n, [](size_t i) {
           return std::string(R"({"role":")") + (i % 2 == 0 ? "user" : "assistant") +
                  R"(","content":"x"})";
         }));
       }},
      {"messages of one role", 4000,
       [](size_t n) {
         return Messages(
             List(n, [](size_t) { return std::string(R"({"role":"user","content":"x"})"); }));
       }},
      {"system messages", 4000,
       [](size_t n) {
         return Messages(
             List(n, [](size_t) { return std::string(R"({"role":"system","content":"x"})"); }) +
             R"(,{"role":"user","content":"x"})");
       }},
      {"parts", 4000, [=](size_t n) { return Messages(User(List(n, text))); }},
      {"system parts", 4000,
       [=](size_t n) { return Messages(User(text(0)), ",\"system\":[" + List(n, text) + "]"); }},
      {"parts of unknown types", 2000,
       [](size_t n) {
         return Messages(User(List(n, [](size_t i) { return R"({"type":"x)" + N(i) + "\"}"; })));
       }},
      {"pictures", 2000,
       [](size_t n) {
         return Messages(User(List(n, [](size_t) {
           return std::string(R"({"type":"image","source":{"type":"base64","data":"QQ=="}})");
         })));
       }},
      {"a long text", 400'000,
       [](size_t n) {
         return Messages(User(R"({"type":"text","text":")" + std::string(n, 'x') + "\"}"));
       }},
      {"a text of escapes", 100'000,
       [](size_t n) {
         std::string escapes;
         for (size_t i = 0; i < n; ++i) escapes += "\\n";
         return Messages(User(R"({"type":"text","text":")" + escapes + "\"}"));
       }},
      {"foreign names", 1000,
       [=](size_t n) {
         return Messages(User(text(0)) + "," + Assistant(List(n, [](size_t i) {
                           return Use("t" + N(i), "a.b/" + N(i));
                         })));
       }},
      {"tools", 1000,
       [=](size_t n) {
         return Messages(User(text(0)), ",\"tools\":[" + List(n, [](size_t i) {
                                          return R"({"name":"f)" + N(i) +
                                                 R"(","input_schema":{"type":"object"}})";
                                        }) + R"(],"tool_choice":{"type":"tool","name":"none"})");
       }},
      {"tools of one long name", 2000,
       [=](size_t n) {
         const std::string name(n * 20, 'f');
         return Messages(User(text(0)),
                         ",\"tools\":[" +
                             List(n, [](size_t) { return std::string(R"({"name":"f"})"); }) +
                             R"(],"tool_choice":{"type":"tool","name":")" + name + "\"}");
       }},
      {"tools of the server", 2000,
       [=](size_t n) {
         return Messages(User(text(0)),
                         ",\"tools\":[" + List(n, [](size_t) {
                           return std::string(R"({"type":"web_fetch_1","name":"w"})");
                         }) + "]");
       }},
      {"properties that are required", 1500,
       [=](size_t n) {
         return Messages(
             User(text(0)),
             ",\"tools\":[" +
                 Schema(R"("properties":{)" +
                        List(n, [](size_t i) { return "\"p" + N(i) + R"(":{"type":"string"})"; }) +
                        R"(},"required":[)" +
                        List(n, [](size_t i) { return "\"p" + N(i) + "\""; }) + "]") +
                 "]");
       }},
      {"references", 1500,
       [=](size_t n) {
         return Messages(
             User(text(0)),
             ",\"tools\":[" +
                 Schema(R"("properties":{)" +
                        List(n,
                             [](size_t i) {
                               return "\"p" + N(i) + R"(":{"$ref":"#/$defs/d)" + N(i) + "\"}";
                             }) +
                        R"(},"$defs":{)" +
                        List(n, [](size_t i) { return "\"d" + N(i) + R"(":{"type":"string"})"; }) +
                        "}") +
                 "]");
       }},
      {"references to the whole", 4000,
       [=](size_t n) {
         return Messages(
             User(text(0)),
             ",\"tools\":[" +
                 Schema(R"("properties":{)" +
                        List(n, [](size_t i) { return "\"p" + N(i) + R"(":{"$ref":"#"})"; }) +
                        "}") +
                 "]");
       }},
      {"tools that refer to themselves", 250,
       [=](size_t n) {
         return Messages(User(text(0)),
                         ",\"tools\":[" + List(n, [](size_t) {
                           return Schema(R"("properties":{"a":{"$ref":"#"},"b":{"$ref":"#"}})");
                         }) + "]");
       }},
      {"members", 4000,
       [=](size_t n) {
         return Messages(User(text(0)),
                         "," + List(n, [](size_t i) { return "\"m" + N(i) + "\":1"; }));
       }},
      {"thinking", 2000,
       [](size_t n) {
         return Messages(Assistant(
             List(n,
                  [](size_t) {
                    return std::string(R"({"type":"thinking","thinking":"x","signature":"s"})");
                  }) +
             R"(,{"type":"text","text":"x"})"));
       }},
  };
}

translate::Target Provider(const char* name, const char* model) {
  translate::Target target = PlainTarget();
  target.provider = name;
  target.model = model;
  target.quirks = router::FindBuiltIn(name)->quirks;
  return target;
}

}  // namespace

TEST_CASE("translating a request takes time by its size alone") {
  for (const auto& [name, model] : {std::pair{"openai", "gpt-5"}, std::pair{"gemini", "gemini-3"},
                                    std::pair{"deepseek", "deepseek-chat"}}) {
    const translate::Target target = Provider(name, model);
    for (const Shape& shape : MessagesShapes()) {
      INFO(name);
      RequireLinear(shape, [&](const std::string& body) {
        static_cast<void>(translate::ToChat(body, target));
      });
    }
  }
}

TEST_CASE("looking at a request and cleaning it takes time by its size alone") {
  for (const Shape& shape : MessagesShapes()) {
    RequireLinear(shape, [](const std::string& body) {
      static_cast<void>(translate::PeekRequest(body));
      static_cast<void>(translate::RemoveForeignThinking(body, translate::ForeignThinking::kAll));
      static_cast<void>(translate::EstimateInputTokens(body));
    });
  }
}

TEST_CASE("reading a request of another front takes time by its size alone") {
  using translate::OpenAiClientFormat;
  const auto chat = [](const std::string& messages, const std::string& more = "") {
    return R"({"model":"m","messages":[{"role":"user","content":"x"},)" + messages + "]" + more +
           "}";
  };
  const auto input = [](const std::string& items, const std::string& more = "") {
    return R"({"model":"m","input":[)" + items + "]" + more + "}";
  };
  const auto call = [](size_t i) {
    return R"({"id":"t)" + N(i) +
           R"(","type":"function","function":{"name":"f","arguments":"{}"}})";
  };
  const auto result = [](size_t i) {
    return R"({"role":"tool","tool_call_id":"t)" + N(i) + R"(","content":"x"})";
  };
  const std::pair<OpenAiClientFormat, Shape> shapes[] = {
      {OpenAiClientFormat::kChat,
       {"tool messages", 2000,
        [=](size_t n) {
          return chat(R"({"role":"assistant","tool_calls":[)" + List(n, call) + "]}," +
                      List(n, result));
        }}},
      {OpenAiClientFormat::kChat,
       {"system messages", 4000,
        [=](size_t n) {
          return chat(
              List(n, [](size_t) { return std::string(R"({"role":"system","content":"x"})"); }));
        }}},
      {OpenAiClientFormat::kChat,
       {"parts", 4000,
        [=](size_t n) {
          return chat(R"({"role":"user","content":[)" +
                      List(n, [](size_t) { return std::string(R"({"type":"text","text":"x"})"); }) +
                      "]}");
        }}},
      {OpenAiClientFormat::kChat,
       {"unknown members", 2000,
        [=](size_t n) {
          return chat(R"({"role":"user","content":"x"})",
                      "," + List(n, [](size_t i) { return "\"m" + N(i) + "\":1"; }));
        }}},
      {OpenAiClientFormat::kChat,
       {"tools", 1000,
        [=](size_t n) {
          return chat(R"({"role":"user","content":"x"})",
                      ",\"tools\":[" + List(n, [](size_t i) {
                        return R"({"type":"function","function":{"name":"f)" + N(i) + "\"}}";
                      }) + "]");
        }}},
      {OpenAiClientFormat::kResponses,
       {"calls and outputs", 2000,
        [=](size_t n) {
          return input(List(n, [](size_t i) {
            return R"({"type":"function_call","call_id":"t)" + N(i) +
                   R"(","name":"f","arguments":"{}"},{"type":"function_call_output","call_id":"t)" +
                   N(i) + R"(","output":"x"})";
          }));
        }}},
      {OpenAiClientFormat::kResponses,
       {"items of unknown types", 2000,
        [=](size_t n) {
          return input(R"({"role":"user","content":"x"},)" +
                       List(n, [](size_t i) { return R"({"type":"x)" + N(i) + "\"}"; }));
        }}},
      {OpenAiClientFormat::kResponses,
       {"custom tools in namespaces", 1000,
        [=](size_t n) {
          return input(R"({"role":"user","content":"x"})",
                       ",\"tools\":[" + List(n, [](size_t i) {
                         return R"({"type":"namespace","name":"n)" + N(i) +
                                R"(","tools":[{"type":"custom","name":"c"}]})";
                       }) + "]");
        }}},
  };
  for (const auto& [format, shape] : shapes) {
    RequireLinear(shape, [&, format = format](const std::string& body) {
      const auto front = translate::ReadOpenAiClientRequest(format, body);
      REQUIRE(front);
      static_cast<void>(translate::ToChat(front->messages_body, Provider("openai", "gpt-5")));
    });
  }
}

TEST_CASE("a schema that stands for itself through allOf comes to an end") {
  const std::string body = Messages(
      User(R"({"type":"text","text":"x"})"),
      R"(,"tools":[{"name":"f","input_schema":{"allOf":[{"$ref":"#"}]}},{"name":"g","input_schema":
      {"properties":{"a":{"$ref":"#/$defs/a"}},"$defs":{"a":{"allOf":[{"$ref":"#/$defs/b"}]},
      "b":{"allOf":[{"$ref":"#/$defs/a"}]}}}}])");
  const auto out = translate::ToChat(body, Provider("gemini", "gemini-3"));
  REQUIRE(out);
  CHECK(out->body.size() < 10'000);
}

TEST_CASE("stop sequences that would be looked for without end are refused") {
  const auto ask = [](size_t count, size_t length) {
    return translate::ToChat(
        Messages(User(R"({"type":"text","text":"x"})"),
                 ",\"stop_sequences\":[" +
                     List(count,
                          [&](size_t i) { return "\"" + N(i) + std::string(length, 's') + "\""; }) +
                     "]"),
        Provider("openai", "gpt-5"));
  };
  CHECK(ask(60, 100));
  const auto many = ask(1000, 1);
  REQUIRE_FALSE(many);
  CHECK(many.error().message.find("stop_sequences") != std::string::npos);
  CHECK_FALSE(ask(1, 5000));
}

}  // namespace katra::testing
