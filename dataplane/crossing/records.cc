#include "dataplane/crossing/records.hh"

#include <algorithm>
#include <cstring>
#include <limits>

namespace wirebird::crossing {

namespace {

struct interest_head {
  record_kind kind;
  bool choosy;
  std::uint32_t members;
  std::uint32_t subject_bytes;
  std::uint32_t queue_bytes;
};

/// What every message needs; half a line of cache, because each of them moves between two cores.
struct message_head {
  record_kind kind;
  bool has_rest : 1;
  bool to_plain : 1;
  std::uint8_t origin_worker;
  std::uint8_t total_text_bytes;
  std::uint16_t subject_bytes;
  std::uint16_t reply_bytes;
  std::uint32_t payload_bytes;
  std::uint32_t total_size;
  std::uint64_t origin;
  instant received;
};
static_assert(sizeof(message_head) == 32);

/// What few need, right behind the head; sizes that are too large for it, less what it says.
struct message_rest {
  bool has_headers;
  std::uint32_t header_size;
  std::uint32_t header_text_bytes;
  std::uint32_t groups_bytes;
  std::uint32_t more_subject_bytes;
  std::uint32_t more_reply_bytes;
  std::uint32_t more_total_text_bytes;
  std::uint32_t piece_count;
  const slice* pieces;
  std::uint64_t tried;
  std::uint64_t question;
};

struct nobody_head {
  record_kind kind;
  std::uint32_t reply_bytes;
  std::uint64_t origin;
  std::uint64_t question;
};

struct stop_record {
  record_kind kind;
  stop what;
};

/// Writes one thing behind the other.
class appender {
 public:
  explicit appender(mutable_bytes into) noexcept : at_(into.data()) {}
  template <typename Head>
  void head(const Head& value) noexcept {
    std::memcpy(at_, &value, sizeof value);
    at_ += sizeof value;
  }
  void text(std::string_view value) noexcept {
    if (!value.empty()) std::memcpy(at_, value.data(), value.size());
    at_ += value.size();
  }

 private:
  std::uint8_t* at_;
};

/// Reads one thing behind the other.
class extractor {
 public:
  explicit extractor(byte_view record) noexcept : at_(record.data()) {}
  template <typename Head>
  [[nodiscard]] Head head() noexcept {
    Head value;
    std::memcpy(&value, at_, sizeof value);
    at_ += sizeof value;
    return value;
  }
  [[nodiscard]] std::string_view text(std::uint32_t size) noexcept {
    const std::string_view value(reinterpret_cast<const char*>(at_), size);
    at_ += size;
    return value;
  }

