#include "dataplane/config/permission_keys.hh"

#include "dataplane/config/duration.hh"
#include "protocol/subject.hh"

#include <algorithm>
#include <utility>

namespace wirebird::config {

namespace {

using auth::permission;
using auth::subject_rule;

/// The position of a complaint about a subject: nats-server has none for what stands outside
/// `allow` and `deny`.
using place = const position*;

void complain(reading& to, place where, const std::string& reason) {
  if (where != nullptr)
    to.error(*where, reason);
  else
    to.error(reason);
}

enum class direction : std::uint8_t { publish, subscribe };

/// `subject` or, for subscriptions, `subject queue`.
void add_rule(reading& to, place where, const std::string& text, direction of,
              std::vector<subject_rule>& into) {
  std::vector<std::string> words;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = std::min(text.find_first_of(" \t", at), text.size());
    if (end > at) words.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  const bool good = !words.empty() && words.size() <= 2 &&
                    protocol::is_valid_subscription(words[0]) &&
                    (words.size() == 1 || protocol::is_valid_subscription(words[1]));
  if (!good)
    complain(to, where, "subject " + quoted(text) + " is not a valid subject");
  else if (of == direction::publish && words.size() == 2)
    complain(to, where,
             "subject " + quoted(text) + " names a queue group, which nobody publishes with");
  else
    into.push_back({words[0], words.size() == 2 ? words[1] : ""});
}

void read_subjects(reading& to, place where, const value& from, direction of,
                   std::vector<subject_rule>& into) {
  if (const auto* text = from.as<std::string>()) {
    add_rule(to, where, *text, of, into);
  } else if (const auto* list = from.as<array>()) {
    for (const value& element : *list) {
      if (const auto* subject = element.as<std::string>())
        add_rule(to, where, *subject, of, into);
      else
        to.error(element.where, "Subject in permissions array cannot be cast to string");
    }
  } else {
    complain(to, where,
             "Expected subject permissions to be a subject, or array of subjects, got " +
                 std::string(type_name(from)));
  }
}

permission read_direction(reading& to, const value& from, direction of) {
  permission read;
  const map* const fields = from.as<map>();
  if (fields == nullptr) {
    read_subjects(to, nullptr, from, of, read.allow);
    return read;
  }
  for (const entry& one : *fields) {
    const position& where = one.content.where;
    if (is_named("allow", one.key))
      read_subjects(to, &where, one.content, of, read.allow);
    else if (is_named("deny", one.key))
      read_subjects(to, &where, one.content, of, read.deny);
    else if (!one.content.is_variable)
      to.error(where, "Unknown field name " + quoted(one.key) +
                          " parsing subject permissions, only 'allow' or 'deny' are permitted");
  }
  return read;
}

void unknown_permission(reading& to, const entry& one) {
  if (!one.content.is_variable)
    to.error(one.content.where, "Unknown field " + quoted(one.key) + " parsing permissions");
}

void read_response(reading& to, const entry& one, auth::response_permission& into) {
  if (is_named("max max_msgs max_messages max_responses", one.key)) {
    const auto number = to.integer(one.content);
    if (number && *number != 0) into.max = *number;
  } else if (is_named("expires expiration ttl", one.key)) {
    const auto* text = one.content.as<std::string>();
    if (text == nullptr) {
      to.error(one.content.where, "error parsing expires, not a duration string");
      return;
    }
    const parsed_duration parsed = parse_duration(*text);
    if (!parsed.error.empty())
      to.error(one.content.where, "error parsing expires: " + parsed.error);
    else if (parsed.value != duration::zero())
      into.expires = parsed.value;
  } else {
    unknown_permission(to, one);
  }
}

std::optional<auth::response_permission> read_responses(reading& to, const value& from) {
  if (const auto* truth = from.as<bool>())
    return *truth ? std::optional(auth::response_permission{}) : std::nullopt;
  const map* const fields = from.as<map>();
  if (fields == nullptr) {
    to.error(from.where, "error parsing response permissions, expected a boolean or a map");
    return std::nullopt;
  }
  auth::response_permission read;
  for (const entry& one : *fields) read_response(to, one, read);
  return read;
}

}  // namespace

std::string upper(std::string text) {
  for (char& one : text)
    if (one >= 'a' && one <= 'z') one = static_cast<char>(one - 'a' + 'A');
  return text;
}

auth::permissions read_permissions(reading& to, const value& from) {
  auth::permissions read;
  const map* const fields = from.as<map>();
  if (fields == nullptr) {
    to.error(from.where, "Expected permissions to be a map/struct, got " + printed(from));
    return read;
  }
  for (const entry& one : *fields) {
    if (is_named("publish pub import", one.key))
      read.publish = read_direction(to, one.content, direction::publish);
    else if (is_named("subscribe sub export", one.key))
      read.subscribe = read_direction(to, one.content, direction::subscribe);
    else if (is_named("allow_responses publish_allow_responses", one.key))
      read.responses = read_responses(to, one.content);
    else
      unknown_permission(to, one);
  }
  return read;
}

}  // namespace wirebird::config
