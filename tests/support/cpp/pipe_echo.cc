// Answers each line with the same line: what a pipe and a process switch cost, and no more.
#include <unistd.h>

#include <string>

int main() {
  std::string line;
  char piece[65536];
  for (;;) {
    const ssize_t n = read(STDIN_FILENO, piece, sizeof piece);
    if (n <= 0) return 0;
    line.append(piece, static_cast<size_t>(n));
    if (line.back() != '\n') continue;
    for (size_t at = 0; at < line.size();) {
      const ssize_t written = write(STDOUT_FILENO, line.data() + at, line.size() - at);
      if (written <= 0) return 1;
      at += static_cast<size_t>(written);
    }
    line.clear();
  }
}
