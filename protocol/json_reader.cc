#include "protocol/json_reader.hh"

#include "protocol/utf8.hh"
#include "protocol/verbs.hh"

#include <algorithm>
#include <limits>
#include <type_traits>

#include <boost/json/basic_parser_impl.hpp>

namespace wirebird::protocol {
namespace {

namespace json = boost::json;

/// `text` with U+FFFD for each byte that is no UTF-8.
std::string to_utf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    out += length == 0 ? utf8_replacement : text.substr(0, length);
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return out;
}

/// What basic_parser calls: follows the depth, and sends the values of the outermost object to the
/// members that want them. The text lies in one piece, but strings still come in parts where they
/// have escapes.
class member_handler {
 public:
  static constexpr std::size_t max_object_size = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t max_array_size = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t max_key_size = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t max_string_size = std::numeric_limits<std::size_t>::max();

  explicit member_handler(std::span<const json_member> members) : members_(members) {}

  using error = json::error_code;
  using text = json::string_view;

  bool on_document_begin(error&) { return true; }
  bool on_document_end(error&) { return true; }

  bool on_object_begin(error& ec) {
    if (depth_++ == 0) return true;
    if (depth_ == 2) return accept(wanted_ == nullptr || is_target<std::monostate>(), ec);
    return accept(!in_list(), ec);
  }
  bool on_object_end(std::size_t, error&) { return leave(); }

  bool on_array_begin(error& ec) {
    if (depth_++ == 1 && is_target<std::vector<std::string>*>()) {
      std::get<std::vector<std::string>*>(wanted_->target)->clear();
      return true;
    }
    return accept(depth_ > 1 && (wanted_ == nullptr || (depth_ > 2 && !in_list())), ec);
  }
  bool on_array_end(std::size_t, error&) { return leave(); }

  bool on_key_part(text part, std::size_t, error&) { return gather(part); }
  bool on_key(text part, std::size_t, error&) {
    gather(part);
    if (depth_ == 1) wanted_ = find();
    gathered_.clear();
    return true;
  }

  bool on_string_part(text part, std::size_t, error&) { return gather(part); }
  bool on_string(text part, std::size_t, error& ec) {
    gather(part);
    const bool accepted = take_string();
    gathered_.clear();
    return accept(accepted, ec);
  }

  bool on_number_part(text, error&) { return true; }
  bool on_int64(std::int64_t value, text, error& ec) { return accept(take_integer(value), ec); }
  bool on_uint64(std::uint64_t value, text, error& ec) { return accept(take_integer(value), ec); }
  bool on_double(double, text, error& ec) { return accept(ignored(), ec); }
  bool on_bool(bool value, error& ec) {
    if (depth_ == 1 && is_target<bool*>()) {
      *std::get<bool*>(wanted_->target) = value;
      return true;
    }
    return accept(ignored(), ec);
  }
  bool on_null(error&) {
    if (in_list()) std::get<std::vector<std::string>*>(wanted_->target)->emplace_back();
    return true;
  }

  bool on_comment_part(text, error&) { return true; }
  bool on_comment(text, error&) { return true; }

 private:
  template <typename Target>
  [[nodiscard]] bool is_target() const {
    return wanted_ != nullptr && std::holds_alternative<Target>(wanted_->target);
  }
  /// Directly inside the array of a member that wants strings.
  [[nodiscard]] bool in_list() const {
    return depth_ >= 2 && is_target<std::vector<std::string>*>();
  }
  /// Whether a value here is nobody's business. The document itself has to be an object, and the
  /// insides of a wanted object are not looked at.
  [[nodiscard]] bool ignored() const {
    return depth_ > 0 && (wanted_ == nullptr || (depth_ > 1 && !in_list()));
  }

  static bool accept(bool accepted, error& ec) {
    if (!accepted) ec = json::error::exception;
    return accepted;
  }
  bool leave() {
    --depth_;
    return true;
  }
  bool gather(text part) {
    gathered_.append(part.data(), part.size());
    return true;
  }

  [[nodiscard]] const json_member* find() const {
    const auto found = std::ranges::find_if(members_, [&](const json_member& member) {
      return std::ranges::equal(gathered_, member.key, {}, lower);
    });
    return found == members_.end() ? nullptr : &*found;
  }

  [[nodiscard]] bool take_string() {
    if (in_list()) {
      std::get<std::vector<std::string>*>(wanted_->target)->push_back(to_utf8(gathered_));
      return true;
    }
    if (depth_ == 1 && is_target<std::string*>()) {
      *std::get<std::string*>(wanted_->target) = to_utf8(gathered_);
      return true;
    }
    return ignored();
  }

  template <typename Value>
  [[nodiscard]] bool take_integer(Value value) {
    if (depth_ == 1 && is_target<std::int64_t*>())
      return store(value, *std::get<std::int64_t*>(wanted_->target));
    if (depth_ == 1 && is_target<std::uint64_t*>())
      return store(value, *std::get<std::uint64_t*>(wanted_->target));
    return ignored();
  }
  template <typename Value, typename Target>
  [[nodiscard]] static bool store(Value value, Target& target) {
    if (!std::in_range<Target>(value)) return false;
    target = static_cast<Target>(value);
    return true;
  }

  std::span<const json_member> members_;
  const json_member* wanted_ = nullptr;  ///< who wants the member of the outermost object we are in
  std::size_t depth_ = 0;
  std::string gathered_;  ///< the key or string in work
};

}  // namespace

bool read_json_object(std::string_view text, std::span<const json_member> members) {
  try {
    json::parse_options options;
    options.max_depth = json_depth_max;
    options.allow_invalid_utf8 = true;
    json::basic_parser<member_handler> parser(options, members);
    json::error_code ec;
    const std::size_t used = parser.write_some(false, text.data(), text.size(), ec);
    return !ec && parser.done() && used == text.size();
  } catch (...) {
    return false;  // no memory for a string
  }
}

}  // namespace wirebird::protocol
