// What both transports owe whoever makes a call, against a server that does what it is told: the
// one for plain servers of this machine and libcurl's, which reads more forms of an address.
#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "core/http/client.h"
#include "core/uv/handles.h"
#include "core/uv/loop.h"
#include "tests/support/cpp/catch.h"

namespace katra::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::string_view kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

// One accepted connection, on the server's thread.
class Peer {
 public:
  explicit Peer(int socket) : socket_(socket) {}

  // A whole request with its body; empty: the client has closed.
  std::string Read() {
    std::string seen;
    size_t whole = std::string::npos;  // unknown until the head is there
    for (;;) {
      const size_t head = whole == std::string::npos ? seen.find("\r\n\r\n") : whole;
      if (whole == std::string::npos && head != std::string::npos) {
        const size_t at = seen.find("Content-Length: ");
        whole = head + 4 + (at < head ? std::stoul(seen.substr(at + 16, 20)) : 0);
        seen.reserve(whole);
      }
      if (seen.size() >= whole) return seen;
      char bytes[65536];
      const ssize_t count = recv(socket_, bytes, sizeof bytes, 0);
      if (count <= 0) return {};
      seen.append(bytes, static_cast<size_t>(count));
    }
  }
  void Write(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t count = send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (count <= 0) return;
      bytes.remove_prefix(static_cast<size_t>(count));
    }
  }
  // Until the client closes, or sends something.
  [[nodiscard]] bool ClientCloses() const {
    char byte = 0;
    return recv(socket_, &byte, 1, 0) <= 0;
  }

 private:
  int socket_;
};

// Serves connections one after the other by a script each, and is done.
class Server {
 public:
  using Script = std::function<void(Peer&)>;

  explicit Server(std::vector<Script> scripts) {
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    REQUIRE(bind(listener_, reinterpret_cast<sockaddr*>(&address), size) == 0);
    REQUIRE(listen(listener_, 16) == 0);
    getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this, scripts = std::move(scripts)] {
      for (const Script& script : scripts) {
        pollfd waiting{listener_, POLLIN, 0};
        if (poll(&waiting, 1, 10'000) <= 0) return;
        const int accepted = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        const timeval limit{10, 0};
        setsockopt(accepted, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        ++connections_;
        Peer peer(accepted);
        script(peer);
        close(accepted);
      }
    });
  }
  ~Server() {
    Join();
    close(listener_);
  }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  void Join() {
    if (thread_.joinable()) thread_.join();
  }
  [[nodiscard]] int port() const { return port_; }
  // After Join().
  [[nodiscard]] int connections() const { return connections_; }

 private:
  int listener_ = -1;
  int port_ = 0;
  int connections_ = 0;
  std::thread thread_;
};

struct Reply {
  int status = 0;
  std::string data;
  std::vector<CallEnd> ends;
};

struct Rig {
  Rig() {
    auto made = uv::Loop::Make();
    REQUIRE(made);
    loop = std::move(*made);
    auto client_made = Client::Make(*loop, {});
    REQUIRE(client_made);
    client = std::move(*client_made);
  }

  std::unique_ptr<Call> Start(Outgoing request, Reply* reply, std::function<void()> ended = {}) {
    return client->Start(std::move(request),
                         {[reply](int status, const Headers&) { reply->status = status; },
                          [reply](std::string_view bytes) { reply->data += bytes; },
                          [this, reply, ended](const CallEnd& end) {
                            reply->ends.push_back(end);
                            if (ended) {
                              ended();
                            } else {
                              loop->Stop();
                            }
                          }});
  }
  Reply Ask(Outgoing request) {
    Reply reply;
    const auto call = Start(std::move(request), &reply);
    CHECK(reply.ends.empty());  // never from within
    loop->Run();
    return reply;
  }

