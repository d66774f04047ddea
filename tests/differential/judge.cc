#include "tests/differential/judge.hh"

namespace wirebird::differential {
namespace {

std::string name_of(splitting how) {
  switch (how.how) {
    case splitting::kind::whole: return "in whole pieces";
    case splitting::kind::bytewise: return "byte by byte";
    case splitting::kind::random: return "in random pieces, seed " + std::to_string(how.seed);
  }
  return "";
}

// The steps without the lines that stand alone: one candidate for each CR LF in a step.
std::vector<dialogue> without_one_line(const dialogue& from) {
  std::vector<dialogue> shorter;
  for (std::size_t i = 0; i < from.steps.size(); ++i) {
    const std::string& bytes = from.steps[i].bytes;
    std::size_t start = 0;
    for (std::size_t end = bytes.find("\r\n"); end != std::string::npos;
         end = bytes.find("\r\n", start)) {
      dialogue candidate = from;
      candidate.steps[i].bytes.erase(start, end + 2 - start);
      if (start != 0 || end + 2 != bytes.size()) shorter.push_back(std::move(candidate));
      start = end + 2;
    }
  }
  return shorter;
}

std::vector<dialogue> without_steps(const dialogue& from, std::size_t count) {
  std::vector<dialogue> shorter;
  for (std::size_t at = 0; at + count <= from.steps.size(); at += count) {
    dialogue candidate = from;
    const auto first = candidate.steps.begin() + static_cast<std::ptrdiff_t>(at);
    candidate.steps.erase(first, first + static_cast<std::ptrdiff_t>(count));
    shorter.push_back(std::move(candidate));
  }
  return shorter;
}

// What the oracle answers depends on how its reads happen to fall; ours does not.
// returns: whether it gives our answer too when it is asked `attempts` times more.
bool oracle_says_so_too(broker_pair& brokers, const dialogue& script, const transcript& ours,
                        int attempts) {
  for (; attempts > 0; --attempts)
    if (!first_difference(script, brokers.ask_oracle(script), ours)) return true;
  return false;
}

}  // namespace

verdict judge(broker_pair& brokers, const dialogue& script, const std::vector<splitting>& ways,
              const std::vector<intended_difference>& intended) {
  verdict result;
  brokers.configure(script.server);
  const transcript oracle = brokers.ask_oracle(script);
  for (const splitting how : ways) {
    const transcript ours =
        without_removed(brokers.ask_wirebird(script, how), intended, result.intended);
    const auto seen = first_difference(script, oracle, ours);
    if (!seen) continue;
    const intended_difference* entry = covering(intended, *seen);
    if (entry == nullptr && oracle_says_so_too(brokers, script, ours, 5)) continue;
    if (entry == nullptr) {
      result.unexplained = seen;
      result.how = how;
      return result;
    }
    result.intended.insert(entry->id);
  }
  return result;
}

std::string explained(const dialogue& script, const verdict& what) {
  std::string text = script.place + "\n" + text_of(script);
  if (!what.unexplained) return text;
  return text + "sent      " + what.unexplained->input.substr(0, 1000) + "\noracle    " +
         what.unexplained->oracle + "\nwirebird  " + what.unexplained->wirebird +
         "\nsent to wirebird " + name_of(what.how) + "\n";
}

dialogue shrunk(broker_pair& brokers, const dialogue& failing, splitting how,
                const std::vector<intended_difference>& intended, int attempts) {
  dialogue best = failing;
  brokers.set_patience(std::chrono::seconds(1));  // what is left out may leave both waiting
  const auto improve = [&](const std::vector<dialogue>& candidates) {
    for (const dialogue& candidate : candidates) {
      if (attempts-- <= 0) return false;
      try {
        if (!judge(brokers, candidate, {how}, intended).unexplained) continue;
      } catch (const std::exception&) {
        continue;  // left waiting: it is another failure than ours
      }
      best = candidate;
      return true;
    }
    return false;
  };
  for (std::size_t count = best.steps.size() / 2; count > 0; count /= 2)
    while (improve(without_steps(best, count))) {
    }
  while (improve(without_one_line(best))) {
  }
  brokers.set_patience(system_tests::patience);
  return best;
}

}  // namespace wirebird::differential
