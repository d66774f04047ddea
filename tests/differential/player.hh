#pragma once

#include "tests/differential/answers.hh"
#include "tests/differential/dialogue.hh"
#include "tests/system/raw_client.hh"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace wirebird::differential {

/// How the bytes of a step travel, which must not matter.
struct splitting {
  enum class kind : std::uint8_t { whole, bytewise, random } how = kind::whole;
  std::uint64_t seed = 0;  ///< for `random`
};

/// The answers to each step, in order; one entry more for what came when the dialogue was over.
using transcript = std::vector<std::vector<std::string>>;

/// Holds one dialogue with one broker. No step waits for time to pass: each ends when every
/// connection has answered a question that the broker answers in order. The question is a PING and
/// a publish that it must refuse by naming its subject, which tells this answer from all others.
class player {
 public:
  /// `patience`: how long an answer may take.
  player(std::string host, std::uint16_t port, splitting split, system_tests::milliseconds patience)
      : host_(std::move(host)), port_(port), split_(split), patience_(patience) {}

  /// throws: std::runtime_error when the broker does not answer in time, with what had come.
  [[nodiscard]] transcript play(const dialogue& script);

 private:
  struct participant {
    system_tests::raw_client client;
    bool asked = false;       ///< the question is under way
    bool in_between = false;  ///< within an operation: it cannot be asked
  };

  void act(const step& now);
  void send(participant& who, std::string_view bytes);
  void settle();
  void take_answer(char name, participant& who);
  void read_to_the_end(char name);
  [[nodiscard]] std::string question() const;
  [[nodiscard]] std::string answer() const;

  std::string host_;
  std::uint16_t port_;
  splitting split_;
  system_tests::milliseconds patience_;
  const dialogue* script_ = nullptr;
  std::map<char, participant> open_;
  step_answers now_;
  std::uint64_t step_number_ = 0;
};

}  // namespace wirebird::differential
