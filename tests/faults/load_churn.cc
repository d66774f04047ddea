#include "tests/faults/load_churn.hh"

#include <algorithm>
#include <exception>

#include <sys/socket.h>

namespace wirebird::faults {

namespace {

constexpr std::size_t guests_at_once = 40;
constexpr std::size_t subscriptions_each = 25;
constexpr std::string_view login = "CONNECT {\"verbose\":false}\r\n";

bool wait_for_pongs(crowd& who) {
  const auto has_pong = [](const crowd::member& one) {
    return one.received.ends_with("PONG\r\n") || one.ended_at != 0;
  };
  return who.drive([&] { return std::ranges::all_of(who.members(), has_pong); },
                   system_tests::patience);
}

}  // namespace

load_churn::load_churn(const std::string& host, std::uint16_t port, const std::string& wide_subject,
                       std::uint64_t seed)
    : host_(host), port_(port), wide_subject_(wide_subject), dice_(seed) {
  thread_ = std::thread([this] { run(); });
}

load_churn::~load_churn() {
  static_cast<void>(stop());
}

std::string load_churn::stop() {
  stopping_.store(true);
  if (thread_.joinable()) thread_.join();
  return complaint_;
}

void load_churn::run() {
  try {
    crowd changer(host_, port_);
    changer.join(1);
    changer.say(0, login);
    while (!stopping_.load() && complaint_.empty()) {
      be_slow();
      come_and_go();
      change_subscriptions(changer);
    }
  } catch (const std::exception& failure) {
    complaint_ = failure.what();
  }
}

void load_churn::come_and_go() {
  crowd guests(host_, port_);
  guests.join(guests_at_once);
  std::vector<std::string> expected(guests_at_once);
  for (std::size_t i = 0; i < guests_at_once; ++i) {
    std::string says(login);
    std::string publishes;
    for (std::size_t k = 0; k < subscriptions_each; ++k) {
      const std::string subject = "guest" + std::to_string(i) + "." + std::to_string(k);
      says += "SUB " + subject + " " + std::to_string(k) + "\r\n";
      publishes += "PUB " + subject + " 2\r\nhi\r\n";
      expected[i] += "MSG " + subject + " " + std::to_string(k) + " 2\r\nhi\r\n";
    }
    expected[i] += "PONG\r\n";
    guests.say(i, says + publishes + "PING\r\n");
  }
  const bool all = wait_for_pongs(guests);
  for (std::size_t i = 0; i < guests_at_once; ++i)
    if (!all || guests.members()[i].received != expected[i])
      complaint_ = "a guest heard '" + guests.members()[i].received.substr(0, 200) + "'";
  leave(guests);
  connections_ += guests_at_once;
  subscriptions_ += guests_at_once * subscriptions_each;
}

// Some close, some reset, some say half a message and close.
void load_churn::leave(crowd& guests) {
  for (std::size_t i = 0; i < guests.members().size(); ++i) {
    const std::uint64_t way = dice_() % 3;
    const linger abort{.l_onoff = 1, .l_linger = 0};
    if (way == 0)
      ::setsockopt(guests.members()[i].socket.number(), SOL_SOCKET, SO_LINGER, &abort,
                   sizeof abort);
    if (way == 1) guests.say(i, "PUB half 5000\r\nnot all of it");
  }
  guests.leave();
}

void load_churn::change_subscriptions(crowd& changer) {
  constexpr std::size_t changes = 500;
  std::string says;
  for (std::size_t i = 0; i < changes; ++i) {
    const std::string sid = std::to_string(dice_() % 64);
    says += dice_() % 2 == 0 ? "SUB change.*." + sid + " " + sid + "\r\n" : "UNSUB " + sid + "\r\n";
  }
  changer.members()[0].received.clear();
  changer.say(0, "PONG\r\n" + says + "PING\r\n");  // to a PING that it may have had
  const bool answered = wait_for_pongs(changer);
  const std::string& heard = changer.members()[0].received;
  if (changer.ended() > 0) complaint_ = "who changes subscriptions was cut, after '" + heard + "'";
  if (!answered) complaint_ = "who changes subscriptions got no PONG, only '" + heard + "'";
  subscriptions_ += changes;
}

void load_churn::be_slow() {
  if (slow_ != nullptr) {
    slow_->drive_for(system_tests::milliseconds(1));
    if (slow_->ended() == 0) return;
    ++cuts_;
  }
  constexpr int small_buffer = 4096;
  slow_ = std::make_unique<crowd>(host_, port_);
  slow_->join(1, small_buffer);
  slow_->say(0, std::string(login) + "SUB " + wide_subject_ + " 1\r\nPING\r\n");
  slow_->set_reading(0, false);
}

}  // namespace wirebird::faults
