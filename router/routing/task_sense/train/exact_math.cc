#include "router/routing/task_sense/train/exact_math.h"

#include <algorithm>
#include <cmath>

namespace katra::router::routing::task_sense::train {
namespace {

constexpr double kLn2 = 0.693147180559945309417;

}  // namespace

double Exp(double x) {
  x = std::clamp(x, -60.0, 60.0);
  const double power = std::floor(x / kLn2 + 0.5);
  const double rest = x - power * kLn2;  // at most ln(2)/2
  double sum = 1;
  for (int i = 12; i >= 1; --i) sum = 1 + sum * rest / i;
  return std::ldexp(sum, static_cast<int>(power));
}

double Log(double x) {
  int power = 0;
  const double part = std::frexp(x, &power);  // 0.5 to 1
  const double ratio = (part - 0.75) / (part + 0.75);
  double sum = 0;
  double odd = ratio;
  for (int i = 1; i < 40; i += 2) {
    sum += odd / i;
    odd *= ratio * ratio;
  }
  constexpr double kLog075 = -0.287682072451780927439;
  return 2 * sum + kLog075 + power * kLn2;
}

}  // namespace katra::router::routing::task_sense::train
