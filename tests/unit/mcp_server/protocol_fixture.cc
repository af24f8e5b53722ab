#include "tests/unit/mcp_server/protocol_fixture.h"

#include <utility>

#include "tests/support/cpp/catch.h"

namespace katra::mcp {
namespace {

Tool MakeTool(const std::string& name, Lane lane, const json& schema) {
  Tool tool;
  tool.name = name;
  tool.title = "Title of " + name;
  tool.description = "Description of " + name;
  tool.lane = lane;
  tool.input_schema = std::make_shared<const json>(schema);
  auto compiled = JsonSchema::Compile(schema);
  REQUIRE(compiled);
  tool.input = *compiled;
  return tool;
}

ToolOutput TextOutput(std::string text) {
  ToolOutput output;
  output.text = std::move(text);
  return output;
}

Tool EchoTool(FakeWorld& world) {
  Tool tool =
      MakeTool("katra_echo", Lane::kRead,
               {{"type", "object"},
                {"properties", {{"text", {{"type", "string"}}}, {"format", {{"type", "string"}}}}},
                {"additionalProperties", false}});
  tool.hints.read_only = true;
  tool.run = [&world](const CallEnvironment&, const json& arguments) {
    world.calls.push_back("katra_echo " + arguments.dump());
    if (world.throws) throw std::runtime_error("a defect");
    ToolOutput output = TextOutput("echo: " + arguments.value("text", ""));
    if (arguments.contains("format")) output.json = std::make_shared<const json>(arguments);
    return output;
  };
  return tool;
}

Tool SayTool(FakeWorld& world) {
  Tool tool = MakeTool("katra_say", Lane::kWrite,
                       {{"type", "object"},
                        {"properties", {{"message", {{"type", "string"}}}}},
                        {"required", {"message"}}});
  tool.run = [&world](const CallEnvironment&, const json& arguments) {
    world.said.push_back(arguments.at("message"));
    return TextOutput("said #" + std::to_string(world.said.size()));
  };
  return tool;
}

// Hears what was said since it last heard; all of it again when a delivery was taken back.
Tool HearTool(FakeWorld& world, std::shared_ptr<SessionStore> store) {
  Tool tool = MakeTool(
      "katra_hear", Lane::kHear,
      {{"type", "object"},
       {"properties", {{"room", {{"type", "string"}}}, {"wait_seconds", {{"type", "number"}}}}}});
  tool.wait = [](const json& arguments) {
    return std::chrono::milliseconds(static_cast<int>(1000 * arguments.value("wait_seconds", 0.0)));
  };
  struct Cursor {
    size_t heard = 0;
    size_t taken_back = 0;
  };
  auto cursor = std::make_shared<Cursor>();
  tool.run_waiting = [&world, cursor, store](const CallEnvironment&, const json& arguments,
                                             const WaitState& wait) -> std::optional<ToolOutput> {
    world.acknowledged.push_back(wait.received_through);
    if (store->undelivered.size() > cursor->taken_back) *cursor = {0, store->undelivered.size()};
    if (cursor->heard == world.said.size()) {
      if (!wait.last_try) return std::nullopt;
      return TextOutput("nothing new");
    }
    ToolOutput output = TextOutput("heard:");
    while (cursor->heard < world.said.size()) output.text += " " + world.said[cursor->heard++];
    output.delivery =
        Delivery{arguments.value("room", "main"), static_cast<store::MessageId>(world.said.size())};
    return output;
  };
  return tool;
}

Tool RenameTool(std::shared_ptr<SessionStore> store) {
  Tool tool = MakeTool("katra_rename", Lane::kWrite, {{"type", "object"}});
  tool.changes_session = true;
  tool.run = [store](const CallEnvironment&, const json&) {
    store->session.persona = "Charlie";
    store->session.guest = false;
    return TextOutput("you are Charlie");
  };
  return tool;
}

Offering MakeFakeOffering(FakeWorld& world, const std::shared_ptr<SessionStore>& store) {
  Offering offering;
  offering.tools = {EchoTool(world), SayTool(world), HearTool(world, store), RenameTool(store)};
  offering.argument_error = [](const Tool& tool, const std::vector<SchemaViolation>& found) {
    ToolOutput output = TextOutput(tool.name + ": wrong at \"" + found.front().path + "\"");
    output.is_error = true;
    return output;
  };
  offering.error_output = [](const Error& error) {
    ToolOutput output = TextOutput("error: " + error.message);
    output.is_error = true;
    return output;
  };
  offering.instructions = [](const store::Session* session) {
    return session == nullptr ? "You are nobody yet." : "You are " + session->persona + ".";
  };
  offering.templates = {{"katra://rooms/{room}/messages", "room", "Room", "A room", "text/plain"}};
  offering.list_resources = [&world](const CallEnvironment&) -> Result<std::vector<ResourceInfo>> {
    std::vector<ResourceInfo> list;
    for (const auto& [uri, version] : world.resources) {
      list.push_back({uri, uri, "", "about " + uri, "text/plain"});
    }
    return list;
  };
  const auto find = [&world](std::string_view uri) -> Result<std::string> {
    const auto found = world.resources.find(std::string(uri));
    if (found == world.resources.end()) return Fail(ErrorCode::kNotFound, "no such resource");
    return found->second;
  };
  offering.resource_version = [find](const CallEnvironment&, std::string_view uri) {
    return find(uri);
  };
  offering.read_resource = [find](const CallEnvironment&,
                                  std::string_view uri) -> Result<ResourceContents> {
    auto version = find(uri);
    if (!version) return Pass(std::move(version));
    return ResourceContents{std::string(uri), "text/plain", *version};
  };
  const auto complete = [](std::string_view of, std::string_view variable,
                           std::string_view prefix) -> Result<Completion> {
    if (of == "nothing") return Fail(ErrorCode::kNotFound, "no such thing");
    return Completion{{std::string(variable) + "=" + std::string(prefix) + "x"}, 1, false};
  };
  offering.complete_resource = [complete](const CallEnvironment&, std::string_view of,
                                          std::string_view variable, std::string_view prefix) {
    return complete(of, variable, prefix);
  };
  offering.complete_prompt = offering.complete_resource;
  offering.prompts = {{"standup", "Standup", "What happened", {{"room", "Which room", false}}}};
  offering.get_prompt =
      [](const CallEnvironment&, std::string_view name,
         const std::map<std::string, std::string>& arguments) -> Result<PromptText> {
    if (name != "standup") return Fail(ErrorCode::kNotFound, "no such prompt");
    return PromptText{"A standup", arguments.empty() ? "all" : arguments.at("room")};
  };
  return offering;
}

}  // namespace

void ManualExecutor::Post(Lane lane, std::function<void()> work, std::function<void()> done) {
  jobs_.at(static_cast<size_t>(lane)).push_back({std::move(work), std::move(done)});
}

bool ManualExecutor::RunOne(Lane lane) {
  auto& queue = jobs_.at(static_cast<size_t>(lane));
  if (queue.empty()) return false;
  const Job job = std::move(queue.front());
  queue.pop_front();
  if (job.work) job.work();
  job.done();
  return true;
}

void ManualExecutor::WorkOne(Lane lane) {
  auto& queue = jobs_.at(static_cast<size_t>(lane));
  REQUIRE_FALSE(queue.empty());
  std::exchange(queue.front().work, nullptr)();
}

void ManualExecutor::RunAll() {
  while (RunOne(Lane::kWrite) || RunOne(Lane::kHear) || RunOne(Lane::kRead)) {
  }
}

size_t ManualExecutor::Jobs() const { return jobs_[0].size() + jobs_[1].size() + jobs_[2].size(); }

void NullLogger::Log(LogLevel level, std::string_view text) {
  if (level == LogLevel::kError) errors.emplace_back(text);
}

Rig::Rig(bool legacy_only)
    : host(
          [this](const store::CallContext&) -> Result<std::shared_ptr<store::Store>> {
            if (open_error) return tl::unexpected(*open_error);
            return std::shared_ptr<store::Store>(store);
          },
          store::SessionStart{}, executor, clock, logger),
      offering(MakeFakeOffering(world, store)),
      server({.version = "1.2.3", .legacy_only = legacy_only},
             {.offering = offering, .host = host, .executor = executor, .clock = clock}) {}

void Rig::Work() {
  do {
    executor.RunAll();
    server.Continue();
  } while (executor.Jobs() > 0);
}

void Rig::SendLine(const std::string& line, bool work) {
  server.HandleLine(line);
  if (work) Work();
}

int Rig::Request(const std::string& method, const json& params, bool work) {
  Send({{"jsonrpc", "2.0"}, {"id", ++last_id}, {"method", method}, {"params", params}}, work);
  return last_id;
}

int Rig::CallTool(const std::string& name, const json& arguments, bool work) {
  return Request("tools/call", {{"name", name}, {"arguments", arguments}}, work);
}

int Rig::ModernRequest(const std::string& method, json params, bool work) {
  params["_meta"].update(ModernMeta());
  return Request(method, params, work);
}

void Rig::Cancel(const json& id, bool work) {
  Send({{"jsonrpc", "2.0"}, {"method", "notifications/cancelled"}, {"params", {{"requestId", id}}}},
       work);
}

void Rig::Bell(bool work) {
  server.OnBell();
  if (work) Work();
}

void Rig::Pass(std::chrono::milliseconds time) {
  clock.Pass(time);
  server.Tick(clock.Steady());
  Work();
}

void Rig::Initialize(const std::string& version) {
  Request("initialize", {{"protocolVersion", version},
                         {"capabilities", json::object()},
                         {"clientInfo", {{"name", "test"}, {"version", "1"}}}});
  Send({{"jsonrpc", "2.0"}, {"method", "notifications/initialized"}});
  Take();
}

std::vector<json> Rig::Take() {
  std::vector<json> lines;
  while (auto line = server.outbox().Take()) {
    REQUIRE(line->back() == '\n');
    lines.push_back(json::parse(*line));
    server.outbox().Written();
  }
  return lines;
}

json Rig::TakeOne() {
  const std::vector<json> lines = Take();
  CAPTURE(json(lines).dump());
  REQUIRE(lines.size() == 1);
  return lines.front();
}

json Rig::TakeResult() {
  const json line = TakeOne();
  CAPTURE(line.dump());
  REQUIRE(line.contains("result"));
  return line["result"];
}

int Rig::TakeError() {
  const json line = TakeOne();
  CAPTURE(line.dump());
  REQUIRE(line.contains("error"));
  return line["error"]["code"];
}

void Rig::SomeoneSays(const std::string& text) { world.said.push_back(text); }

json ModernMeta() {
  return {{"io.modelcontextprotocol/protocolVersion", "2026-07-28"},
          {"io.modelcontextprotocol/clientCapabilities", json::object()}};
}

std::string Text(const json& result) { return result.at("content").at(0).at("text"); }

std::vector<json> Notifications(const std::vector<json>& lines, const std::string& method) {
  std::vector<json> found;
  for (const json& line : lines) {
    if (line.contains("method") && line["method"] == method) found.push_back(line);
  }
  return found;
}

}  // namespace katra::mcp
