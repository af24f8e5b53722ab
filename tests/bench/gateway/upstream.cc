// The upstream's event loop.
#include "tests/bench/gateway/upstream.h"

#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/bench/gateway/sockets.h"
#include "tests/bench/gateway/wire.h"

namespace katra::bench {
namespace {

struct Pace {
  int events = 0;
  uint64_t gap_nanos = 0;
};

constexpr Pace kPaces[kManners] = {
    {0, 0}, {20, 0}, {kPacedEvents, 20'000'000}, {60, 1'000'000'000}};

enum class Format { kMessages, kChat, kResponses };

// By the path that is asked for.
Format FormatOf(std::string_view request_line) {
  if (request_line.find("/chat/completions") != std::string_view::npos) return Format::kChat;
  if (request_line.find("/responses") != std::string_view::npos) return Format::kResponses;
  return Format::kMessages;
}

std::string Chunked(const std::string& text) {
  char size[32];
  std::snprintf(size, sizeof size, "%zx\r\n", text.size());
  return size + text + "\r\n";
}

// One text event of a stream.
std::string TextEvent(Format format) {
  char word[48];
  std::snprintf(word, sizeof word, " word t=%llu;", static_cast<unsigned long long>(NowNanos()));
  if (format == Format::kChat) {
    return std::string(
               R"(data: {"id":"chatcmpl-bench","object":"chat.completion.chunk","created":1760000000,)"
               R"("model":"bench-model","choices":[{"index":0,"delta":{"content":")") +
           word + "\"},\"finish_reason\":null}]}\n\n";
  }
  if (format == Format::kResponses) {
    return std::string(
               "event: response.output_text.delta\n"
               R"(data: {"type":"response.output_text.delta","sequence_number":4,)"
               R"("item_id":"msg_bench","output_index":0,"content_index":0,"delta":")") +
           word + "\"}\n\n";
  }
  return std::string(
             "event: content_block_delta\n"
             R"(data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":")") +
         word + "\"}}\n\n";
}

std::string Opening(Format format) {
  if (format == Format::kChat) {
    return R"(data: {"id":"chatcmpl-bench","object":"chat.completion.chunk","created":1760000000,)"
           R"("model":"bench-model","choices":[{"index":0,"delta":{"role":"assistant","content":""},)"
           "\"finish_reason\":null}]}\n\n";
  }
  if (format == Format::kResponses) {
    return "event: response.created\n"
           R"(data: {"type":"response.created","sequence_number":0,"response":{"id":"resp_bench",)"
           R"("model":"bench-model","status":"in_progress","output":[]}})"
           "\n\nevent: response.output_item.added\n"
           R"(data: {"type":"response.output_item.added","sequence_number":1,"output_index":0,)"
           R"("item":{"id":"msg_bench","type":"message","role":"assistant","content":[]}})"
           "\n\n";
  }
  return "event: message_start\n"
         R"(data: {"type":"message_start","message":{"id":"msg_bench","type":"message",)"
         R"("role":"assistant","model":"bench-model","content":[],"stop_reason":null,)"
         R"("stop_sequence":null,"usage":{"input_tokens":10,"output_tokens":1}}})"
         "\n\nevent: content_block_start\n"
         R"(data: {"type":"content_block_start","index":0,)"
         R"("content_block":{"type":"text","text":""}})"
         "\n\n";
}

std::string Closing(Format format) {
  if (format == Format::kChat) {
    return R"(data: {"id":"chatcmpl-bench","object":"chat.completion.chunk","created":1760000000,)"
           R"("model":"bench-model","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]})"
           "\n\n"
           R"(data: {"id":"chatcmpl-bench","object":"chat.completion.chunk","created":1760000000,)"
           R"("model":"bench-model","choices":[],"usage":{"prompt_tokens":10,)"
           R"("completion_tokens":20,"total_tokens":30}})"
           "\n\ndata: [DONE]\n\n";
  }
  if (format == Format::kResponses) {
    return "event: response.completed\n"
           R"(data: {"type":"response.completed","sequence_number":9,"response":{)"
           R"("id":"resp_bench","model":"bench-model","status":"completed","output":[],)"
           R"("usage":{"input_tokens":10,"output_tokens":20,"total_tokens":30}}})"
           "\n\n";
  }
  return "event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":0}\n\n"
         "event: message_delta\n"
         R"(data: {"type":"message_delta","delta":{"stop_reason":"end_turn",)"
         R"("stop_sequence":null},"usage":{"output_tokens":20}})"
         "\n\nevent: message_stop\ndata: {\"type\":\"message_stop\"}\n\n";
}

std::string Whole(Format format) {
  std::string body =
      R"({"id":"msg_bench","type":"message","role":"assistant","model":"bench-model",)"
      R"("content":[{"type":"text","text":"The answer is forty-two."}],)"
      R"("stop_reason":"end_turn","stop_sequence":null,)"
      R"("usage":{"input_tokens":10,"output_tokens":20}})";
  if (format == Format::kChat) {
    body = R"({"id":"chatcmpl-bench","object":"chat.completion","created":1760000000,)"
           R"("model":"bench-model","choices":[{"index":0,"message":{"role":"assistant",)"
           R"("content":"The answer is forty-two."},"finish_reason":"stop"}],)"
           R"("usage":{"prompt_tokens":10,"completion_tokens":20,"total_tokens":30}})";
  } else if (format == Format::kResponses) {
    body =
        R"({"id":"resp_bench","object":"response","model":"bench-model","status":"completed",)"
        R"("output":[{"id":"msg_bench","type":"message","role":"assistant","status":"completed",)"
        R"("content":[{"type":"output_text","text":"The answer is forty-two.","annotations":[]}]}],)"
        R"("usage":{"input_tokens":10,"output_tokens":20,"total_tokens":30}})";
  }
  return "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: " +
         std::to_string(body.size()) + "\r\n\r\n" + body;
}

