#include "tests/differential/generator.hh"

#include "dataplane/base/random.hh"
#include "protocol/subject.hh"
#include "protocol/verbs.hh"

#include <algorithm>
#include <array>
#include <set>
#include <span>
#include <string_view>
#include <utility>

namespace wirebird::differential {
namespace {

using std::string;
using std::string_view;

constexpr std::array<string_view, 18> patterns{"a",   "b",    "a.b",  "a.c", "a.b.c", "*",
                                               ">",   "a.*",  "a.>",  "*.b", "*.*",   "a.*.c",
                                               "*.>", "in.1", "in.*", "a*",  "x>.y",  "A"};
constexpr std::array<string_view, 8> wrong_patterns{".",     "a.",  ".a", "a..b",
                                                    "a.>.b", ">.a", "..", ">.>"};
constexpr std::array<string_view, 14> subjects{
    "a", "b", "a.b", "a.c", "a.b.c", "a.x.c", "c", "c.d", "a.bb", "in.1", "a*", "x>.y", "A", "a.B"};
constexpr std::array<string_view, 9> odd_subjects{"a..b", ".a",    "a.", "a.*", "*",
                                                  ">",    "a.>.b", ".",  "a.>"};
constexpr std::array<string_view, 6> replies{"in.1", "in.2", "r", "a.b", "r..", "r.>"};
constexpr std::array<string_view, 3> queues{"q", "Q", "p"};
// Lines that end a connection, one way or another.
constexpr std::array<string_view, 22> wrong_lines{"Z",
                                                  "\r\n",
                                                  " PING\r\n",
                                                  "SUB a\r\n",
                                                  "SUB a b c d\r\n",
                                                  "SUBa 1\r\n",
                                                  "UNSUB 1 2 3\r\n",
                                                  "PUB a\r\n",
                                                  "PUB a -1\r\n",
                                                  "PUB a b c 1\r\n",
                                                  "PUB a 0000000001\r\n",
                                                  "PUB a 1048577\r\n",
                                                  "PUB a 2\r\nabc\r\n",
                                                  "PUB a 2\r\nab\n",
                                                  "HPUB a 5 4\r\n",
                                                  "HPUB a 4\r\n",
                                                  "HPUB a 12 1048577\r\n",
                                                  "MSG a 1 0\r\n\r\n",
                                                  "-ERR 'why'\r\n",
                                                  "CONNECT {\r\n",
                                                  "CONNECT {\"protocol\":7}\r\n",
                                                  "INFO [\r\n"};

// Rules of which both brokers think the same: where they include a subject or have nothing of it.
constexpr std::array<string_view, 8> logins{
    "authorization { users: [",
    "{user: all, password: p}",
    "{user: some, password: p, permissions: {",
    R"(publish: {allow: ["a.>", "in.>", "b"], deny: "a.c"},)",
    R"(subscribe: {allow: ["a.>", "b", "*.b", "in.>", "c q"], deny: "a.c"}}})",
    "{user: most, password: p, permissions: {",
    R"(publish: {deny: ["b", "a.b"]}, subscribe: {deny: "c"}}})",
    "] }"};
constexpr std::array<string_view, 4> users{"all", "some", "some", "most"};

/// What the generator must know of a client to ask only for answers that no broker may choose.
struct client {
  char name;
  bool pedantic = true;
  bool headers = false;
  bool is_open = true;
  bool has_connected = false;
  std::set<std::pair<string, string>> plain;  ///< sid and subject of every one ever asked for
  std::set<string> in_groups;                 ///< sids of queue subscriptions ever asked for
};

class conversation {
 public:
  conversation(std::uint64_t seed, bool with_users) : choices_(seed), with_users_(with_users) {
    made_.name = "seed " + std::to_string(seed);
    made_.place = "random";
    if (with_users) made_.server.assign(logins.begin(), logins.end());
  }

