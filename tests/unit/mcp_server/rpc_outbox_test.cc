// The lines that wait for the client.
#include "mcp_server/rpc/outbox.h"

#include <vector>

#include "tests/support/cpp/catch.h"

namespace katra::mcp {
namespace {

std::vector<std::string> TakeAll(Outbox& outbox) {
  std::vector<std::string> lines;
  while (auto line = outbox.Take()) {
    lines.push_back(std::move(*line));
    outbox.Written();
  }
  return lines;
}

TEST_CASE("lines come out in order, each with its newline") {
  Outbox outbox;
  outbox.Push("one");
  outbox.Push("two");
  CHECK(TakeAll(outbox) == std::vector<std::string>{"one\n", "two\n"});
  CHECK(outbox.IsEmpty());
}

TEST_CASE("a line counts until it is written, and then its owner is told") {
  Outbox outbox;
  bool written = false;
  outbox.Push("12345", [&] { written = true; });
  REQUIRE(outbox.Take());
  CHECK(outbox.bytes() == 6);
  CHECK_FALSE(outbox.IsEmpty());
  CHECK_FALSE(written);
  CHECK_FALSE(outbox.Take());
  outbox.Written();
  CHECK(written);
  CHECK(outbox.bytes() == 0);
}

TEST_CASE("notifications of one key coalesce while they wait, in the first one's place") {
  Outbox outbox;
  outbox.PushLatest("a", "a1");
  outbox.Push("result");
  outbox.PushLatest("a", "a2, longer");
  outbox.PushLatest("b", "b1");
  CHECK(TakeAll(outbox) == std::vector<std::string>{"a2, longer\n", "result\n", "b1\n"});
  CHECK(outbox.bytes() == 0);
}

TEST_CASE("what was taken already is not replaced") {
  Outbox outbox;
  outbox.PushLatest("a", "a1");
  REQUIRE(outbox.Take());
  outbox.PushLatest("a", "a2");
  outbox.Written();
  CHECK(TakeAll(outbox) == std::vector<std::string>{"a2\n"});
}

TEST_CASE("an outbox of a mebibyte is full until it drains") {
  Outbox outbox;
  outbox.Push(std::string(Outbox::kFullBytes, 'x'));
  CHECK(outbox.IsFull());
  TakeAll(outbox);
  CHECK_FALSE(outbox.IsFull());
}

}  // namespace
}  // namespace katra::mcp
