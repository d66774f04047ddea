#include "tests/differential/answers.hh"

#include "tests/differential/dialogue.hh"

#include <algorithm>
#include <array>
#include <functional>
#include <regex>
#include <sstream>

namespace wirebird::differential {
namespace {

/// The words of a MSG or HMSG line; empty for other operations.
struct delivery {
  std::vector<std::string> words;

  explicit delivery(std::string_view operation) {
    if (!operation.starts_with("MSG ") && !operation.starts_with("HMSG ")) return;
    const std::size_t end = operation.find("\r\n");
    for (std::size_t at = 0; at < end && end != std::string_view::npos;) {
      const std::size_t blank = std::min(operation.find(' ', at), end);
      words.emplace_back(operation.substr(at, blank - at));
      at = blank + 1;
    }
  }
  [[nodiscard]] bool is_one() const { return words.size() >= 4; }
  [[nodiscard]] const std::string& sid() const { return words[2]; }
  [[nodiscard]] std::size_t bytes() const { return std::stoul(words.back()); }
};

// returns: the size of the operation that `bytes` begin with.
std::size_t operation_size(std::string_view bytes) {
  const std::size_t line_end = bytes.find("\r\n");
  if (line_end == std::string_view::npos) return bytes.size();
  const delivery message(bytes.substr(0, line_end + 2));
  const std::size_t payload = message.is_one() ? message.bytes() + 2 : 0;
  return std::min(line_end + 2 + payload, bytes.size());
}

std::string shortened(const std::string& operation) {
  constexpr std::size_t shown_max = 300;
  if (operation.size() <= shown_max) return escaped(operation);
  std::ostringstream text;
  text << escaped(std::string_view(operation).substr(0, 80)) << "... " << operation.size()
       << " bytes, hash " << std::hex << std::hash<std::string>{}(operation);
  return text.str();
}

// A message of the pile: who got it does not count, nor whether it was somebody with headers.
std::string without_receiver(const delivery& message, const std::string& operation) {
  const bool has_headers = message.words[0] == "HMSG";
  const std::size_t numbers = has_headers ? 2 : 1;
  std::string text = message.words[1];
  for (std::size_t i = 3; i + numbers < message.words.size(); ++i) text += " " + message.words[i];
  const std::size_t block = has_headers ? std::stoul(message.words[message.words.size() - 2]) : 0;
  const std::size_t body = std::min(operation.find("\r\n") + 2 + block, operation.size());
  return text + "\r\n" + operation.substr(body);
}

// Orders each run of messages by sid.
void order_runs(std::vector<std::string>& operations) {
  auto from = operations.begin();
  while (from != operations.end()) {
    const auto is_message = [](const std::string& one) { return delivery(one).is_one(); };
    const auto first = std::find_if(from, operations.end(), is_message);
    const auto last = std::find_if_not(first, operations.end(), is_message);
    std::stable_sort(first, last, [](const std::string& left, const std::string& right) {
      return delivery(left).sid() < delivery(right).sid();
    });
    from = last;
  }
}

}  // namespace

std::vector<std::string> operations_in(std::string_view bytes) {
  std::vector<std::string> operations;
  while (!bytes.empty()) {
    const std::size_t size = operation_size(bytes);
    operations.emplace_back(bytes.substr(0, size));
    bytes.remove_prefix(size);
  }
  return operations;
}

std::string masked_info(std::string_view line) {
  static const std::regex masked(
      R"re("(server_id|server_name|go|git_commit|host|client_ip|nonce)":"[^"]*")re");
  static const std::regex masked_number(R"re("(port|client_id)":[0-9]+)re");
  std::string text = std::regex_replace(std::string(line), masked, R"("$1":"*")");
  return std::regex_replace(text, masked_number, R"("$1":*)");
}

void step_answers::add(char connection, std::string_view bytes, bool closed,
                       const std::set<std::string>& members) {
  std::vector<std::string> kept;
  for (const std::string& operation : operations_in(bytes)) {
    const delivery message(operation);
    if (operation == "PING\r\n") continue;
    if (operation.starts_with("INFO ")) {
      kept.push_back(masked_info(operation));
    } else if (message.is_one() &&
               members.contains(std::string(1, connection) + "/" + message.sid())) {
      pile_.insert(without_receiver(message, operation));
    } else {
      kept.push_back(operation);
    }
  }
  order_runs(kept);
  if (closed) kept.emplace_back("(closed)");
  auto& all = by_connection_[connection];
  all.insert(all.end(), kept.begin(), kept.end());
}

std::vector<std::string> step_answers::lines() const {
  std::vector<std::string> text;
  for (const auto& [connection, operations] : by_connection_)
    for (const std::string& operation : operations)
      text.push_back(std::string(1, connection) + ": " + shortened(operation));
  for (const std::string& operation : pile_) text.push_back("one of many: " + shortened(operation));
  return text;
}

}  // namespace wirebird::differential