  dialogue take() {
    if (chance(4)) {  // many subscriptions to subjects of more shapes, many operations at once
      sids_max_ = 60;
      operations_max_ = 40;
    }
    const std::uint64_t people = 2 + choices_.below(3);
    for (std::uint64_t i = 0; i < people; ++i) connect();
    const std::uint64_t steps = 4 + choices_.below(14);
    for (std::uint64_t i = 0; i < steps; ++i) one_step();
    return std::move(made_);
  }

 private:
  bool chance(std::uint64_t one_in) { return choices_.chance(1, one_in); }

  template <typename Array>
  string pick(const Array& from) {
    return string(from[choices_.below(from.size())]);
  }

  string yes_or_no(bool value) { return value ? "true" : "false"; }

  string credentials() { return R"("user":")" + pick(users) + R"(","pass":"p")"; }

  // The object of a CONNECT; `who` learns what it says.
  string options(client& who) {
    const bool is_first = !std::exchange(who.has_connected, true);
    string json = "{";
    const auto say = [&](string_view key, const string& value) {
      json += (json.size() > 1 ? "," : "") + ('"' + string(key)) + "\":" + value;
    };
    if (with_users_ && is_first) json += credentials();
    say("verbose", yes_or_no(chance(5)));
    if (!chance(8)) {
      who.pedantic = chance(4);
      say(chance(10) ? "Pedantic" : "pedantic", yes_or_no(who.pedantic));
    }
    if (chance(4)) say("echo", yes_or_no(chance(3)));
    if (!chance(3)) {
      who.headers = !chance(5);
      say("headers", yes_or_no(who.headers));
      if (chance(2)) say("no_responders", yes_or_no(who.headers && !chance(6)));
    }
    if (chance(3)) say("protocol", chance(3) ? "0" : "1");
    if (chance(6)) say("name", R"("n\u00e9 \"x\"")");
    if (chance(8)) say("unknown", R"([1,{"a":[null,2.5e3]},"b"])");
    if (chance(8)) say("echo", "null");
    return json + "}";
  }

  void connect() {
    if (people_.size() == 20) return;
    client added{.name = static_cast<char>('a' + people_.size()), .plain = {}, .in_groups = {}};
    string line;
    if (with_users_ || !chance(10)) line = verb("CONNECT") + " " + options(added) + "\r\n";
    add(added.name, action::open, line);
    people_.push_back(std::move(added));
  }

  void add(char connection, action what, string bytes) {
    made_.steps.push_back({.connection = connection, .what = what, .bytes = std::move(bytes)});
  }

  client* somebody() {
    for (int attempt = 0; attempt < 20; ++attempt) {
      client& one = people_[choices_.below(people_.size())];
      if (one.is_open) return &one;
    }
    return nullptr;
  }

  void one_step() {
    client* who = somebody();
    if (who == nullptr || chance(20)) {
      connect();
    } else if (chance(12)) {
      damaged();
    } else if (who->pedantic && chance(4)) {
      // Alone and short, so that the oracle reads it at once: it checks again what it reads twice.
      add(who->name, action::send, "PUB " + pick(odd_subjects) + " 1\r\nx\r\n");
    } else if (chance(25)) {
      add(who->name, action::finish, operations(*who) + "PUB a 9\r\nhal");
      who->is_open = false;
    } else if (chance(25)) {
      add(who->name, action::send, operations(*who) + pick(wrong_lines));
      who->is_open = false;
    } else {
      add(who->name, action::send, operations(*who));
    }
  }

  string operations(client& who) {
    string bytes;
    const std::uint64_t count = 1 + choices_.below(operations_max_);
    for (std::uint64_t i = 0; i < count; ++i) bytes += operation(who);
    return bytes;
  }

  string operation(client& who) {
    switch (choices_.below(12)) {
      case 0:
      case 1:
      case 2: return subscribe(who);
      case 3: return unsubscribe(who);
      case 4: return idle();
      case 5: return chance(6) ? "CONNECT " + options(who) + line_end() : publish(who);
      case 6: return who.headers ? publish_with_headers(who) : publish(who);
      default: return publish(who);
    }
  }

