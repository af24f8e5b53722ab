// A thread drives each member; its record is read only when the thread has ended.
#include "tests/fault/server_group.h"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <stdexcept>

namespace katra::testing {
namespace {

using nlohmann::json;

// Added to the count of operations when a member ends: nobody waits for its operations any more.
constexpr uint64_t kEnded = uint64_t{1} << 32;

std::string Body(ClientRecord* record, std::mt19937_64* random) {
  std::string body = record->name + " text " + std::to_string(record->next++);
  // Some longer than a page of the database.
  if ((*random)() % 8 == 0) body += " " + std::string((*random)() % 9000, 'x');
  return body;
}

}  // namespace

uint64_t AnnouncedSeed(const char* test) {
  const char* given = std::getenv("KATRA_TEST_SEED");
  const uint64_t seed =
      given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device()();
  std::cout << test << ": KATRA_TEST_SEED=" << seed << std::endl;
  return seed;
}

ServerGroup::ServerGroup(ServerGroupOptions options, uint64_t seed)
    : options_(std::move(options)), random_(seed) {
  for (const std::string& name : options_.names) {
    auto member = std::make_unique<Member>();
    member->record.name = name;
    member->random.seed(random_());
    members_.push_back(std::move(member));
  }
}

ServerGroup::~ServerGroup() = default;

void ServerGroup::Man() {
  for (const auto& member : members_) {
    if (member->server != nullptr) continue;
    ServerOptions options;
    options.home = options_.home;
    options.persona = member->record.name;
    options.environment = options_.environment;
    member->server = ServerProcess::Start(options);
    // Answered: the session is open, and the persona belongs to the room from here on.
    member->server->CallJson("katra_whoami", json::object());
  }
}

// Two paths of this client's own in one claim, or the release of all.
void AddClaim(ClientRecord* record, json* arguments) {
  constexpr size_t kMostClaims = 100;
  if (record->claimed.size() >= kMostClaims) {
    (*arguments)["release"] = true;
    return;
  }
  const std::string number = std::to_string(record->next++);
  const std::string folder = "/claims/" + record->name + "/" + number;
  (*arguments)["paths"] = {folder + "/a", folder + "/b"};
  (*arguments)["reason"] = record->name + " " + number;
}

bool ServerGroup::DoOne(Member* member) {
  ServerProcess& server = *member->server;
  ClientRecord& record = member->record;
  const uint64_t dice = member->random() % 100;
  std::string tool = "katra_hear";
  json arguments = {{"format", "json"}};
  std::string text;
  if (dice < 55) {
    tool = "katra_say";
    arguments["message"] = text = Body(&record, &member->random);
  } else if (dice < 70) {
    tool = "katra_remember";
    arguments["content"] = text = Body(&record, &member->random);
    arguments["tags"] = {"group", record.name};
  } else if (dice < 78) {
    tool = "katra_claim";
    AddClaim(&record, &arguments);
  } else {
    arguments["limit"] = 1 + dice;
  }

  const auto until = std::chrono::steady_clock::now() + kPatience;
  std::optional<json> answer;
  try {
    answer = server.TryAwait(server.SendTool(tool, arguments), kPatience);
  } catch (const std::runtime_error&) {  // its end of the pipe has gone
  }
  if (!answer) {
    if (!text.empty()) record.unanswered.insert(text);
    // Without an answer before its time is up, the server has gone. Its output need not have ended
    // with a whole line, and need not have been read to its end, when the call found it gone.
    if (std::chrono::steady_clock::now() >= until) {
      record.problems.push_back(record.name + ": " + tool + " hangs");
    }
    return false;
  }
  const ToolReply reply = ParseToolReply(*answer);
  if (!reply.ok()) {
    if (!text.empty()) record.unanswered.insert(text);
    record.problems.push_back(record.name + ": " + tool + ": " + reply.text + reply.error.dump());
    return false;
  }
  if (tool == "katra_say") {
    record.said.emplace(reply.structured.at("id").get<int64_t>(), text);
  } else if (tool == "katra_remember") {
    record.remembered.emplace(reply.structured.at("id").get<int64_t>(), text);
  } else if (tool == "katra_claim") {
    record.NoteClaims(reply.structured);
  } else {
    record.NoteHeard(reply.structured, options_.marks);
  }
  ++record.operations;
  return true;
}

void ServerGroup::Work(Member* member) {
  try {
    while (!stop_.load() && DoOne(member)) {
      done_.fetch_add(1);
      done_.notify_all();
    }
  } catch (const std::exception& error) {
    member->record.problems.push_back(member->record.name + ": " + error.what());
  }
  done_.fetch_add(kEnded);
  done_.notify_all();
}

void ServerGroup::WorkThenKill(uint64_t operations, size_t victims) {
  stop_ = false;
  done_ = 0;
  std::vector<std::thread> threads;
  for (const auto& member : members_) threads.emplace_back([this, &member] { Work(member.get()); });

  for (uint64_t done = 0; (done = done_.load()) < operations;) done_.wait(done);
  // The moment itself: anywhere within the next calls.
  const auto moment =
      std::chrono::steady_clock::now() + std::chrono::microseconds(random_() % 4000);
  while (std::chrono::steady_clock::now() < moment) std::this_thread::yield();

  std::vector<size_t> order(members_.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::shuffle(order.begin(), order.end(), random_);
  order.resize(std::clamp<size_t>(victims, 1, members_.size()));
  for (const size_t i : order) members_[i]->server->child().Signal(SIGKILL);
  stop_ = true;
  for (std::thread& thread : threads) thread.join();
  for (const size_t i : order) {
    members_[i]->server.reset();
    members_[i]->record.NoteGone();
  }
}

void ServerGroup::HearAll() {
  Man();
  for (const auto& member : members_) {
    for (int empty = 0; empty < 2;) {
      const json reply = member->server->CallJson("katra_hear", {{"limit", 200}});
      empty = reply.at("messages").empty() ? empty + 1 : 0;
      member->record.NoteHeard(reply, options_.marks);
    }
  }
}

std::vector<const ClientRecord*> ServerGroup::records() const {
  std::vector<const ClientRecord*> records;
  for (const auto& member : members_) records.push_back(&member->record);
  return records;
}

std::vector<std::string> ServerGroup::Problems() const {
  std::vector<std::string> problems;
  for (const auto& member : members_) {
    problems.insert(problems.end(), member->record.problems.begin(), member->record.problems.end());
  }
  return problems;
}

}  // namespace katra::testing
