// A memo of SHA-256: the same digests as without it, for the secrets that come again and again.
#include "core/sha256_memo.h"

#include "tests/support/cpp/catch.h"

namespace katra::testing {
namespace {

TEST_CASE("a memo gives the digest of each secret, however many there were before") {
  Sha256Memo memo;
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 20; ++i) {
      const std::string secret = "secret " + std::to_string(i);
      CHECK(memo.Of(secret) == Sha256(secret));
      CHECK(memo.Of(secret) == Sha256(secret));
    }
  }
  memo.Clear();
  CHECK(memo.Of("secret 19") == Sha256("secret 19"));
  CHECK(memo.Of("") == Sha256(""));
  CHECK(memo.Of("secret 1") != memo.Of("secret 2"));
  const std::string longest(Sha256Memo::kMaxSecretBytes + 1, 'x');
  CHECK(memo.Of(longest) == Sha256(longest));
}

}  // namespace
}  // namespace katra::testing