  std::unique_ptr<uv::Loop> loop;
  std::unique_ptr<Client> client;
};

Outgoing Post(const std::string& host, const Server& server, Body body = Body("ping")) {
  Outgoing request;
  request.url = "http://" + host + ":" + std::to_string(server.port()) + "/v1?x=1";
  request.headers = {{"x-key", "k"}};
  request.body = std::move(body);
  return request;
}

std::string AnyTransport() {
  return GENERATE(as<std::string>(), "127.0.0.1", "localhost", "127.1");
}

TEST_CASE("a request arrives whole, its body in order, and its reply comes back") {
  const std::string host = AnyTransport();
  std::string seen;
  Server server({[&](Peer& peer) {
    seen = peer.Read();
    peer.Write("HTTP/1.1 201 Made\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n");
  }});
  const auto whole = std::make_shared<const std::string>("one two three");
  Body body;
  body.Append(whole, std::string_view(*whole).substr(0, 4));
  body.Append(std::string("2 "));
  body.Append(whole, std::string_view(*whole).substr(8));
  Rig rig;
  const Reply reply = rig.Ask(Post(host, server, body));
  server.Join();
  CHECK(reply.status == 201);
  CHECK(reply.data == "abc");
  REQUIRE(reply.ends.size() == 1);
  CHECK(reply.ends[0].complete);
  CHECK(seen.rfind("POST /v1?x=1 HTTP/1.1\r\n", 0) == 0);
  CHECK(seen.find("\r\nx-key: k\r\n") != std::string::npos);
  CHECK(seen.substr(seen.find("\r\n\r\n") + 4) == "one 2 three");
}

TEST_CASE("a body longer than what the kernel takes at once arrives whole") {
  const std::string host = AnyTransport();
  size_t length = 0;
  Server server({[&](Peer& peer) {
    const std::string seen = peer.Read();
    length = seen.size() - seen.find("\r\n\r\n") - 4;
    peer.Write(kOk);
  }});
  Rig rig;
  const Reply reply = rig.Ask(Post(host, server, Body(std::string(30'000'000, 'x'))));
  server.Join();
  CHECK(reply.data == "ok");
  CHECK(length == 30'000'000);
}

TEST_CASE("a connection is used again, by the next call") {
  const std::string host = AnyTransport();
  Server server({[](Peer& peer) {
    for (int i = 0; i < 3; ++i) {
      peer.Read();
      peer.Write(kOk);
    }
  }});
  Rig rig;
  for (int i = 0; i < 3; ++i) CHECK(rig.Ask(Post(host, server)).data == "ok");
  server.Join();
  CHECK(server.connections() == 1);
}

TEST_CASE("a call on a connection that the server closed meanwhile goes out on a new one") {
  const std::string host = AnyTransport();
  const Server::Script once = [](Peer& peer) {
    peer.Read();
    peer.Write(kOk);
    peer.Read();  // the next request is read, and the connection closed without a word
  };
  Server server({once, once});
  Rig rig;
  CHECK(rig.Ask(Post(host, server)).data == "ok");
  CHECK(rig.Ask(Post(host, server)).data == "ok");
  {  // lets go of the second one
    Reply reply;
    const auto call = rig.Start(Post(host, server), &reply);
  }
  rig.client.reset();
  rig.loop->RunReady();
  server.Join();
}

TEST_CASE("a server that is not there is told as such") {
  const std::string host = AnyTransport();
  Outgoing request;
  {
    const Server gone({});
    request = Post(host, gone);
  }
  Rig rig;
  const Reply reply = rig.Ask(std::move(request));
  REQUIRE(reply.ends.size() == 1);
  CHECK_FALSE(reply.ends[0].complete);
  CHECK(reply.ends[0].failure == CallFailure::kConnect);
}

TEST_CASE("localhost is also found where a server listens on its IPv6 address alone") {
  const int listener = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  address.sin6_addr = in6addr_loopback;
  socklen_t size = sizeof address;
  if (listener < 0 || bind(listener, reinterpret_cast<sockaddr*>(&address), size) != 0) {
    WARN("this machine has no IPv6");
    if (listener >= 0) close(listener);
    return;
  }
  REQUIRE(listen(listener, 4) == 0);
  getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);
  std::thread server([&] {
    const int accepted = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    Peer peer(accepted);
    peer.Read();
    peer.Write(kOk);
    close(accepted);
  });
  Outgoing request;
  request.url = "http://localhost:" + std::to_string(ntohs(address.sin6_port)) + "/";
  request.body = Body("x");
  Rig rig;
  const Reply reply = rig.Ask(std::move(request));
  shutdown(listener, SHUT_RDWR);  // lets the server go, whatever came of it
  server.join();
  close(listener);
  CHECK(reply.data == "ok");
}

TEST_CASE("a reply that breaks off is not complete") {
  const std::string host = AnyTransport();
  const std::string sent =
      GENERATE(as<std::string>(), "", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf",
               "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n");
  Server server({[&](Peer& peer) {
    peer.Read();
    peer.Write(sent);
  }});
  Rig rig;
  const Reply reply = rig.Ask(Post(host, server));
  REQUIRE(reply.ends.size() == 1);
  CHECK_FALSE(reply.ends[0].complete);
  CHECK(reply.ends[0].failure == CallFailure::kCut);
  CHECK(reply.data == (sent.empty() ? "" : "half"));
}

TEST_CASE("a server that answers with something else fails the call") {
  const std::string host = AnyTransport();
  Server server({[](Peer& peer) {
    peer.Read();
    peer.Write("SSH-2.0-OpenSSH\r\n\r\n\r\n");
  }});
  Rig rig;
  const Reply reply = rig.Ask(Post(host, server));
  REQUIRE(reply.ends.size() == 1);
  CHECK_FALSE(reply.ends[0].complete);
}

