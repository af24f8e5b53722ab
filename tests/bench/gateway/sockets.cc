// Sockets, clock and cores of Linux.
#include "tests/bench/gateway/sockets.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <ctime>
#include <stdexcept>

namespace katra::bench {
namespace {

sockaddr_in Loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

[[noreturn]] void Refused(const char* what) {
  throw std::runtime_error(std::string(what) + ": " + std::strerror(errno));
}

sockaddr* Generic(sockaddr_in* address) {
  return static_cast<sockaddr*>(static_cast<void*>(address));
}

}  // namespace

int Listen(int* port) {
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (listener < 0) Refused("socket");
  sockaddr_in address = Loopback(0);
  socklen_t size = sizeof address;
  if (bind(listener, Generic(&address), size) != 0 || listen(listener, 4096) != 0 ||
      getsockname(listener, Generic(&address), &size) != 0) {
    Refused("listen");
  }
  *port = ntohs(address.sin_port);
  return listener;
}

void WithoutDelay(int socket) {
  const int on = 1;
  setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

int Connect(int port) {
  const int client = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (client < 0) Refused("socket");
  WithoutDelay(client);
  sockaddr_in address = Loopback(port);
  if (connect(client, Generic(&address), sizeof address) != 0 && errno != EINPROGRESS) {
    Refused("connect");
  }
  return client;
}

uint64_t NowNanos() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<uint64_t>(now.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(now.tv_nsec);
}

int FreePort() {
  int port = 0;
  close(Listen(&port));
  return port;
}

void RunOnCore(int core) {
  cpu_set_t cores;
  CPU_ZERO(&cores);
  CPU_SET(static_cast<size_t>(core), &cores);
  sched_setaffinity(0, sizeof cores, &cores);
}

}  // namespace katra::bench
