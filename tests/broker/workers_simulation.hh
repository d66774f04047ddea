#pragma once

#include "dataplane/base/random.hh"
#include "dataplane/crossing/mesh.hh"
#include "tests/broker/world.hh"

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace wirebird::broker {

/// A way to break a rule of the crossing, outside of what is tested: something stands in the lanes.
enum class sabotage : std::uint8_t {
  none,
  overtaking,  ///< messages overtake interest
  passing,     ///< messages overtake others, as if nobody waited for a wide fan-out or for room
  dropping,    ///< messages are lost where there is no room for them
  hasty_consumers,   ///< records count as applied before they are
  repeated_records,  ///< now and then a record comes twice
};

struct simulation_options {
  std::uint64_t seed = 1;
  unsigned workers = 2;
  std::size_t lane_bytes = std::size_t{16} * 1024;
  std::uint32_t fanout_budget = 16 * 1024;
  std::uint32_t payload_bytes_max = 9000;
  sabotage broken = sabotage::none;
};

/// What went wrong first; empty: nothing.
using verdict = std::string;

/// Several workers, their lanes, and clients that do anything, in virtual time and from a seed.
/// Workers stand still and go on at random. Judged:
///
/// - a message reaches every plain subscription that its PONG had shown to be visible, once; one
/// that
///   comes or goes meanwhile at most once; nobody else;
/// - one member of each queue group;
/// - messages of one publisher arrive in order;
/// - a request whose inbox was subscribed just before is answered;
/// - a request that nobody wants is answered with 503, and one whose takers come and go is either
///   taken or answered so;
/// - at the end nothing is left in any pool, timer or lane.
class workers_simulation {
 public:
  explicit workers_simulation(const simulation_options&);
  ~workers_simulation();
  [[nodiscard]] verdict run(int rounds);
  /// Counts of all workers together.
  [[nodiscard]] std::uint64_t sum(counter counters::*which) const;

 private:
  struct subscription_record {
    std::string subject;
    std::string queue;
    std::uint64_t sent = 0;                       ///< event number of SUB
    std::uint64_t visible = never_;               ///< of the PONG behind it
    std::uint64_t gone = never_;                  ///< of UNSUB
    std::map<std::uint64_t, int> received;        ///< per message
    std::map<std::size_t, std::uint64_t> newest;  ///< per publisher
  };
  /// A request to those who come and go.
  struct hope {
    std::uint64_t message = 0;
    int refusals = 0;
  };
  struct person {
    wire* on = nullptr;
    unsigned worker = 0;
    bool echo = true;
    std::map<std::string, subscription_record> by_sid;
    std::deque<std::vector<std::string>> pings;  ///< sids that each unanswered PING covers
    std::vector<std::string> fresh;              ///< sids since the last PING
    std::size_t read = 0;                        ///< of what was received
    std::string text;                            ///< received, not yet understood
    std::map<std::string, bool> requests;        ///< by reply: answered
    std::map<std::string, bool> void_requests;   ///< by reply: got 503
    std::map<std::string, hope> maybe_requests;  ///< by reply
    unsigned next_sid = 0;
  };
  struct message_record {
    std::size_t publisher = 0;
    std::uint64_t sent = 0;
    std::string subject;
    int deliveries = 0;
    std::map<std::string, int> groups;  ///< times that each group had it
  };
  static constexpr std::uint64_t never_ = ~std::uint64_t{0};

  void act();
  void subscribe(std::size_t who);
  void unsubscribe(std::size_t who);
  void publish(std::size_t who, const std::string& subject, const std::string& reply);
  void request(std::size_t who);
  void come_or_go();
  void ping(std::size_t who);
  void step_workers();
  void carry_lanes();
  void carry(std::deque<std::vector<std::uint8_t>>& held, crossing::lane& from, crossing::lane& to);
  void read_all();
  void read(std::size_t who);
  [[nodiscard]] bool take_line(std::size_t who);
  void on_message(std::size_t who, const std::string& sid, const std::string& reply,
                  const std::string& body);
  void settle();
  void judge();
  void judge_hope(const std::string& inbox, const hope&);
  void judge_message(std::uint64_t number, const message_record&);
  void end_phase();
  void fail(const std::string& what);
  [[nodiscard]] crossing::station place_of(unsigned worker);

  simulation_options how_;
  random choices_;
  crossing::mesh producers_;                 ///< where workers write
  std::unique_ptr<crossing::mesh> readers_;  ///< where they read, if somebody stands between
  std::map<std::pair<unsigned, unsigned>, std::deque<std::vector<std::uint8_t>>> held_;
  std::vector<std::unique_ptr<world>> worlds_;
  std::vector<int> stalled_;  ///< iterations that each worker still misses
  std::vector<person> people_;
  std::map<std::uint64_t, message_record> messages_;
  std::uint64_t events_ = 0;
  std::uint64_t next_message_ = 0;
  unsigned next_inbox_ = 0;
  std::uint64_t without_member_ = 0;  ///< messages that a group should have had and has not
  std::uint64_t untold_ = 0;          ///< requests neither taken nor refused
  verdict found_;
};

}  // namespace wirebird::broker
