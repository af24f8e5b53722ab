// A thread drives each process: a waiting katra_hear is always in flight while it says.
#include "tests/support/cpp/crowd.h"

#include <algorithm>
#include <barrier>
#include <exception>
#include <map>
#include <thread>

#include "tests/support/cpp/server_process.h"

namespace katra::testing {
namespace {

using nlohmann::json;
using std::chrono::microseconds;
using std::chrono::steady_clock;

constexpr size_t kProblemsShown = 20;

struct Voice {
  std::string name;
  std::map<int64_t, std::string> said;                 // by id
  std::vector<std::pair<int64_t, std::string>> heard;  // as it came
  std::vector<microseconds> says;
  std::string failure;
};

json HearArguments() { return {{"wait_seconds", 20}, {"limit", 200}, {"format", "json"}}; }

void Note(const ToolReply& reply, Voice* voice) {
  if (!reply.ok()) throw std::runtime_error("hear: " + reply.text + reply.error.dump());
  for (const json& message : reply.structured.at("messages")) {
    if (message.at("history").get<bool>() || message.at("redelivered").get<bool>()) {
      throw std::runtime_error("marked as old: " + message.dump());
    }
    voice->heard.emplace_back(message.at("id").get<int64_t>(), message.at("body"));
  }
}

void Speak(const CrowdOptions& options, ServerProcess* server, Voice* voice) {
  const auto expected =
      static_cast<size_t>(options.processes - 1) * static_cast<size_t>(options.messages_each);
  int64_t hearing = server->SendTool("katra_hear", HearArguments());
  for (int i = 0; i < options.messages_each; ++i) {
    const std::string body = voice->name + " says number " + std::to_string(i);
    const auto begin = steady_clock::now();
    const json receipt = server->CallJson("katra_say", {{"message", body}});
    voice->says.push_back(std::chrono::duration_cast<microseconds>(steady_clock::now() - begin));
    if (!voice->said.emplace(receipt.at("id").get<int64_t>(), body).second) {
      throw std::runtime_error("an id was given twice: " + receipt.dump());
    }
    if (const auto answer = server->TryAwait(hearing, std::chrono::milliseconds(0))) {
      Note(ParseToolReply(*answer), voice);
      hearing = server->SendTool("katra_hear", HearArguments());
    }
  }
  while (voice->heard.size() < expected) {
    const size_t before = voice->heard.size();
    Note(server->AwaitTool(hearing), voice);
    if (voice->heard.size() == before) throw std::runtime_error("nothing more came");
    hearing = server->SendTool("katra_hear", HearArguments());
  }
  server->CancelRequest(hearing);
  // One look more: nothing may come a second time.
  Note(ParseToolReply(
           server->Await(server->SendTool("katra_hear", {{"limit", 200}, {"format", "json"}}))),
       voice);
}

void Compare(const std::vector<Voice>& voices, CrowdResult* result) {
  std::map<int64_t, std::pair<std::string, std::string>> all;  // id -> speaker, body
  for (const Voice& voice : voices) {
    for (const auto& [id, body] : voice.said) {
      if (!all.emplace(id, std::pair(voice.name, body)).second) {
        result->problems.push_back("id " + std::to_string(id) + " was acknowledged twice");
      }
    }
  }
  for (const Voice& voice : voices) {
    std::vector<std::pair<int64_t, std::string>> expected;
    for (const auto& [id, said] : all) {
      if (said.first != voice.name) expected.emplace_back(id, said.second);
    }
    result->heard += voice.heard.size();
    if (voice.heard == expected) continue;
    const auto differs =
        std::mismatch(voice.heard.begin(), voice.heard.end(), expected.begin(), expected.end());
    result->problems.push_back(voice.name + " heard " + std::to_string(voice.heard.size()) +
                               " of " + std::to_string(expected.size()) +
                               ", as it should until place " +
                               std::to_string(differs.first - voice.heard.begin()));
  }
}

}  // namespace

CrowdResult RunCrowd(const CrowdOptions& options) {
  std::vector<Voice> voices(static_cast<size_t>(options.processes));
  std::barrier everybody_is_here(options.processes);
  const auto begin = steady_clock::now();
  std::vector<std::thread> threads;
  for (size_t i = 0; i < voices.size(); ++i) {
    Voice* voice = &voices[i];
    voice->name = options.name_prefix + std::to_string(i);
    threads.emplace_back([&options, &everybody_is_here, voice] {
      std::unique_ptr<ServerProcess> server;
      try {
        ServerOptions server_options;
        server_options.home = options.home;
        server_options.persona = voice->name;
        server = ServerProcess::Start(server_options);
        server->CallJson("katra_hear", json::object());
      } catch (const std::exception& error) {
        voice->failure = error.what();
      }
      everybody_is_here.arrive_and_wait();
      if (!voice->failure.empty()) return;
      try {
        Speak(options, server.get(), voice);
      } catch (const std::exception& error) {
        voice->failure = error.what();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();

  CrowdResult result;
  result.elapsed =
      std::chrono::duration_cast<std::chrono::milliseconds>(steady_clock::now() - begin);
  for (const Voice& voice : voices) {
    if (!voice.failure.empty()) result.problems.push_back(voice.name + ": " + voice.failure);
    result.says.insert(result.says.end(), voice.says.begin(), voice.says.end());
  }
  std::sort(result.says.begin(), result.says.end());
  Compare(voices, &result);
  if (result.problems.size() > kProblemsShown) result.problems.resize(kProblemsShown);
  return result;
}

}  // namespace katra::testing
