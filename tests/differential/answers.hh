#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace wirebird::differential {

/// Splits what a broker sent into operations, the last of which may be unfinished. A message is one
/// operation, payload included.
[[nodiscard]] std::vector<std::string> operations_in(std::string_view bytes);

/// An INFO line without what differs between two runs or two machines: the values of identities,
/// addresses, ports and the nonce. Which keys there are, in which order, the type of each and all
/// other values stay.
[[nodiscard]] std::string masked_info(std::string_view line);

/// What two brokers must agree on: what came on each connection in one step of a dialogue.
/// - PINGs of the broker go, since they are a matter of time;
/// - messages that came in a row are ordered by sid, since the order of the subscriptions of one
///   connection is nobody's promise; per sid the order stays;
/// - what went to `members` (see `dialogue`) is one pile, without sid.
class step_answers {
 public:
  /// Takes what came on `connection`, and whether the broker has closed it.
  void add(char connection, std::string_view bytes, bool closed,
           const std::set<std::string>& members);

  /// The comparable and printable form, long payloads shortened to their size and a hash.
  [[nodiscard]] std::vector<std::string> lines() const;

 private:
  std::map<char, std::vector<std::string>> by_connection_;
  std::multiset<std::string> pile_;
};

}  // namespace wirebird::differential
