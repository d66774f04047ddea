#include "tests/faults/own_cpu.hh"

namespace wirebird::faults {

own_cpu::own_cpu() {
  if (::sched_getaffinity(0, sizeof all_, &all_) != 0 || CPU_COUNT(&all_) < 2) return;
  for (std::size_t i = 0; i < CPU_SETSIZE; ++i)
    if (CPU_ISSET(i, &all_)) number_ = i;
}

std::vector<std::string> own_cpu::arguments() const {
  if (!number_) return {};
  return {"--cores", std::to_string(*number_)};
}

std::string own_cpu::keep_off() const {
  if (!number_) return "the worker has no CPU of its own: there is one";
  cpu_set_t others = all_;
  CPU_CLR(*number_, &others);
  if (::sched_setaffinity(0, sizeof others, &others) != 0) return "this process stays where it is";
  return "the worker has CPU " + std::to_string(*number_) + " of its own";
}

}  // namespace wirebird::faults