 private:
  const std::uint8_t* at_;
};

std::uint32_t bytes_of(std::string_view text) noexcept {
  return static_cast<std::uint32_t>(text.size());
}

/// As much of a size as a field of the head can say.
template <typename Field>
Field short_size(std::string_view text) noexcept {
  return static_cast<Field>(std::min<std::size_t>(text.size(), std::numeric_limits<Field>::max()));
}

template <typename Field>
std::uint32_t more_than(Field said, std::string_view text) noexcept {
  return bytes_of(text) - said;
}

bool fits_head(const message& what) noexcept {
  return !what.has_headers && what.tried == 0 && what.question == 0 && what.groups.empty() &&
         what.header_size_text.empty() && what.pieces.empty() &&
         what.subject.size() <= std::numeric_limits<std::uint16_t>::max() &&
         what.reply.size() <= std::numeric_limits<std::uint16_t>::max() &&
         what.total_size_text.size() <= std::numeric_limits<std::uint8_t>::max();
}

message_rest rest_of(const message& what, const message_head& head) noexcept {
  message_rest rest{};
  rest.has_headers = what.has_headers;
  rest.tried = what.tried;
  rest.header_size = what.header_size;
  rest.header_text_bytes = bytes_of(what.header_size_text);
  rest.groups_bytes = bytes_of(what.groups);
  rest.more_subject_bytes = more_than(head.subject_bytes, what.subject);
  rest.more_reply_bytes = more_than(head.reply_bytes, what.reply);
  rest.more_total_text_bytes = more_than(head.total_text_bytes, what.total_size_text);
  rest.piece_count = static_cast<std::uint32_t>(what.pieces.size());
  rest.pieces = what.pieces.data();
  rest.question = what.question;
  return rest;
}

}  // namespace

void append_name(std::string& names, std::string_view name) {
  const std::uint32_t size = bytes_of(name);
  names.append(reinterpret_cast<const char*>(&size), sizeof size);
  names.append(name);
}

std::string_view take_name(std::string_view& names) noexcept {
  std::uint32_t size = 0;
  std::memcpy(&size, names.data(), sizeof size);
  const std::string_view name = names.substr(sizeof size, size);
  names.remove_prefix(sizeof size + size);
  return name;
}

std::size_t size_of(const interest& what) noexcept {
  return sizeof(interest_head) + what.subject.size() + what.queue.size();
}

std::size_t size_of(const message& what) noexcept {
  return sizeof(message_head) + (fits_head(what) ? 0 : sizeof(message_rest)) + what.subject.size() +
         what.reply.size() + what.header_size_text.size() + what.total_size_text.size() +
         what.groups.size() + what.payload.size();
}

std::size_t size_of(const nobody& what) noexcept {
  return sizeof(nobody_head) + what.reply.size();
}

std::size_t size_of(const stop&) noexcept {
  return sizeof(stop_record);
}

void write(mutable_bytes into, const interest& what) noexcept {
  appender out(into);
  out.head(interest_head{record_kind::interest, what.choosy, what.members, bytes_of(what.subject),
                         bytes_of(what.queue)});
  out.text(what.subject);
  out.text(what.queue);
}

void write(mutable_bytes into, const message& what) noexcept {
  appender out(into);
  message_head head{};
  head.kind = record_kind::message;
  head.has_rest = !fits_head(what);
  head.to_plain = what.to_plain;
  head.origin_worker = what.origin_worker;
  head.total_text_bytes = short_size<std::uint8_t>(what.total_size_text);
  head.subject_bytes = short_size<std::uint16_t>(what.subject);
  head.reply_bytes = short_size<std::uint16_t>(what.reply);
  head.payload_bytes = bytes_of(what.payload);
  head.total_size = what.total_size;
  head.origin = what.origin;
  head.received = what.received;
  out.head(head);
  if (head.has_rest) out.head(rest_of(what, head));
  out.text(what.subject);
  out.text(what.reply);
  out.text(what.header_size_text);
  out.text(what.total_size_text);
  out.text(what.groups);
  out.text(what.payload);
}

void write(mutable_bytes into, const nobody& what) noexcept {
  appender out(into);
  out.head(nobody_head{record_kind::nobody, bytes_of(what.reply), what.origin, what.question});
  out.text(what.reply);
}

void write(mutable_bytes into, const stop& what) noexcept {
  appender(into).head(stop_record{record_kind::stop, what});
}

record_kind kind_of(byte_view record) noexcept {
  record_kind kind{};
  std::memcpy(&kind, record.data(), sizeof kind);
  return kind;
}

interest read_interest(byte_view record) noexcept {
  extractor in(record);
  const auto head = in.head<interest_head>();
  interest what;
  what.members = head.members;
  what.choosy = head.choosy;
  what.subject = in.text(head.subject_bytes);
  what.queue = in.text(head.queue_bytes);
  return what;
}

message read_message(byte_view record) noexcept {
  extractor in(record);
  const auto head = in.head<message_head>();
  const auto rest = head.has_rest ? in.head<message_rest>() : message_rest{};
  message what;
  what.header_size = rest.header_size;
  what.total_size = head.total_size;
  what.has_headers = rest.has_headers;
  what.to_plain = head.to_plain;
  what.tried = rest.tried;
  what.origin_worker = head.origin_worker;
  what.origin = head.origin;
  what.question = rest.question;
  what.received = head.received;
  what.pieces = {rest.pieces, rest.piece_count};
  what.subject = in.text(head.subject_bytes + rest.more_subject_bytes);
  what.reply = in.text(head.reply_bytes + rest.more_reply_bytes);
  what.header_size_text = in.text(rest.header_text_bytes);
  what.total_size_text = in.text(head.total_text_bytes + rest.more_total_text_bytes);
  what.groups = in.text(rest.groups_bytes);
  what.payload = in.text(head.payload_bytes);
  return what;
}

nobody read_nobody(byte_view record) noexcept {
  extractor in(record);
  const auto head = in.head<nobody_head>();
  nobody what;
  what.origin = head.origin;
  what.question = head.question;
  what.reply = in.text(head.reply_bytes);
  return what;
}

stop read_stop(byte_view record) noexcept {
  return extractor(record).head<stop_record>().what;
}

}  // namespace wirebird::crossing
