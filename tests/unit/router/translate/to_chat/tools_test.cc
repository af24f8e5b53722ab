// Tools and parameters of requests (R28-R40, R45-R55 of docs/translation.md).
#include <algorithm>
#include <set>

#include "router/translate/memo.h"
#include "tests/support/cpp/catch.h"
#include "tests/unit/router/translate/fixture.h"

namespace katra::testing {
namespace {

using nlohmann::json;
using router::ReasoningRequest;

json Request() {
  return {{"model", "claude-x"},
          {"max_tokens", 1000},
          {"messages", json::array({{{"role", "user"}, {"content", "hi"}}})}};
}

json Tool(const std::string& name,
          json schema = {{"type", "object"}, {"properties", json::object()}}) {
  return {{"name", name}, {"description", "d"}, {"input_schema", std::move(schema)}};
}

json WithTools(json tools) {
  json request = Request();
  request["tools"] = std::move(tools);
  return request;
}

translate::Target OpenAi(const std::string& model = "gpt-5") {
  translate::Target target = PlainTarget();
  target.provider = "openai";
  target.model = model;
  target.quirks = router::FindBuiltIn("openai")->quirks;
  return target;
}

translate::Target BuiltIn(const std::string& provider, const std::string& model) {
  translate::Target target = PlainTarget();
  target.provider = provider;
  target.model = model;
  target.quirks = router::FindBuiltIn(provider)->quirks;
  return target;
}

bool Dropped(const Translated& out, const std::string& what) {
  return std::find(out.result.dropped.begin(), out.result.dropped.end(), what) !=
         out.result.dropped.end();
}

TEST_CASE("R28 B22 a tool is a function with its schema and nothing else") {
  json tool = Tool("f");
  tool["type"] = "custom";
  tool["strict"] = true;
  tool["defer_loading"] = true;
  const Translated out = Translate(WithTools(json::array({tool})), PlainTarget());
  CHECK(out.body["tools"] == json::parse(R"([{"type":"function","function":{"name":"f",
        "description":"d","parameters":{"type":"object","properties":{}}}}])"));
  CHECK(Dropped(out, "tools.strict"));
}

TEST_CASE("R29 a missing or bare schema is an object with properties") {
  for (json schema : {json(), json::object(), json({{"type", "object"}})}) {
    json tool = Tool("f", schema);
    if (schema.is_null()) tool.erase("input_schema");
    CHECK(Translate(WithTools(json::array({tool})), PlainTarget())
              .body["tools"][0]["function"]["parameters"] ==
          json::parse(R"({"type":"object","properties":{}})"));
  }
}

TEST_CASE("R30 Gemini gets only the keywords that it takes, at every depth") {
  const json schema = json::parse(R"({
    "$schema": "http://json-schema.org/draft-07/schema#", "type": "object",
    "additionalProperties": false, "required": ["a", "ghost"],
    "properties": {
      "a": {"type": ["string", "null"], "default": "x", "format": "uri", "description": "D"},
      "n": {"type": "integer", "exclusiveMinimum": 0, "minimum": 1},
      "e": {"const": "only"},
      "r": {"$ref": "#/$defs/Point"},
      "l": {"type": "array", "items": {"oneOf": [{"type": "string", "default": "q"}, {"type": "number"}]}},
      "o": {"type": "object", "additionalProperties": {"type": "string", "$schema": "x"}}
    },
    "$defs": {"Point": {"type": "object", "properties": {"x": {"type": "number", "examples": [1]}}}}
  })");
  const json out = Translate(WithTools(json::array({Tool("f", schema)})), BuiltIn("gemini", "g"))
                       .body["tools"][0]["function"]["parameters"];
  const std::string text = out.dump();
  for (const char* gone : {"$schema", "$defs", "$ref", "additionalProperties", "\"default\"",
                           "exclusiveMinimum", "oneOf", "\"uri\"}", "examples", "const"}) {
    INFO(gone << " in " << text);
    CHECK(text.find(gone) == std::string::npos);
  }
  const json& properties = out["properties"];
  CHECK(properties["a"]["type"] == "string");
  CHECK(properties["a"]["nullable"] == true);
  CHECK(properties["a"]["description"] == "D (default: \"x\") (format: \"uri\")");
  CHECK(properties["n"]["description"] == "(more than 0)");
  CHECK(properties["n"]["minimum"] == 1);
  CHECK(properties["e"]["enum"] == json::array({"only"}));
  CHECK(properties["r"]["properties"]["x"]["type"] == "number");
  CHECK(properties["l"]["items"]["anyOf"].size() == 2);
  CHECK(out["required"] == json::array({"a"}));
}