  string verb(string_view word) {
    string spelled(word);
    if (chance(8))
      for (char& letter : spelled)
        if (chance(2)) letter = static_cast<char>(letter ^ ('a' ^ 'A'));
    return spelled;
  }

  string blank() { return chance(15) ? pick(std::array<string_view, 3>{"  ", "\t", " \t "}) : " "; }
  string line_end() { return (chance(20) ? " " : "") + string(chance(20) ? "\n" : "\r\n"); }
  string sid() { return std::to_string(1 + choices_.below(sids_max_)); }

  // Some tokens; `*` and a last `>` among them if `may_match`.
  string tokens(bool may_match) {
    string subject;
    const std::uint64_t count = 1 + choices_.below(5);
    for (std::uint64_t i = 0; i < count; ++i) {
      if (!subject.empty()) subject += '.';
      if (may_match && i + 1 == count && chance(5)) return subject + '>';
      subject +=
          may_match && chance(4) ? "*" : pick(std::array<string_view, 4>{"a", "b", "c", "aa"});
    }
    return subject;
  }
  string pattern() { return chance(3) ? tokens(true) : pick(patterns); }
  string subject() { return chance(3) ? tokens(false) : pick(subjects); }
  string number(std::size_t value) {
    return (chance(15) ? string(1 + choices_.below(4), '0') : "") + std::to_string(value);
  }

  string subscribe(client& who) {
    const string id = sid();
    // Which of two refusals a subject gets that is none is an intended difference.
    const string wanted = !with_users_ && chance(15) ? pick(wrong_patterns) : pattern();
    string line = verb("SUB") + blank() + wanted;
    if (chance(3)) {
      line += blank() + (chance(15) ? "_sys_" : pick(queues));
      who.in_groups.insert(id);
      made_.members.insert(string(1, who.name) + "/" + id);
    } else {
      who.plain.emplace(id, wanted);
    }
    return line + blank() + id + line_end();
  }

  // How many are left to a member of a group depends on who was picked: no maximum there.
  string unsubscribe(client& who) {
    const string id = chance(20) ? "77" : sid();
    string line = verb("UNSUB") + blank() + id;
    if (!who.in_groups.contains(id) && !chance(3))
      line +=
          blank() + (chance(10) ? pick(std::array<string_view, 4>{"x", "-1", "0", "00000000001"})
                                : number(1 + choices_.below(5)));
    return line + line_end();
  }

  string idle() {
    switch (choices_.below(4)) {
      case 0: return verb("PONG") + line_end();
      case 1: return "+OK" + line_end();
      case 2: return verb("PING") + " junk" + line_end();
      default: return verb("PING") + line_end();
    }
  }

