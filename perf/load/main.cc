// wirebird-bench: loads a server that speaks the NATS protocol, and checks every message.
#include "perf/load/modes.hh"
#include "perf/load/options.hh"
#include "perf/load/report.hh"

#include <cerrno>
#include <cstring>
#include <iostream>

#include <sched.h>

namespace {

using wirebird::load::options;
using wirebird::load::report;
using wirebird::load::run_mode;
using wirebird::load::start_error;

constexpr int exit_fault = 1;
constexpr int exit_usage = 2;

void pin_to(int cpu) {
  cpu_set_t cpus;
  CPU_ZERO(&cpus);
  CPU_SET(static_cast<std::size_t>(cpu), &cpus);
  if (sched_setaffinity(0, sizeof cpus, &cpus) != 0) {
    throw start_error("--pin " + std::to_string(cpu) + ": " + std::strerror(errno));
  }
}

void run(const options& settings, report& out) {
  switch (settings.mode) {
    case run_mode::throughput:
    case run_mode::fanout: return run_throughput(settings, out);
    case run_mode::request: return run_request(settings, out);
    case run_mode::latency: return run_latency(settings, out);
    case run_mode::jitter: return run_jitter(settings, out);
  }
}

}  // namespace

int main(int argument_count, char** arguments) {
  try {
    const auto settings = wirebird::load::parse_options(argument_count, arguments);
    if (!settings) {
      std::cout << wirebird::load::help_text();
      return 0;
    }
    if (settings->pin_cpu) pin_to(*settings->pin_cpu);
    report out;
    out.add("mode", wirebird::load::name_of(settings->mode));
    if (settings->mode != run_mode::jitter) {
      out.add("server", settings->host + ":" + settings->port);
    }
    run(*settings, out);
    if (settings->json) {
      out.print_json(std::cout);
    } else {
      out.print_text(std::cout);
    }
    return out.failed() ? exit_fault : 0;
  } catch (const start_error& error) {
    std::cerr << "wirebird-bench: " << error.what() << '\n';
    return exit_usage;
  }
}
