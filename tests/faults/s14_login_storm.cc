#include "tests/faults/busy_threads.hh"
#include "tests/faults/control_plane.hh"
#include "tests/faults/crowd.hh"
#include "tests/faults/health.hh"
#include "tests/faults/load_pump.hh"
#include "tests/faults/residence.hh"
#include "tests/faults/scenarios.hh"
#include "tests/faults/stage.hh"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include <unistd.h>

namespace wirebird::faults {

namespace {

// Of "word", cost 11: some 0.1 s of a processor for each login.
constexpr std::string_view hash = "$2a$11$CCCCCCCCCCCCCCCCCCCCC.2nOz1Lnrigxvwnv6Dy4fM2KYRgIZR7W";
constexpr int timeout_s = 4;
constexpr std::string_view violation = "-ERR 'Authorization Violation'\r\n";
constexpr std::string_view timed_out = "-ERR 'Authentication Timeout'\r\n";

// The probe is there by `no_auth_user`, which costs no bcrypt.
std::string with_logins(run_size size) {
  return with_monitoring(size) + "authorization { timeout: " + std::to_string(timeout_s) +
         ", users: [\n  {user: probe, password: \"" + std::string(hash) +
         "\"}\n  {user: known, password: \"" + std::string(hash) +
         "\"}\n] }\nno_auth_user: probe\n";
}

enum class kind : std::uint8_t { right, wrong_password, unknown_user };

std::string login_of(kind which) {
  const std::string user = which == kind::unknown_user ? "nobody" : "known";
  const std::string word = which == kind::right ? "word" : "guess";
  return R"(CONNECT {"verbose":false,"user":")" + user + R"(","pass":")" + word + "\"}\r\nPING\r\n";
}

/// Of five one is wrong, half of those by name.
kind kind_of(std::size_t number) {
  if (number % 5 != 0) return kind::right;
  return number % 2 == 0 ? kind::wrong_password : kind::unknown_user;
}

struct tally {
  std::size_t in = 0;
  std::size_t refused = 0;
  std::size_t late = 0;
  std::size_t open = 0;   ///< without an answer
  std::size_t wrong = 0;  ///< with an answer that is not theirs
};

tally count(crowd& clients) {
  tally seen;
  for (std::size_t i = 0; i < clients.members().size(); ++i) {
    const crowd::member& one = clients.members()[i];
    const bool is_right = kind_of(i) == kind::right;
    if (one.received == "PONG\r\n") {
      ++seen.in;
      if (!is_right) ++seen.wrong;
    } else if (one.ended_at == 0) {
      ++seen.open;
    } else if (one.received == violation) {
      ++seen.refused;
      if (is_right) ++seen.wrong;
    } else if (one.received == timed_out) {
      ++seen.late;
    } else {
      ++seen.wrong;
    }
  }
  return seen;
}

void storm(stage& on) {
  const std::size_t batch = on.is_full() ? 50 : 10;
  constexpr std::size_t batches = 100;  // ten a second
  const std::size_t most = on.is_full() ? batches : 12;
  const std::size_t before = on.broker().child().resident_bytes();
  crowd clients(on.broker().host(), on.broker().port());
  health well;
  const load::nanoseconds began = load::now_ns();
  for (std::size_t i = 0; i < most; ++i) {
    const std::size_t first = clients.members().size();
    clients.join(batch);
    for (std::size_t at = first; at < first + batch; ++at) clients.say(at, login_of(kind_of(at)));
    well.look(on);
    const auto due =
        began + static_cast<load::nanoseconds>(i + 1) * load::nanoseconds_per_second / 10;
    clients.drive([&] { return load::now_ns() >= due; }, seconds(1));
  }
  const std::size_t after = on.broker().child().resident_bytes();
  const bool all = clients.drive([&] { return count(clients).open == 0; }, seconds(3 * timeout_s));
  const double took = load::seconds_of(load::now_ns() - began);
  const tally seen = count(clients);
  on.judge().figure(std::to_string(batch * most) + " logins in " + std::to_string(took) +
                    " s: " + std::to_string(seen.in) + " in, " + std::to_string(seen.refused) +
                    " refused, " + std::to_string(seen.late) + " timed out");
  on.judge().expect(all, "each is answered or timed out; not: " + std::to_string(seen.open));
  on.judge().expect(seen.wrong == 0,
                    "nobody gets an answer that is not his; wrong: " + std::to_string(seen.wrong));
  on.judge().expect(seen.in > 0 && seen.refused > 0, "the right ones get in, and the wrong do not");
  const double rate = static_cast<double>(seen.in + seen.refused) / took;
  on.judge().figure(std::to_string(rate) + " logins a second judged in time");
  well.judge(on, "storm");
  const std::size_t each = (after - std::min(after, before)) / (batch * most);
  on.judge().figure(std::to_string(each) + " bytes of memory each");
  constexpr std::size_t bytes_each_max = 16 * 1024;
  if (on.is_full()) on.judge().expect(each <= bytes_each_max, "at most 16 KiB for each that waits");
  on.expect_counters({"login_timeouts"}, seen.late, seen.late);
}

double login_ms(stage& on, kind which) {
  crowd one(on.broker().host(), on.broker().port());
  one.join(1);
  const load::nanoseconds began = load::now_ns();
  one.say(0, login_of(which));
  static_cast<void>(one.drive([&] { return one.ended() == 1; }, seconds(10)));
  const std::string& heard = one.members()[0].received;
  on.judge().expect(heard == violation || (!on.is_full() && heard == timed_out), "refused alone");
  return static_cast<double>(load::now_ns() - began) / 1e6;
}

/// Who guesses names learns nothing from the time that an answer takes.
void compare_times(stage& on) {
  const std::size_t times = on.is_full() ? 41 : 5;
  std::vector<double> unknown;
  std::vector<double> wrong;
  for (std::size_t i = 0; i < times; ++i) {
    unknown.push_back(login_ms(on, kind::unknown_user));
    wrong.push_back(login_ms(on, kind::wrong_password));
  }
  const auto median = [](std::vector<double>& of) {
    std::ranges::sort(of);
    return of[of.size() / 2];
  };
  const double one = median(unknown);
  const double other = median(wrong);
  on.judge().figure("an unknown user takes " + milliseconds_text(one) + ", a wrong password " +
                    milliseconds_text(other));
  constexpr double ratio_max = 1.1;
  if (on.is_full())
    on.judge().expect(one <= ratio_max * other && other <= ratio_max * one, "within 10 per cent");
}

/// As many as wirebird has: the processors that its one worker leaves.
std::size_t bcrypt_threads() {
  return static_cast<std::size_t>(std::max(::sysconf(_SC_NPROCESSORS_ONLN) - 1, 1L));
}

/// p99.9 of residence while nobody logs in and `busy` threads take the processors' time.
double calm_ms(stage& on, std::size_t busy) {
  const busy_threads others(busy);
  const residence before(on);
  static_cast<void>(system_tests::eventually([] { return false; }, seconds(on.is_full() ? 10 : 1)));
  return residence(on).p999_ms_since(before);
}

void run(stage& on) {
  // Enough messages for a p99.9 that says something about each part of the storm.
  load_pump pump(on.broker().host(), on.broker().port(), "under.load", 1, 128,
                 on.is_full() ? 50'000 : 500);
  const double idle = calm_ms(on, 0);
  const double calm = calm_ms(on, bcrypt_threads());
  const residence before(on);
  storm(on);
  const double during = residence(on).p999_ms_since(before);
  on.judge().figure("residence time p99.9: " + milliseconds_text(idle) + " before, " +
                    milliseconds_text(calm) + " beside as many busy threads as judge logins, " +
                    milliseconds_text(during) + " in the storm");
  if (on.is_full()) on.judge().expect(during <= 2 * calm, "at most twice the residence time");
  const std::string complaint = pump.stop();
  on.judge().expect(complaint.empty(), "all of them came, once and in order " + complaint);
  compare_times(on);
}

}  // namespace

const scenario s14_login_storm{
    .name = "S14",
    .title = "a storm of logins with bcrypt",
    .configuration = with_logins,
    .run = run,
    .newcomers = false,
    .own_cpu = true,
};

}  // namespace wirebird::faults
