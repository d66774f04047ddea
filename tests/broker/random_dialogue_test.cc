// Many clients that do anything, against the plain definition of who gets what.
#include "protocol/subject.hh"
#include "tests/broker/model.hh"
#include "tests/broker/world.hh"

#include <map>
#include <string>

namespace wirebird::broker {
namespace {

struct one_subscription {
  std::string subject;
  std::string queue;
};

/// A client and what it must have received. Queue groups are judged in total only.
struct participant {
  client end;
  std::map<std::string, one_subscription> by_sid;
  std::map<std::string, std::string> wanted;  ///< per sid, in order
  std::string sent;                           ///< not yet given to the wire
};

/// Everything that decides what happens, and how the bytes travel, which must decide nothing.
struct way {
  std::uint64_t seed;
  bool filtered;
  std::size_t piece_bytes;  ///< 0: random
  std::uint32_t fanout_budget;
};

class dialogue {
 public:
  explicit dialogue(const way& how) : how_(how), around_(options_for(how)), choices_(how.seed) {
    for (int i = 0; i < 12; ++i) people_.push_back({around_.connect_quiet(), {}, {}, {}});
  }

  void run(int operations) {
    for (int i = 0; i < operations; ++i) {
      participant& one = people_[choices_.below(people_.size())];
      switch (choices_.below(10)) {
        case 0:
        case 1: subscribe(one); break;
        case 2: unsubscribe(one); break;
        default: publish(one); break;
      }
      if (choices_.chance(1, 8)) give_to_wires();
    }
    give_to_wires();
  }

  /// requires: run(). What everybody received, by sid.
  void judge() {
    std::uint64_t group_messages = 0;
    for (participant& one : people_) {
      std::map<std::string, std::string> got;
      const std::string text = one.end.take();
      for (std::size_t at = 0; at < text.size();) {
        const std::size_t line_end = text.find("\r\n", at);
        ASSERT_NE(line_end, std::string::npos);
        const std::string line = text.substr(at, line_end - at);
        ASSERT_EQ(line.substr(0, 4), "MSG ") << line;
        const std::size_t sid_at = line.find(' ', 4) + 1;
        const std::string sid = line.substr(sid_at, line.find(' ', sid_at) - sid_at);
        const std::size_t size = std::stoul(line.substr(line.rfind(' ') + 1));
        if (sid[0] == 'q')
          ++group_messages;
        else
          got[sid] += text.substr(line_end + 2, size) + " ";
        at = line_end + 2 + size + 2;
      }
      ASSERT_TRUE(one.end.is_open()) << around_.events.lines.back();
      ASSERT_EQ(got.size(), one.wanted.size());
      for (const auto& [sid, bodies] : one.wanted)
        ASSERT_TRUE(got[sid] == bodies)
            << sid << " got " << got[sid].size() << " bytes of " << bodies.size();
    }
    EXPECT_EQ(group_messages, group_messages_);
  }

 private:
  static world_options options_for(const way& how) {
    world_options given;
    given.seed = how.seed;
    given.filtered = how.filtered;
    given.rules.fanout_budget = how.fanout_budget;
    return given;
  }

  /// Operations take effect in the order in which they are written down here: whoever is next
  /// waits until everybody before has been read and served.
  void write(participant& one, const std::string& text) {
    if (last_ != nullptr && last_ != &one) give_to_wires();
    last_ = &one;
    one.sent += text;
  }

  void give_to_wires() {
    if (last_ == nullptr) return;
    std::string_view rest = last_->sent;
    while (!rest.empty()) {
      const std::size_t piece =
          how_.piece_bytes != 0 ? how_.piece_bytes : 1 + cuts_.below(cuts_.below(2) * 5000 + 5);
      last_->end.on_wire().send(rest.substr(0, piece));
      rest.remove_prefix(std::min(piece, rest.size()));
      if (how_.piece_bytes != 0 || cuts_.chance(1, 2)) around_.settle();
    }
    around_.settle();
    last_->sent.clear();
    last_ = nullptr;
  }

  void subscribe(participant& one) {
    const bool in_group = choices_.chance(1, 4);
    const std::string sid = (in_group ? "q" : "s") + std::to_string(choices_.below(12));
    const std::string subject = random_subject(choices_, 3, true);
    const std::string queue = in_group ? "g" + std::to_string(choices_.below(2)) : "";
    if (!protocol::is_valid_subscription(subject)) return;
    write(one, "SUB " + subject + " " + queue + " " + sid + "\r\n");
    one.by_sid.emplace(sid, one_subscription{subject, queue});
  }

  void unsubscribe(participant& one) {
    if (one.by_sid.empty()) return;
    auto at = one.by_sid.begin();
    std::advance(at, static_cast<std::ptrdiff_t>(choices_.below(one.by_sid.size())));
    write(one, "UNSUB " + at->first + "\r\n");
    one.by_sid.erase(at);
  }

  void publish(participant& one) {
    const std::string subject = random_subject(choices_, 3, false);
    std::string body = "m" + std::to_string(number_++) + "-";
    if (choices_.chance(1, 10)) body.append(choices_.below(9000), 'x');
    write(one, "PUB " + subject + " " + std::to_string(body.size()) + "\r\n" + body + "\r\n");
    if (!protocol::is_well_formed(subject)) return;
    std::map<std::string, bool> groups;
    for (participant& each : people_)
      for (const auto& [sid, to] : each.by_sid) {
        if (!protocol::matches(to.subject, subject)) continue;
        if (to.queue.empty())
          each.wanted[sid] += body + " ";
        else
          groups[to.queue] = true;
      }
    group_messages_ += groups.size();
  }

  way how_;
  world around_;
  random choices_;
  random cuts_{99};
  std::vector<participant> people_;
  participant* last_ = nullptr;
  std::uint64_t number_ = 0;
  std::uint64_t group_messages_ = 0;
};

class random_dialogues : public testing::TestWithParam<std::uint64_t> {};

TEST_P(random_dialogues, everybody_gets_what_the_definition_says_however_bytes_travel) {
  SCOPED_TRACE("seed " + std::to_string(GetParam()));
  for (const way& how : {way{GetParam(), false, 65536, 16384}, way{GetParam(), false, 0, 16384},
                         way{GetParam(), true, 0, 3}, way{GetParam(), false, 65536, 1}}) {
    dialogue one(how);
    one.run(1500);
    one.judge();
    if (HasFailure()) return;
  }
}

INSTANTIATE_TEST_SUITE_P(seeds, random_dialogues, testing::Range<std::uint64_t>(1, 9));

TEST(filters, a_null_filter_changes_no_byte) {
  std::string with, without;
  for (const bool filtered : {true, false}) {
    world_options given;
    given.filtered = filtered;
    world around(given);
    client one = around.connect();
    client two = around.connect();
    std::string& heard = filtered ? with : without;
    heard += one.ask("CONNECT {}\r\nPING\r\nSUB a.* 1\r\nSUB a.b q 2\r\nPUB a.b r 2\r\nhi\r\n");
    heard +=
        two.ask("SUB a.b q 2\r\nPUB a.b 5000\r\n" + std::string(5000, 'x') + "\r\nUNSUB 2\r\n");
    heard += one.take() + two.ask("Z") + two.take();
    around.advance(3s);
    heard += one.take() + one.ask("PONG\r\nPUB a.\r\n");
    EXPECT_FALSE(one.is_open());
    for (const std::string& line : around.events.lines) heard += line + "\n";
  }
  EXPECT_EQ(with, without);
  EXPECT_FALSE(with.empty());
}

}  // namespace
}  // namespace wirebird::broker