TEST_CASE("R30 a schema that refers to itself comes to an end") {
  const json schema = json::parse(R"({"type":"object","properties":{"n":{"$ref":"#"},
      "m":{"$ref":"#/properties/m"},"a":{"$ref":"#"},"b":{"$ref":"#"},"c":{"$ref":"#"}}})");
  const std::string body =
      Translate(WithTools(json::array({Tool("f", schema)})), BuiltIn("gemini", "g")).result.body;
  CHECK(body.size() < 1'000'000);
}

namespace {

// How deep objects of properties stand within one another.
size_t DepthOf(const json& schema) {
  size_t most = 0;
  for (const json& value : schema) {
    if (value.is_structured()) most = std::max(most, DepthOf(value));
  }
  return most + (schema.is_object() && schema.contains("properties") ? 1 : 0);
}

}  // namespace

TEST_CASE(
    "G10 a reference that leads back to itself is written two levels deep, and that is told") {
  struct Row {
    const char* schema;
    size_t most_depth;
    bool lost;
  };
  const std::vector<Row> rows = {
      {R"({"$defs":{"N":{"type":"object","properties":{"v":{"type":"string"},
           "l":{"$ref":"#/$defs/N"},"r":{"$ref":"#/$defs/N"}}}},
           "type":"object","properties":{"n":{"$ref":"#/$defs/N"}}})",
       3, true},
      {R"({"$defs":{"N":{"type":"object","properties":{"l":{"$ref":"#/$defs/N"}}}},
           "$ref":"#/$defs/N"})",
       2, true},
      {R"({"type":"object","properties":{"again":{"$ref":"#"},"more":{"$ref":"#"}}})", 2, true},
      {R"({"definitions":{"N":{"type":"object","properties":{"l":{"type":"array","items":{
           "$ref":"#/definitions/N"}}}}},"type":"object","properties":{
           "n":{"anyOf":[{"$ref":"#/definitions/N"},{"type":"null"}]}}})",
       3, true},
      {R"({"$defs":{"A":{"type":"object","properties":{"b":{"$ref":"#/$defs/B"}}},
           "B":{"type":"object","properties":{"a":{"allOf":[{"$ref":"#/$defs/A"}]}}}},
           "type":"object","properties":{"a":{"$ref":"#/$defs/A"}}})",
       4, true},
      {R"({"type":"object","properties":{"m":{"$ref":"#/properties/m"}}})", 1, true},
      {R"({"type":"object","properties":{"m":{"$ref":"https://elsewhere/x"}}})", 1, true},
      {R"({"$defs":{"P":{"type":"object","properties":{"x":{"type":"number"}}}},
           "type":"object","properties":{"a":{"$ref":"#/$defs/P"},"b":{"$ref":"#/$defs/P"},
           "c":{"type":"array","items":{"$ref":"#/$defs/P"}}}})",
       2, false},
  };
  for (const Row& row : rows) {
    INFO(row.schema);
    const auto out = Translate(WithTools(json::array({Tool("f", json::parse(row.schema))})),
                               BuiltIn("gemini", "g"));
    const json parameters = json::parse(out.result.body)["tools"][0]["function"]["parameters"];
    const std::string text = parameters.dump();
    CHECK(text.size() < 2000);
    CHECK(text.find("$ref") == std::string::npos);
    CHECK(text.find("{}") == std::string::npos);  // a plain object has a type
    CHECK(DepthOf(parameters) <= row.most_depth);
    const auto& dropped = out.result.dropped;
    const bool told = std::count(dropped.begin(), dropped.end(), "tools.input_schema.$ref") == 1;
    CHECK(told == row.lost);
  }
}

