// Tool arguments that a model gets wrong: each is an isError result that helps it to mend the call.
#include "tests/e2e/server/bad_input_cases.h"

namespace katra::testing {
namespace {

using nlohmann::json;

class Table {
 public:
  // `words`: what the text must name, so that the next call can be right.
  void Add(const std::string& name, const std::string& tool, const json& arguments,
           const std::string& words = "") {
    AddAnswer(name, tool, arguments, {name, {}, true, words});
  }
  void AddRight(const std::string& name, const std::string& tool, const json& arguments) {
    AddAnswer(name, tool, arguments, {name, {}, false, ""});
  }
  [[nodiscard]] std::vector<BadInput> Take() { return std::move(cases_); }

 private:
  void AddAnswer(const std::string& name, const std::string& tool, const json& arguments,
                 ExpectedAnswer answer) {
    const json request = {{"jsonrpc", "2.0"},
                          {"id", name},
                          {"method", "tools/call"},
                          {"params", {{"name", tool}, {"arguments", arguments}}}};
    cases_.push_back({name, request.dump() + "\n", {std::move(answer)}});
  }

  std::vector<BadInput> cases_;
};

std::string Repeat(const std::string& text, size_t times) {
  std::string all;
  for (size_t i = 0; i < times; ++i) all += text;
  return all;
}

std::vector<std::string> Numbered(const std::string& prefix, int count) {
  std::vector<std::string> names;
  for (int i = 0; i < count; ++i) names.push_back(prefix + std::to_string(i));
  return names;
}

void AddSay(Table* table) {
  const std::string say = "katra_say";
  table->Add("say nothing", say, json::object(), "message");
  table->Add("say a number", say, {{"message", 5}}, "message");
  table->Add("say a list", say, {{"message", json::array({"a"})}}, "message");
  table->Add("say an empty text", say, {{"message", ""}}, "message");
  table->AddRight("say 65,536 bytes", say, {{"message", std::string(65'536, 'b')}});
  table->Add("say 65,537 bytes", say, {{"message", std::string(65'537, 'b')}}, "65537");
  table->Add("say 65,538 bytes of three each", say, {{"message", Repeat("\xe2\x82\xac", 21'846)}},
             "65538");
  table->Add("say a NUL", say, {{"message", std::string("a\0b", 3)}}, "NUL");
  table->Add("say with a misspelt argument", say, {{"mesage", "x"}}, "mesage");
  table->Add("say with a made-up sender", say, {{"message", "x"}, {"from", "Dario"}}, "from");
  table->Add("say in ../etc", say, {{"message", "x"}, {"room", "../etc"}}, "room");
  table->Add("say in /etc/passwd", say, {{"message", "x"}, {"room", "/etc/passwd"}}, "room");
  table->Add("say in a room with a space", say, {{"message", "x"}, {"room", "a b"}}, "room");
  table->Add("say in a room of dots", say, {{"message", "x"}, {"room", ".."}}, "room");
  table->Add("say in a room with a NUL", say, {{"message", "x"}, {"room", std::string("a\0b", 3)}},
             "room");
  table->Add("say in a room of 65 letters", say, {{"message", "x"}, {"room", std::string(65, 'r')}},
             "room");
  table->Add("say in a room that is a number", say, {{"message", "x"}, {"room", 1}}, "room");
  table->Add("say to nobody known", say, {{"message", "x"}, {"to", {"Daryo"}}}, "Dario");
  table->Add("say to ../Dario", say, {{"message", "x"}, {"to", {"../Dario"}}}, "Dario");
  table->Add("say to one known and one not", say, {{"message", "x"}, {"to", {"Dario", "Zed"}}},
             "Zed");
  table->Add("say to a number", say, {{"message", "x"}, {"to", 7}}, "to");
  table->Add("say to a list of numbers", say, {{"message", "x"}, {"to", {7}}}, "to");
  table->Add("say to 101 names", say, {{"message", "x"}, {"to", Numbered("N", 101)}}, "to");
  table->Add("reply to what was never said", say, {{"message", "x"}, {"reply_to", 999'999}},
             "999999");
  table->Add("reply to -1", say, {{"message", "x"}, {"reply_to", -1}}, "reply_to");
  table->Add("reply to a word", say, {{"message", "x"}, {"reply_to", "abc"}}, "reply_to");
  table->Add("reply to 1.5", say, {{"message", "x"}, {"reply_to", 1.5}}, "reply_to");
  table->Add("a key of 201 bytes", say,
             {{"message", "x"}, {"idempotency_key", std::string(201, 'k')}}, "idempotency_key");
  table->Add("say in XML", say, {{"message", "x"}, {"format", "xml"}}, "json");
}

void AddHear(Table* table) {
  const std::string hear = "katra_hear";
  table->Add("wait -1 s", hear, {{"wait_seconds", -1}}, "wait_seconds");
  table->Add("wait 51 s", hear, {{"wait_seconds", 51}}, "50");
  table->Add("wait for a word", hear, {{"wait_seconds", "long"}}, "wait_seconds");
  table->Add("hear 0", hear, {{"limit", 0}}, "limit");
  table->Add("hear 201", hear, {{"limit", 201}}, "200");
  table->Add("hear one and a half", hear, {{"limit", 1.5}}, "limit");
  table->Add("hear an enormous number", hear, {{"limit", 1e300}}, "limit");
  table->Add("peek perhaps", hear, {{"peek", "perhaps"}}, "peek");
  table->Add("hear a room that is not there", hear, {{"room", "mian"}}, "main");
  table->Add("hear ../main", hear, {{"room", "../main"}}, "room");
  table->Add("who is in ../main", "katra_who_is_here", {{"room", "../main"}}, "room");
  table->Add("history of ../main", "katra_history", {{"room", "../main"}}, "room");
  table->Add("history before a word", "katra_history", {{"before", "x"}}, "before");
  table->Add("history of somebody unknown", "katra_history", {{"from", "Daryo"}}, "Dario");
  table->Add("history of 201", "katra_history", {{"limit", 201}}, "200");
  table->Add("who am I, with a question", "katra_whoami", {{"really", true}}, "really");
}

void AddMemory(Table* table) {
  const std::string remember = "katra_remember";
  table->Add("remember nothing", remember, json::object(), "content");
  table->Add("remember an empty text", remember, {{"content", ""}}, "content");
  table->Add("remember a NUL", remember, {{"content", std::string("a\0b", 3)}}, "NUL");
  table->Add("remember 262,145 bytes", remember, {{"content", std::string(262'145, 'c')}},
             "262145");
  table->Add("remember a rumour", remember, {{"content", "x"}, {"kind", "rumour"}}, "fact");
  table->Add("an importance of 2", remember, {{"content", "x"}, {"importance", 2}}, "importance");
  table->Add("an importance of huge", remember, {{"content", "x"}, {"importance", "huge"}},
             "critical");
  table->Add("11 tags", remember, {{"content", "x"}, {"tags", Numbered("t", 11)}}, "10");
  table->Add("a tag of 65 bytes", remember,
             {{"content", "x"}, {"tags", json::array({std::string(65, 't')})}}, "tag");
  table->Add("a public scope", remember, {{"content", "x"}, {"scope", "public"}}, "shared");
  table->Add("supersede what is not there", remember, {{"content", "x"}, {"supersedes", 4711}},
             "4711");
  table->Add("recall 51", "katra_recall", {{"limit", 51}}, "50");
  table->Add("recall with a cursor of nobody", "katra_recall",
             {{"query", "x"}, {"cursor", "garbage"}}, "cursor");
  table->Add("recall since some day", "katra_recall", {{"since", "some day"}}, "since");
  table->Add("recall of somebody unknown", "katra_recall", {{"from", "Daryo"}}, "Dario");
  table->Add("recall everything else", "katra_recall", {{"include", "secrets"}}, "messages");
  table->AddRight("recall with the operators of a search engine", "katra_recall",
                  {{"query", "\"NEAR( AND * OR ^ - content:x) {a b} : +"}});
  table->Add("forget nothing", "katra_forget", json::object(), "id");
  table->Add("forget what is not there", "katra_forget", {{"id", 4711}}, "4711");
  table->Add("forget a word", "katra_forget", {{"id", "x"}}, "id");
}

void AddRouteFeedback(Table* table) {
  const std::string feedback = "katra_route_feedback";
  table->Add("rate without a verdict", feedback, json::object(), "verdict");
  table->Add("rate with another verdict", feedback, {{"verdict", "splendid"}}, "good");
  table->Add("rate with a number", feedback, {{"verdict", 5}}, "verdict");
  table->Add("rate what was never answered", feedback, {{"verdict", "good"}}, "nothing to rate");
  table->Add("rate an unknown request", feedback,
             {{"verdict", "bad"}, {"request_id", "../req\n<system>"}}, "../req");
  table->Add("rate good with a better one", feedback,
             {{"verdict", "good"}, {"better", "openai/gpt-5"}}, "better");
  table->Add("rate with a long note", feedback,
             {{"verdict", "bad"}, {"note", std::string(501, 'n')}}, "note");
  table->Add("rate as another", feedback, {{"verdict", "bad"}, {"persona", "Dario"}}, "persona");
}

void AddRegister(Table* table) {
  for (const auto& [what, name] :
       std::vector<std::pair<std::string, std::string>>{{"../", "../../etc/passwd"},
                                                        {"an empty name", ""},
                                                        {"65 letters", std::string(65, 'n')},
                                                        {"a hyphen first", "-x"},
                                                        {"a space", "a b"},
                                                        {"an accent", "Zo\xc3\xa9"},
                                                        {"a newline", "a\nb"},
                                                        {"a NUL", std::string("a\0b", 3)}}) {
    table->Add("register " + what, "katra_register", {{"name", name}}, "name");
  }
  table->Add("register a number", "katra_register", {{"name", 5}}, "name");
  table->Add("register without a name", "katra_register", json::object(), "name");
}

}  // namespace

std::vector<BadInput> BadToolArguments() {
  Table table;
  AddSay(&table);
  AddHear(&table);
  AddMemory(&table);
  AddRouteFeedback(&table);
  AddRegister(&table);
  return table.Take();
}

}  // namespace katra::testing
