#include "dataplane/config/server_keys.hh"

#include <array>
#include <chrono>
#include <concepts>
#include <limits>

namespace wirebird::config {

namespace {

/// What a number that is not positive stands for.
enum class unusual : std::uint8_t { zero_is_default, negative_has_no_limit, both_have_no_limit };

template <std::unsigned_integral Number>
void read_limit(reading& to, const entry& one, Number& field, Number usual, unusual meaning,
                std::int64_t most = std::numeric_limits<std::int64_t>::max()) {
  const auto number = to.integer(one.content);
  if (!number) return;
  constexpr Number unlimited = std::numeric_limits<Number>::max();
  if (*number > most) {
    to.error(one.content.where, one.key + " value is too big");
  } else if (*number == 0) {
    field = meaning == unusual::both_have_no_limit ? unlimited : usual;
  } else if (*number < 0) {
    field = unlimited;
    if (meaning == unusual::zero_is_default)
      to.error(one.content.where, one.key + " value can not be negative");
  } else {
    field =
        static_cast<std::uint64_t>(*number) < unlimited ? static_cast<Number>(*number) : unlimited;
  }
}

/// A duration as text, or, with a warning, a number of seconds.
void read_deadline(reading& to, const entry& one, duration& field, duration usual) {
  duration length{};
  if (one.content.as<std::string>() != nullptr) {
    const auto written = to.length(one);
    if (!written) return;
    length = *written;
  } else {
    to.warning(one.content.where, "invalid use of field " + quoted(one.key) + ": " + one.key +
                                      " should be converted to a duration");
    const auto seconds = to.integer(one.content);
    if (!seconds) return;
    constexpr std::int64_t most = duration::max() / std::chrono::seconds(1);
    length = *seconds > most ? duration::max() : duration(std::chrono::seconds(*seconds));
  }
  if (length < duration::zero())
    to.error(one.content.where, one.key + " needs to be positive");
  else
    field = length == duration::zero() ? usual : length;
}

void read_max_sub_tokens(reading& to, const entry& one) {
  constexpr std::int64_t most = 255;
  const auto number = to.integer(one.content);
  if (!number) return;
  if (*number > most)
    to.error(one.content.where, one.key + " value is too big");
  else if (*number <= 0)
    to.error(one.content.where, one.key + " value can not be negative");
  else
    to.into.limits.max_sub_tokens = static_cast<std::uint32_t>(*number);
}

constexpr client_limits usual;
constexpr std::int64_t int32_most = std::numeric_limits<std::int32_t>::max();

constexpr std::array keys{
    option_key{"max_connections max_conn",
               [](reading& to, const entry& one) {
                 read_limit(to, one, to.into.limits.max_connections, usual.max_connections,
                            unusual::negative_has_no_limit);
               }},
    option_key{"max_control_line",
               [](reading& to, const entry& one) {
                 read_limit(to, one, to.into.limits.max_control_line, usual.max_control_line,
                            unusual::zero_is_default, int32_most);
               }},
    option_key{"max_payload",
               [](reading& to, const entry& one) {
                 read_limit(to, one, to.into.limits.max_payload, usual.max_payload,
                            unusual::negative_has_no_limit, int32_most);
               }},
    option_key{"max_pending",
               [](reading& to, const entry& one) {
                 read_limit(to, one, to.into.limits.max_pending, usual.max_pending,
                            unusual::zero_is_default);
               }},
    option_key{"max_subscriptions max_subs",
               [](reading& to, const entry& one) {
                 read_limit(to, one, to.into.limits.max_subscriptions, usual.max_subscriptions,
                            unusual::both_have_no_limit);
               }},
    option_key{"max_sub_tokens max_subscription_tokens", read_max_sub_tokens},
    option_key{"ping_interval",
               [](reading& to, const entry& one) {
                 read_deadline(to, one, to.into.limits.ping_interval, usual.ping_interval);
               }},
    option_key{"ping_max",
               [](reading& to, const entry& one) {
                 read_limit(to, one, to.into.limits.ping_max, usual.ping_max,
                            unusual::zero_is_default);
               }},
    option_key{"write_deadline",
               [](reading& to, const entry& one) {
                 read_deadline(to, one, to.into.limits.write_deadline, usual.write_deadline);
               }},
    option_key{"no_header_support",
               [](reading& to, const entry& one) {
                 bool without = !to.into.limits.headers;
                 read_boolean(to, one, without);
                 to.into.limits.headers = !without;
               }},
};

}  // namespace

option_table limit_keys() noexcept {
  return keys;
}

}  // namespace wirebird::config