TEST_CASE("G10 many schemas that lead to one another stay small") {
  json defs = json::object();
  for (int i = 0; i < 8; ++i) {
    json properties = json::object();
    for (int k = 0; k < 8; ++k) {
      properties["p" + std::to_string(k)] = {{"$ref", "#/$defs/D" + std::to_string(k)}};
    }
    defs["D" + std::to_string(i)] = {{"type", "object"}, {"properties", properties}};
  }
  const json schema = {
      {"$defs", defs}, {"type", "object"}, {"properties", {{"d", {{"$ref", "#/$defs/D0"}}}}}};
  const auto out = Translate(WithTools(json::array({Tool("f", schema)})), BuiltIn("gemini", "g"));
  CHECK(out.result.body.size() < 64'000);
}

TEST_CASE("R31 a name that does not fit is changed the same way everywhere, and back") {
  const std::string longer(80, 'n');
  json request = WithTools(json::array({Tool(longer), Tool("dot.ted"), Tool("")}));
  request["tool_choice"] = {{"type", "tool"}, {"name", "dot.ted"}};
  request["messages"].push_back(
      {{"role", "assistant"},
       {"content",
        json::array(
            {{{"type", "tool_use"}, {"id", "a"}, {"name", longer}, {"input", json::object()}}})}});
  const Translated out = Translate(request, PlainTarget());
  const std::string mapped = out.body["tools"][0]["function"]["name"];
  CHECK(mapped.size() == 64);
  CHECK(mapped.substr(0, 55) == longer.substr(0, 55));
  CHECK(out.body["messages"][1]["tool_calls"][0]["function"]["name"] == mapped);
  CHECK(out.result.reply.tool_names.at(mapped) == longer);
  const std::string dotted = out.body["tools"][1]["function"]["name"];
  CHECK(dotted.find('.') == std::string::npos);
  CHECK(out.body["tool_choice"]["function"]["name"] == dotted);
  CHECK(out.body["tools"][2]["function"]["name"] == "unnamed_tool");
}

TEST_CASE("R32 ids fit the upstream, the same each time and no two alike") {
  json request = Request();
  const std::string longer = "toolu_" + std::string(70, 'x');
  json calls = json::array();
  json results = json::array();
  for (const std::string& id :
       {longer, longer + "y", std::string("abcdefghi"), std::string("t1")}) {
    calls.push_back({{"type", "tool_use"}, {"id", id}, {"name", "f"}, {"input", json::object()}});
    results.push_back({{"type", "tool_result"}, {"tool_use_id", id}, {"content", "r"}});
  }
  request["messages"].push_back({{"role", "assistant"}, {"content", calls}});
  request["messages"].push_back({{"role", "user"}, {"content", results}});
  for (const char* provider : {"openai", "mistral"}) {
    const json messages = Translate(request, BuiltIn(provider, "m")).body["messages"];
    std::set<std::string> ids;
    for (size_t i = 0; i < 4; ++i) {
      const std::string id = messages[1]["tool_calls"][i]["id"];
      CHECK(messages[2 + i]["tool_call_id"] == id);
      ids.insert(id);
      if (std::string(provider) == "mistral") {
        CHECK(id.size() == 9);
      } else {
        CHECK(id.size() <= 64);
      }
    }
    CHECK(ids.size() == 4);
    CHECK(ids.count("abcdefghi") == 1);
    CHECK(Translate(request, BuiltIn(provider, "m")).body["messages"] == messages);
  }
}

TEST_CASE("R33 B1 B2 tool_choice in the upstream's words") {
  const auto choice = [](json value) {
    json request = WithTools(json::array({Tool("f")}));
    request["tool_choice"] = std::move(value);
    return Translate(request, PlainTarget()).body["tool_choice"];
  };
  CHECK(choice({{"type", "auto"}}) == "auto");
  CHECK(choice({{"type", "any"}}) == "required");
  CHECK(choice({{"type", "none"}}) == "none");
  CHECK(choice({{"type", "tool"}, {"name", "f"}}) ==
        json::parse(R"({"type":"function","function":{"name":"f"}})"));
}

TEST_CASE("R34 B3 one call at a time, where the upstream takes that") {
  json request = WithTools(json::array({Tool("f")}));
  request["tool_choice"] = {{"type", "auto"}, {"disable_parallel_tool_use", true}};
  CHECK(Translate(request, PlainTarget()).body["parallel_tool_calls"] == false);
  const Translated gemini = Translate(request, BuiltIn("gemini", "g"));
  CHECK_FALSE(gemini.body.contains("parallel_tool_calls"));
  CHECK(Dropped(gemini, "tool_choice.disable_parallel_tool_use"));
  CHECK(Translate(request, OpenAi()).body["parallel_tool_calls"] == false);
  CHECK_FALSE(Translate(request, OpenAi("o3")).body.contains("parallel_tool_calls"));
}

TEST_CASE("R35 a choice among no tools is dropped") {
  json request = Request();
  request["tool_choice"] = {{"type", "any"}};
  const Translated out = Translate(request, PlainTarget());
  CHECK_FALSE(out.body.contains("tool_choice"));
  CHECK(Dropped(out, "tool_choice"));
}

TEST_CASE("R36 B5 web search is the provider's own, or said to be missing") {
  json request =
      WithTools(json::array({{{"type", "web_search_20250305"}, {"name", "web_search"}}}));
  request["tool_choice"] = {{"type", "tool"}, {"name", "web_search"}};
  const json openai = Translate(request, OpenAi()).body;
  CHECK(openai["web_search_options"] == json::object());
  CHECK_FALSE(openai.contains("tools"));
  CHECK_FALSE(openai.contains("tool_choice"));
  CHECK(Translate(request, BuiltIn("openrouter", "a/b")).body["plugins"][0]["id"] == "web");
  const Translated plain = Translate(request, PlainTarget());
  CHECK_FALSE(plain.body.contains("tools"));
  CHECK(plain.body["messages"][0]["role"] == "system");
  CHECK(Dropped(plain, "tools.web_search_20250305"));
}

TEST_CASE("R37 tools that only Anthropic runs are refused") {
  for (const char* type :
       {"code_execution_20250522", "computer_20250124", "bash_20250124", "text_editor_20250728"}) {
    const auto result = translate::ToChat(
        WithTools(json::array({{{"type", type}, {"name", "x"}}})).dump(), PlainTarget());
    REQUIRE_FALSE(result);
    CHECK(result.error().message.find(std::string("capability_rejected: ") + type) == 0);
  }
}

TEST_CASE("R38 R39 B10 thinking in each provider's form") {
  json enabled = Request();
  enabled["thinking"] = {{"type", "enabled"}, {"budget_tokens", 1024}};
  CHECK(Translate(enabled, OpenAi()).body["reasoning_effort"] == "low");
  enabled["thinking"]["budget_tokens"] = 8192;
  CHECK(Translate(enabled, OpenAi()).body["reasoning_effort"] == "medium");
  enabled["thinking"]["budget_tokens"] = 20000;
  CHECK(Translate(enabled, OpenAi()).body["reasoning_effort"] == "high");
  CHECK(Translate(enabled, BuiltIn("openrouter", "a/b")).body["reasoning"]["max_tokens"] == 20000);
  const json deepseek = Translate(enabled, BuiltIn("deepseek", "d")).body;
  CHECK(deepseek["thinking"]["type"] == "enabled");
  CHECK(deepseek["reasoning_effort"] == "high");
  CHECK(Translate(enabled, BuiltIn("vllm", "v")).body["chat_template_kwargs"]["enable_thinking"] ==
        true);

  json adaptive = Request();
  adaptive["thinking"] = {{"type", "adaptive"}};
  CHECK(Translate(adaptive, OpenAi()).body["reasoning_effort"] == "medium");
  adaptive["output_config"] = {{"effort", "max"}};
  CHECK(Translate(adaptive, OpenAi()).body["reasoning_effort"] == "high");
  CHECK(Translate(adaptive, BuiltIn("deepseek", "d")).body["reasoning_effort"] == "max");
  CHECK(Translate(adaptive, BuiltIn("openrouter", "a/b")).body["reasoning"]["effort"] == "high");
}

TEST_CASE("R38 a model that does not reason is not asked to, and that is listed") {
  json request = Request();
  request["thinking"] = {{"type", "adaptive"}};
  const Translated out = Translate(request, OpenAi("gpt-4-turbo"));
  CHECK_FALSE(out.body.contains("reasoning_effort"));
  CHECK(Dropped(out, "thinking"));
  CHECK_FALSE(Translate(request, BuiltIn("groq", "llama-3.3")).body.contains("reasoning_effort"));
}

TEST_CASE("R40 B10 disabled thinking is no thinking") {
  json request = Request();
  request["thinking"] = {{"type", "disabled"}};
  CHECK_FALSE(Translate(request, OpenAi()).body.contains("reasoning_effort"));
  CHECK(Translate(request, BuiltIn("deepseek", "d")).body["thinking"]["type"] == "disabled");
  CHECK_FALSE(Translate(request, BuiltIn("deepseek", "d")).body.contains("reasoning_effort"));
  translate::Target target = OpenAi();
  target.quirks.effort_none = true;
  CHECK(Translate(request, target).body["reasoning_effort"] == "none");
}

TEST_CASE("R45 B15 B17 the answer's length, under the name the model knows, within its limit") {
  for (const char* model : {"gpt-5", "o3-mini", "gpt-5.1-codex", "o1"}) {
    INFO(model);
    CHECK(Translate(Request(), OpenAi(model)).body["max_completion_tokens"] == 1000);
  }
  for (const char* model : {"gpt-4-turbo", "gpt-4o", "omni", "gpt-5-chat-latest"}) {
    INFO(model);
    CHECK(Translate(Request(), OpenAi(model)).body["max_tokens"] == 1000);
  }
  CHECK(Translate(Request(), BuiltIn("mistral", "o3")).body["max_tokens"] == 1000);
  json large = Request();
  large["max_tokens"] = 64000;
  CHECK(Translate(large, PlainTarget()).body["max_tokens"] == 64000);
  translate::Target limited = PlainTarget();
  limited.max_output_tokens = 8000;
  CHECK(Translate(large, limited).body["max_tokens"] == 8000);
}

TEST_CASE("R8 R45 known limits of models, the longest prefix first, and the user's own above all") {
  router::Provider openai = *router::FindBuiltIn("openai");
  CHECK(router::MaxOutputTokens(openai, "gpt-4-turbo") == 4096);
  CHECK(router::MaxOutputTokens(openai, "openai/GPT-4o-mini") == 16384);
  CHECK(router::MaxOutputTokens(openai, "gpt-4.1") == 32768);
  CHECK(router::MaxOutputTokens(openai, "gpt-of-tomorrow") == 0);
  openai.max_output_tokens = 100;
  CHECK(router::MaxOutputTokens(openai, "gpt-5") == 100);
}

TEST_CASE("R46 B4 stop sequences are sent as far as the upstream takes them, the rest emulated") {
  json request = Request();
  request["stop_sequences"] = json::array({"a", "b", "c", "d", "e"});
  const Translated out = Translate(request, PlainTarget());
  CHECK(out.body["stop"] == json::array({"a", "b", "c", "d"}));
  CHECK(out.result.reply.emulated_stops == std::vector<std::string>{"e"});
  const Translated reasoning = Translate(request, OpenAi());
  CHECK_FALSE(reasoning.body.contains("stop"));
  CHECK(reasoning.result.reply.emulated_stops.size() == 5);
}

TEST_CASE("R47 R48 B4 B16 sampling as asked, where the model takes it, and nothing of our own") {
  json request = Request();
  CHECK_FALSE(Translate(request, OpenAi()).body.contains("temperature"));
  request["temperature"] = 0.25;
  request["top_p"] = 0.5;
  request["top_k"] = 7;
  const Translated plain = Translate(request, PlainTarget());
  CHECK(plain.body["temperature"] == 0.25);
  CHECK(plain.body["top_p"] == 0.5);
  CHECK(Dropped(plain, "top_k"));
  CHECK(Translate(request, BuiltIn("ollama", "q")).body["top_k"] == 7);
  const Translated reasoning = Translate(request, OpenAi());
  CHECK_FALSE(reasoning.body.contains("temperature"));
  CHECK(Dropped(reasoning, "temperature"));
}

TEST_CASE("R49 B27 the user's id is a short hash, whatever its form") {
  json request = Request();
  request["metadata"] = {
      {"user_id", R"({"device_id":"x","session_id":"y"})" + std::string(200, 'z')}};
  const std::string user = Translate(request, PlainTarget()).body["user"];
  CHECK(user.size() == 32);
  CHECK(user.find_first_not_of("0123456789abcdef") == std::string::npos);
  CHECK_FALSE(Translate(request, BuiltIn("gemini", "g")).body.contains("user"));
}

TEST_CASE("R14 R50 the session is the key of the prompt cache") {
  translate::Target target = OpenAi();
  target.session_id = "0197-session";
  CHECK(Translate(Request(), target).body["prompt_cache_key"] == "0197-session");
  target.quirks.prompt_cache_key = false;
  CHECK_FALSE(Translate(Request(), target).body.contains("prompt_cache_key"));
}

TEST_CASE("R51 the service tier where there is one") {
  json request = Request();
  request["service_tier"] = "standard_only";
  CHECK(Translate(request, OpenAi()).body["service_tier"] == "default");
  CHECK(Dropped(Translate(request, PlainTarget()), "service_tier"));
}

TEST_CASE("R52 structured output is a strict schema with a name, or an object with instructions") {
  json request = Request();
  request["output_config"] = {
      {"format", {{"type", "json_schema"}, {"schema", {{"type", "object"}}}}}};
  const json format = Translate(request, OpenAi()).body["response_format"];
  CHECK(format["type"] == "json_schema");
  CHECK(format["json_schema"]["strict"] == true);
  CHECK(format["json_schema"]["schema"] == json({{"type", "object"}}));
  const json deepseek = Translate(request, BuiltIn("deepseek", "d")).body;
  CHECK(deepseek["response_format"]["type"] == "json_object");
  CHECK(deepseek["messages"][0]["content"].get<std::string>().find("JSON Schema") !=
        std::string::npos);
}

TEST_CASE("R53 what has no place upstream is listed") {
  json request = Request();
  request["context_management"] = {{"edits", json::array()}};
  request["container"] = "c";
  request["mcp_servers"] = json::array();
  request["brand_new"] = 1;
  CHECK(Translate(request, PlainTarget()).result.dropped ==
        std::vector<std::string>{"brand_new", "container", "context_management", "mcp_servers"});
}

TEST_CASE("R54 B18 usage is asked for on every stream that can tell it") {
  json request = Request();
  request["stream"] = true;
  const Translated out = Translate(request, PlainTarget());
  CHECK(out.body["stream"] == true);
  CHECK(out.body["stream_options"]["include_usage"] == true);
  CHECK(out.result.stream);
  CHECK_FALSE(Translate(request, BuiltIn("mistral", "m")).body.contains("stream_options"));
  CHECK_FALSE(Translate(Request(), PlainTarget()).body.contains("stream"));
}

TEST_CASE("R55 Kimi's sampling is fixed and its efforts are low, high and max") {
  json request = Request();
  request["temperature"] = 1;
  request["output_config"] = {{"effort", "medium"}};
  request["thinking"] = {{"type", "adaptive"}};
  const Translated out = Translate(request, BuiltIn("moonshot", "kimi-k3"));
  CHECK_FALSE(out.body.contains("temperature"));
  CHECK(out.body["reasoning_effort"] == "high");
}

TEST_CASE("J5 tools that repeat are translated once") {
  translate::PrefixMemo memo;
  translate::Target target = PlainTarget();
  target.memo = &memo;
  const json request = WithTools(json::array({Tool("dot.ted")}));
  const Translated first = Translate(request, target);
  CHECK(memo.hits() == 0);
  const Translated second = Translate(request, target);
  CHECK(memo.hits() == 1);
  CHECK(first.result.body == second.result.body);
  CHECK(first.result.reply.tool_names == second.result.reply.tool_names);
  target.quirks.schema_dialect = router::SchemaDialect::kGemini;
  static_cast<void>(Translate(request, target));
  CHECK(memo.hits() == 1);
}

}  // namespace
}  // namespace katra::testing
