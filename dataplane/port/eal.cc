#include "dataplane/port/eal.hh"

#include "dataplane/port/memory.hh"

#include <cerrno>
#include <csignal>

#include <pthread.h>
#include <rte_eal.h>
#include <rte_errno.h>
#include <sched.h>
#include <unistd.h>

namespace wirebird::port {

namespace {

std::size_t mebibytes(std::size_t bytes) {
  return (bytes + (1U << 20) - 1) >> 20;
}

std::string memory_text(std::size_t bytes) {
  return std::to_string(mebibytes(bytes)) + " MiB";
}

/// Threads inherit the mask of their maker: with this around rte_eal_init, DPDK's interrupt thread
/// is never chosen to handle a signal. Faults stay deliverable: DPDK probes memory with SIGBUS.
class signals_blocked {
 public:
  signals_blocked() noexcept {
    sigset_t blocked;
    sigfillset(&blocked);
    for (const int fault : {SIGBUS, SIGSEGV, SIGFPE, SIGILL, SIGTRAP, SIGABRT})
      sigdelset(&blocked, fault);
    pthread_sigmask(SIG_SETMASK, &blocked, &before_);
  }
  ~signals_blocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  signals_blocked(const signals_blocked&) = delete;
  signals_blocked& operator=(const signals_blocked&) = delete;

 private:
  sigset_t before_{};
};

/// DPDK ties the main thread to its processors and gives the others to its own threads; naming all
/// that we may run on leaves both where they are. One lcore: DPDK starts no workers.
std::string lcores_argument() {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  sched_getaffinity(0, sizeof(allowed), &allowed);
  std::string processors;
  for (std::size_t cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (!CPU_ISSET(cpu, &allowed)) continue;
    if (!processors.empty()) processors += ',';
    processors += std::to_string(cpu);
  }
  return "--lcores=0@(" + processors + ")";
}

std::vector<std::string> arguments_for(const eal_options& options, std::size_t memory_bytes,
                                       bool huge) {
  std::vector<std::string> arguments = {
      "wirebird",
      // Anonymous memory, no files, no second DPDK process; the latter two without huge pages.
      huge ? "--in-memory" : "--no-shconf",
      "--no-telemetry",  // no thread and no socket of its own
      "--file-prefix=wirebird-" + std::to_string(getpid()),
      lcores_argument(),
      "-m",
      std::to_string(mebibytes(memory_bytes)),
  };
  // Only the device that was asked for. Software needs no addresses but the process's own; what a
  // PCI device needs depends on how it is bound, and DPDK finds that out.
  if (options.pci.empty())
    arguments.insert(arguments.end(), {"--no-pci", "--iova-mode=va"});
  else
    arguments.push_back("--allow=" + options.pci);
  if (!huge) arguments.emplace_back("--no-huge");
  if (options.debug_log) {
    arguments.emplace_back("--log-level=debug");
    arguments.emplace_back("--log-level=pmd.net.*:debug");
  } else {
    arguments.emplace_back("--log-level=error");
  }
  return arguments;
}

}  // namespace

outcome<eal> eal::start(const eal_options& options) {
  std::unique_ptr<eal> made(new eal(options.debug_log));
  std::string error = made->initialise(options);
  if (!error.empty()) return outcome<eal>::failure(std::move(error));
  return outcome<eal>::of(std::move(made));
}

std::string eal::initialise(const eal_options& options) {
  const bool huge = !options.no_huge && huge_pages_hold(options.huge_bytes);
  const std::size_t bytes = huge ? options.huge_bytes : options.ordinary_bytes;
  if (!huge && !options.no_huge)
    memory_notice_ = "no " + memory_text(options.huge_bytes) +
                     " of free huge pages (vm.nr_hugepages), so the port uses ordinary ones; "
                     "--no-huge says that this is meant";
  // DPDK reserves without asking and dies, or the kernel's out-of-memory killer chooses somebody.
  const std::optional<std::size_t> ordinary = ordinary_memory();
  if (!huge && ordinary && *ordinary < bytes)
    return "the port needs " + memory_text(bytes) + " of memory and " + memory_text(*ordinary) +
           " are available: use fewer workers";

  arguments_ = arguments_for(options, bytes, huge);
  for (std::string& argument : arguments_) argument_vector_.push_back(argument.data());
  int result = 0;
  {
    const signals_blocked around;
    result = rte_eal_init(static_cast<int>(argument_vector_.size()), argument_vector_.data());
  }
  started_ = result >= 0;
  // DPDK makes a directory for files that it was told not to write.
  rmdir(rte_eal_get_runtime_dir());
  if (started_) return {};
  if (rte_errno == EALREADY) return "DPDK was started before in this process and cannot be again";

  std::string cause = log_.last_line();
  if (cause.empty()) cause = rte_strerror(rte_errno);
  std::string sentence = "DPDK did not start with " + memory_text(bytes) +
                         (huge ? " of huge pages" : " of memory") + ": " + cause;
  if (huge) sentence += "; --no-huge does without them";
  return sentence;
}

eal::~eal() {
  if (started_) rte_eal_cleanup();
}

}  // namespace wirebird::port