TEST_CASE("a silent server ends the call when patience does: before the head, and between bytes") {
  const std::string host = AnyTransport();
  const std::string sent = GENERATE(
      as<std::string>(), "", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n");
  bool closed = false;
  Server server({[&](Peer& peer) {
    peer.Read();
    peer.Write(sent);
    closed = peer.ClientCloses();
  }});
  Rig rig;
  Reply reply;
  {
    Outgoing request = Post(host, server);
    request.first_byte_timeout = milliseconds(200);
    request.idle_timeout = milliseconds(200);
    const auto call = rig.Start(std::move(request), &reply);
    rig.loop->Run();
  }
  rig.client.reset();
  rig.loop->RunReady();
  server.Join();
  REQUIRE(reply.ends.size() == 1);
  CHECK(reply.ends[0].failure == CallFailure::kTimeout);
  CHECK(closed);
}

TEST_CASE("a call that is let go of closes its connection and tells nothing more") {
  const std::string host = AnyTransport();
  bool closed = false;
  Server server({[&](Peer& peer) {
    peer.Read();
    peer.Write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n");
    closed = peer.ClientCloses();
  }});
  Rig rig;
  int told = 0;
  std::unique_ptr<Call> call;
  call = rig.client->Start(Post(host, server), {{},
                                                [&](std::string_view) {
                                                  ++told;
                                                  call.reset();
                                                  rig.loop->Stop();
                                                },
                                                [&](const CallEnd&) { ++told; }});
  rig.loop->Run();
  for (int i = 0; i < 20; ++i) rig.loop->RunReady();
  server.Join();
  CHECK(told == 1);
  CHECK(closed);
}

TEST_CASE("a paused call keeps the server waiting, and a resumed one gets the rest") {
  const std::string host = AnyTransport();
  constexpr size_t kBytes = 40'000'000;
  Server server({[&](Peer& peer) {
    peer.Read();
    peer.Write("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(kBytes) + "\r\n\r\n");
    peer.Write(std::string(kBytes, 'x'));
  }});
  Rig rig;
  Reply reply;
  std::unique_ptr<Call> call;
  size_t after_pause = 0;
  bool paused = false;
  size_t most_after_pause = 0;
  uv::Timer later(*rig.loop, [&] {
    most_after_pause = after_pause;
    paused = false;
    call->Resume();
  });
  call = rig.client->Start(Post(host, server), {{},
                                                [&](std::string_view bytes) {
                                                  if (reply.data.empty()) {
                                                    paused = true;
                                                    call->Pause();
                                                    later.Start(milliseconds(100));
                                                  } else if (paused) {
                                                    after_pause += bytes.size();
                                                  }
                                                  reply.data += bytes;
                                                },
                                                [&](const CallEnd& end) {
                                                  reply.ends.push_back(end);
                                                  rig.loop->Stop();
                                                }});
  rig.loop->Run();
  REQUIRE(reply.ends.size() == 1);
  CHECK(reply.ends[0].complete);
  CHECK(reply.data.size() == kBytes);
  CHECK(most_after_pause <= 64 * 1024);
}

TEST_CASE("the next call may be started when one ends") {
  const std::string host = AnyTransport();
  Server server({[](Peer& peer) {
    for (int i = 0; i < 2; ++i) {
      peer.Read();
      peer.Write(kOk);
    }
  }});
  Rig rig;
  Reply first;
  Reply second;
  std::unique_ptr<Call> next;
  auto call =
      rig.Start(Post(host, server), &first, [&] { next = rig.Start(Post(host, server), &second); });
  rig.loop->Run();
  CHECK(first.data == "ok");
  CHECK(second.data == "ok");
  server.Join();
  CHECK(server.connections() == 1);
}

TEST_CASE("a header that holds a line break makes no second header") {
  const std::string host = AnyTransport();
  std::string seen;
  Server server({[&](Peer& peer) {
    seen = peer.Read();
    peer.Write(kOk);
  }});
  Rig rig;
  Outgoing request = Post(host, server);
  request.headers = {{"authorization", "Bearer a\r\nx-evil: 1"}};
  CHECK(rig.Ask(std::move(request)).data == "ok");
  server.Join();
  CHECK(seen.find("\r\nx-evil") == std::string::npos);
}

TEST_CASE("an early reply to a body that is still on its way is taken") {
  const std::string host = AnyTransport();
  Server server({[](Peer& peer) {
    peer.Write("HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\nConnection: close\r\n\r\nbig");
    peer.Read();
  }});
  Rig rig;
  const Reply reply = rig.Ask(Post(host, server, Body(std::string(4'000'000, 'x'))));
  CHECK(reply.status == 413);
  CHECK(reply.data == "big");
}

}  // namespace
}  // namespace katra::http