  string payload(const client& who) {
    std::size_t size = chance(400)  ? choices_.below(100'000)
                       : chance(30) ? choices_.below(6000)
                                    : choices_.below(30);
    if (!who.has_connected) size = std::min<std::size_t>(size, 4000);  // an intended difference
    string bytes(size, 'x');
    for (char& byte : bytes) byte = static_cast<char>(choices_.below(256));
    return bytes;
  }

  // A reply, or nothing: an answer of nobody may go to any inbox that fits, so only one may fit.
  string reply(const client& who) {
    if (!chance(3)) return "";
    if (chance(30)) return "_R_.x" + blank();
    const string inbox = pick(replies);
    std::set<string> fitting;
    for (const auto& [id, pattern] : who.plain)
      if (protocol::is_valid_subscription(pattern) && protocol::matches(pattern, inbox))
        fitting.insert(id);
    return fitting.size() > 1 ? "" : inbox + blank();
  }

  string publish(client& who) {
    const string bytes = payload(who);
    const bool odd = !who.pedantic && chance(12);
    const string to = odd ? pick(odd_subjects) : chance(40) ? "_GR_.x" : subject();
    return verb("PUB") + blank() + to + blank() + reply(who) + number(bytes.size()) + line_end() +
           bytes + "\r\n";
  }

  string publish_with_headers(client& who) {
    const string block = chance(10)  ? pick(std::array<string_view, 3>{"", "ab", "NATS/1.0\r\n"})
                         : chance(2) ? "NATS/1.0\r\nA: b\r\nA:  c\r\n\r\n"
                                     : "NATS/1.0\r\n\r\n";
    const string bytes = payload(who);
    return verb("HPUB") + blank() + subject() + blank() + reply(who) + number(block.size()) +
           blank() + number(block.size() + bytes.size()) + line_end() + block + bytes + "\r\n";
  }

  // Some operations with a few bytes changed, on a connection of their own that ends with them. Who
  // subscribes here does not publish, so that nobody is picked who is not in the pile.
  void damaged() {
    client stranger{.name = '~', .plain = {}, .in_groups = {}};
    string bytes;
    switch (with_users_ ? 2 : choices_.below(3)) {
      case 0: bytes = "CONNECT " + options(stranger) + "\r\n"; break;
      case 1: bytes = subscribe(stranger) + unsubscribe(stranger) + idle(); break;
      default:
        bytes = "PUB " + pick(subjects) + " 3\r\nabc\r\nHPUB " + pick(subjects) +
                " r 12 14\r\nNATS/1.0\r\n\r\nhi\r\n";
    }
    const std::uint64_t changes = 1 + choices_.below(3);
    for (std::uint64_t i = 0; i < changes; ++i) change(bytes);
    if (people_.size() == 20 || is_out_of_bounds(bytes)) return;
    stranger.name = static_cast<char>('a' + people_.size());
    stranger.is_open = false;
    // Not pedantic: the oracle checks a subject again when its payload comes later, or never.
    const string greeting = "CONNECT {" + (with_users_ ? credentials() + "," : "") +
                            "\"pedantic\":false,\"headers\":" + yes_or_no(chance(2)) + "}\r\n";
    add(stranger.name, action::open, greeting);
    add(stranger.name, action::finish, bytes);
    std::erase_if(made_.members, [](const string& one) { return one.starts_with("~/"); });
    people_.push_back(std::move(stranger));
  }

  void change(string& bytes) {
    constexpr string_view interesting(" \t\n.*>0129-+{}[]\":,\\abPpSsUuHh\0\x7f\xff\xc3", 35);
    if (bytes.empty()) return;
    const std::size_t at = choices_.below(bytes.size());
    const char byte = interesting[choices_.below(interesting.size())];
    switch (choices_.below(4)) {
      case 0: bytes[at] = byte; break;
      case 1: bytes.insert(at, 1, byte); break;
      case 2: bytes.erase(at, 1); break;
      default: bytes.insert(at, bytes.substr(at, choices_.below(6)));
    }
  }

  // What the list of intended differences says of single operations is not looked for here.
  static bool is_out_of_bounds(string bytes) {
    std::transform(bytes.begin(), bytes.end(), bytes.begin(), protocol::lower);
    for (std::size_t at = bytes.find('\r'); at != string::npos; at = bytes.find('\r', at + 1))
      if (at + 1 == bytes.size() || bytes[at + 1] != '\n') return true;
    for (const string_view verb : {"pub", "sub", "connect", "info"})
      for (std::size_t at = bytes.find(verb); at != string::npos; at = bytes.find(verb, at + 1))
        if (bytes.find_first_not_of(" \t", at + verb.size()) == bytes.find('\n', at)) return true;
    return false;
  }

  random choices_;
  bool with_users_;
  std::uint64_t sids_max_ = 6;
  std::uint64_t operations_max_ = 6;
  dialogue made_;
  std::vector<client> people_;
};

}  // namespace

dialogue random_dialogue(std::uint64_t seed, bool with_users) {
  return conversation(seed, with_users).take();
}

}  // namespace wirebird::differential