struct Peer {
  Manner manner = Manner::kWhole;
  MessageReader reader{nullptr};
  Format format = Format::kMessages;
  int sent = 0;  // events of the stream
  uint64_t next_nanos = 0;
};

class Loop {
 public:
  explicit Loop(const int* listeners) : epoll_(epoll_create1(EPOLL_CLOEXEC)) {
    for (int i = 0; i < kManners; ++i) {
      listeners_[listeners[i]] = static_cast<Manner>(i);
      Watch(listeners[i]);
    }
  }

  [[noreturn]] void Run() {
    std::vector<epoll_event> events(1024);
    for (;;) {
      // Pacing is exact to a millisecond.
      const int ready = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()),
                                   paced_.empty() ? -1 : 1);
      for (int i = 0; i < ready; ++i) Take(events[static_cast<size_t>(i)].data.fd);
      if (!paced_.empty()) Emit(NowNanos());
    }
  }

 private:
  void Watch(int socket) const {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = socket;
    epoll_ctl(epoll_, EPOLL_CTL_ADD, socket, &event);
  }

  void Take(int socket) {
    const auto listener = listeners_.find(socket);
    if (listener != listeners_.end()) {
      int client = -1;
      while ((client = accept4(socket, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        WithoutDelay(client);
        peers_[client].manner = listener->second;
        Watch(client);
      }
      return;
    }
    const auto peer = peers_.find(socket);
    if (peer == peers_.end()) return;
    for (;;) {
      const ssize_t got = recv(socket, buffer_.data(), buffer_.size(), 0);
      if (got > 0) {
        peer->second.reader.Feed({buffer_.data(), static_cast<size_t>(got)});
        if (static_cast<size_t>(got) < buffer_.size()) break;
      } else if (got < 0 && errno == EAGAIN) {
        break;
      } else {
        return Drop(socket);
      }
    }
    if (peer->second.reader.failed()) return Drop(socket);
    if (peer->second.reader.done()) Answer(socket, peer->second);
  }

  void Answer(int socket, Peer& peer) {
    const std::string& head = peer.reader.head();
    const std::string_view line(head.data(), head.find('\r'));
    peer.format = FormatOf(line);
    peer.reader.Reset();
    const Pace& pace = kPaces[static_cast<int>(peer.manner)];
    if (pace.events == 0) return Send(socket, Whole(peer.format));
    std::string text =
        "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n" +
        Chunked(Opening(peer.format));
    if (pace.gap_nanos == 0) {
      for (int i = 0; i < pace.events; ++i) text += Chunked(TextEvent(peer.format));
      return Send(socket, text + Chunked(Closing(peer.format)) + "0\r\n\r\n");
    }
    Send(socket, text + Chunked(TextEvent(peer.format)));
    peer.sent = 1;
    peer.next_nanos = NowNanos() + pace.gap_nanos;
    paced_.insert(socket);
  }

  void Emit(uint64_t now) {
    const std::vector<int> sockets(paced_.begin(), paced_.end());
    for (const int socket : sockets) {
      Peer& peer = peers_[socket];
      if (peer.next_nanos > now) continue;
      const Pace& pace = kPaces[static_cast<int>(peer.manner)];
      peer.next_nanos += pace.gap_nanos;
      if (++peer.sent <= pace.events) {
        Send(socket, Chunked(TextEvent(peer.format)));
      } else {
        paced_.erase(socket);
        Send(socket, Chunked(Closing(peer.format)) + "0\r\n\r\n");
      }
    }
  }

  // What does not fit into the socket's buffer is a reader that stalls: the stream ends.
  void Send(int socket, const std::string& text) {
    const ssize_t sent = send(socket, text.data(), text.size(), MSG_NOSIGNAL);
    if (sent != static_cast<ssize_t>(text.size())) Drop(socket);
  }

  void Drop(int socket) {
    paced_.erase(socket);
    peers_.erase(socket);
    close(socket);
  }

  int epoll_;
  std::map<int, Manner> listeners_;
  std::map<int, Peer> peers_;
  std::set<int> paced_;
  std::vector<char> buffer_ = std::vector<char>(262'144);
};

}  // namespace

Upstream::Upstream(int core) {
  int listeners[kManners] = {};
  for (int i = 0; i < kManners; ++i) listeners[i] = Listen(&ports_[i]);
  pid_ = fork();
  if (pid_ < 0) throw std::runtime_error("fork refused");
  if (pid_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    RunOnCore(core);
    Loop(listeners).Run();
  }
  for (const int listener : listeners) close(listener);
}

Upstream::~Upstream() {
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
}

}  // namespace katra::bench
