// A proxied request between a client and upstreams that a test plays by hand: what arrives at each
// end is recorded, and nothing happens but what the test says. No sockets, no real time.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/http/client.h"
#include "core/http/server.h"
#include "core/uv/loop.h"
#include "core/uv/work.h"
#include "router/gateway/proxy/proxied_request.h"
#include "tests/support/cpp/manual_clock.h"

namespace katra::testing {

// A call that the gateway has made of an upstream.
struct UpstreamCall {
  http::Outgoing outgoing;
  http::CallEvents events;
  bool cancelled = false;  // destroyed before its end
  bool ended = false;
  bool paused = false;

  [[nodiscard]] std::string Header(std::string_view name) const;
  [[nodiscard]] std::string Body() const;

  void Head(int status, http::Headers headers = {{"content-type", "text/event-stream"}});
  void Data(std::string_view bytes);
  void End();
  void Fail(http::CallFailure failure);
  // A whole reply.
  void Reply(int status, std::string_view body, http::Headers headers = {});
};

class FakeClient final : public http::Client {
 public:
  [[nodiscard]] std::unique_ptr<http::Call> Start(http::Outgoing request,
                                                  http::CallEvents events) override;

  std::vector<std::shared_ptr<UpstreamCall>> calls;
};

// The client's end of a request.
class FakeExchange final : public http::Exchange {
 public:
  explicit FakeExchange(std::string request_body) { request_.body = std::move(request_body); }

  [[nodiscard]] http::Request& request() override { return request_; }
  [[nodiscard]] bool gone() const override { return false; }
  [[nodiscard]] bool begun() const override { return status != 0; }
  [[nodiscard]] size_t pending_bytes() const override { return pending; }
  void Respond(http::Response response) override;
  void Begin(int begun_status, http::Headers begun_headers) override;
  void Write(std::string_view bytes) override { body.append(bytes); }
  void End() override { ended = true; }
  void Cut() override { cut = true; }
  void Observe(std::function<void()> gone, std::function<void()> drained) override;

  void Leave() { gone_(); }
  void Drain();

  int status = 0;  // 0: nothing is out
  http::Headers headers;
  std::string body;  // all that was sent
  bool ended = false;
  bool cut = false;
  size_t pending = 0;  // bytes that the client has not taken

 private:
  http::Request request_;
  std::function<void()> gone_;
  std::function<void()> drained_;
};

// Everything that a gateway has around its requests. Persona "sam" is answered by "first", model
// "m-1", and else by "second", model "m-2".
class ProxyRig final : private router::gateway::RequestObserver {
 public:
  ProxyRig();
  ~ProxyRig() override;

  // Begins a request.
  void Begin(router::gateway::Endpoint endpoint, std::string body, http::Headers headers = {});
  // The same in each format, of a streamed answer or a whole one.
  void BeginMessages(bool stream = true);
  // Handles what is due on the loop, among it delays of no length.
  void RunReady() { loop->RunReady(); }
  [[nodiscard]] router::gateway::ProxiedRequest& request() { return *requests_.back(); }
  [[nodiscard]] UpstreamCall& call(size_t index) { return *client.calls.at(index); }
  // The record of the last request that has ended.
  [[nodiscard]] const router::gateway::RequestRecord& record() const { return *records.back(); }
  [[nodiscard]] router::Provider& provider(const std::string& name);
  [[nodiscard]] router::PersonaConfig& persona() { return config->personas.front(); }

  std::unique_ptr<uv::Loop> loop;
  ManualClock clock;
  FakeClient client;
  router::gateway::Settings settings;
  std::shared_ptr<router::RouterConfig> config = std::make_shared<router::RouterConfig>();
  router::gateway::Caller caller;
  std::shared_ptr<FakeExchange> exchange;  // of the last request
  std::vector<router::gateway::RequestRecordPtr> records;
  int finished = 0;  // requests that have said so

 private:
  struct Shared;

  void OnRequestFinished(const router::gateway::RequestRecordPtr& record) override {
    records.push_back(record);
  }

  std::unique_ptr<Shared> shared_;
  std::vector<std::unique_ptr<router::gateway::ProxiedRequest>> requests_;
};

// A whole answer of the Messages API with `text`, and the pieces of a stream of one.
[[nodiscard]] std::string MessagesReply(std::string_view text);
[[nodiscard]] std::string MessageStart();
[[nodiscard]] std::string TextDelta(std::string_view text);
[[nodiscard]] std::string MessageStop();
// An error's body, as Anthropic has it.
[[nodiscard]] std::string MessagesError(std::string_view type, std::string_view message);

}  // namespace katra::testing
