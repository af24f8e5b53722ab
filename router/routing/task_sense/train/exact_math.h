// exp and log from additions and multiplications alone: the C library's differ in their last bit
// from one machine to the next, and the trainer must give the same bytes everywhere.
#pragma once

namespace katra::router::routing::task_sense::train {

double Exp(double x);
double Log(double x);  // of a positive number

}  // namespace katra::router::routing::task_sense::train
