// Publishers and subscribers of one subject, all on one thread, each with its own connection. Used
// by throughput and fan-out (publishers limited by a window) and by latency (publishers limited by
// a schedule). Every subscriber judges every message.
#pragma once

#include "perf/load/batch.hh"
#include "perf/load/connection.hh"
#include "perf/load/histogram.hh"
#include "perf/load/message_reader.hh"
#include "perf/load/options.hh"
#include "perf/load/poller.hh"
#include "perf/load/report.hh"
#include "perf/load/sequence_check.hh"

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

namespace wirebird::load {

// When messages of the open loop are due: message k of all publishers at start + k / rate.
struct schedule {
  nanoseconds start = 0;
  double interval_ns = 0;
  std::uint64_t messages = 0;

  [[nodiscard]] nanoseconds due(std::uint64_t message) const {
    return start + static_cast<nanoseconds>(static_cast<double>(message) * interval_ns);
  }
  // How many messages were due at `now`.
  [[nodiscard]] std::uint64_t due_by(nanoseconds now) const;
};

class pubsub {
 public:
  // Connects everybody and subscribes. throws: start_error.
  explicit pubsub(const options& settings);

  // Lets each publisher send one batch, as far as window, `limit` (messages per publisher) and
  // socket permit. returns: whether any publisher could go on at once.
  bool publish(std::uint64_t ahead, std::uint64_t limit);
  // Sends everything that is due at `now`, and notes how late each message is already.
  void publish_due(const schedule& plan, nanoseconds now, histogram& lateness);
  // Reads what has arrived; waits for it at most `patience`.
  void receive(nanoseconds patience);

  // From now on, the latency of messages due at or after `from` goes to `latency`.
  void measure_latency(histogram& latency, nanoseconds from);

  // Messages handed to the server by all publishers; messages checked by all subscribers.
  [[nodiscard]] std::uint64_t published() const;
  [[nodiscard]] std::uint64_t delivered() const { return delivered_; }
  [[nodiscard]] bool all_sent() const;
  // Everything published has come to every subscriber.
  [[nodiscard]] bool all_delivered() const;
  // A connection was lost or talks nonsense: the run cannot go on.
  [[nodiscard]] bool is_broken() const { return !broken_.empty(); }
  // How far the fastest subscriber is ahead of the slowest, in messages.
  [[nodiscard]] std::uint64_t spread() const;

  // Adds losses, duplicates, reorderings, garbled messages and broken connections.
  void add_faults_to(report& out) const;

 private:
  struct publisher {
    publisher(const options& settings, std::uint64_t number);

    connection link;
    message_reader reader;
    batch frames;
    std::uint64_t slowest = 0;  // what the slowest subscriber had when last looked
    bool writable = true;
    bool pong_owed = false;  // may not be written into the middle of a frame
  };
  struct subscriber {
    subscriber(const options& settings, std::string_view subscription);

    connection link;
    message_reader reader;
    std::vector<sequence_check> checks;  // one for each publisher
  };
  struct listener;  // what a reader calls

  [[nodiscard]] std::uint64_t window_left(publisher& from, std::size_t number,
                                          std::uint64_t ahead) const;
  void send(publisher& from);
  void read_publisher(publisher& from);
  void read_subscriber(subscriber& from);
  void note_broken(const std::string& who, const std::string& why);

  std::string subject_;
  std::size_t size_;
  std::vector<char> scratch_;
  std::deque<publisher> publishers_;
  std::deque<subscriber> subscribers_;
  poller poller_;

  std::uint64_t delivered_ = 0;
  std::uint64_t garbled_ = 0;
  std::string broken_;
  histogram* latency_ = nullptr;
  nanoseconds latency_from_ = 0;
};

}  // namespace wirebird::load
