// `katra memory review`: goes through memories that may be worth forgetting.
#pragma once

namespace CLI {
class App;
}

namespace katra::cli {

class Program;

void AddMemoryReview(CLI::App& memory, Program& program);

}  // namespace katra::cli
