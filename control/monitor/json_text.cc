#include "control/monitor/json_text.hh"

#include "control/monitor/go_text.hh"
#include "protocol/json_writer.hh"

namespace wirebird::control {

void json_text::new_line() {
  if (indent_ == 0) return;
  text_ += '\n';
  text_.append(indent_ * depth_, ' ');
}

void json_text::begin_value() {
  if (depth_ == 0) return;
  if (!is_empty_) text_ += ',';
  is_empty_ = false;
  new_line();
}

void json_text::begin_member(std::string_view key) {
  begin_value();
  protocol::append_json_string(text_, key);
  text_ += indent_ == 0 ? ":" : ": ";
}

void json_text::begin(char bracket) {
  text_ += bracket;
  ++depth_;
  is_empty_ = true;
}

void json_text::end(char bracket) {
  --depth_;
  if (!is_empty_) new_line();
  is_empty_ = false;
  text_ += bracket;
}

void json_text::begin_object() {
  begin_value();
  begin('{');
}

void json_text::begin_object(std::string_view key) {
  begin_member(key);
  begin('{');
}

void json_text::begin_array(std::string_view key) {
  begin_member(key);
  begin('[');
}

void json_text::add(std::string_view key, std::string_view value) {
  begin_member(key);
  protocol::append_json_string(text_, value);
}

void json_text::add(std::string_view key, bool value) {
  begin_member(key);
  text_ += value ? "true" : "false";
}

void json_text::add(std::string_view key, double value) {
  begin_member(key);
  text_ += go_number(value);
}

void json_text::add_null(std::string_view key) {
  begin_member(key);
  text_ += "null";
}

void json_text::element(std::string_view value) {
  begin_value();
  protocol::append_json_string(text_, value);
}

}  // namespace wirebird::control
