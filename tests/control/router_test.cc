#include "control/monitor/router.hh"

#include <string>
#include <variant>

#include <gtest/gtest.h>

namespace wirebird::control {
namespace {

page answer(router& pages, std::string_view target) {
  auto routed = pages.route(target);
  if (const page* const ready = std::get_if<page>(&routed)) return *ready;
  return render(std::get<page_plan>(routed), snapshot{});
}

TEST(router, counts_pages_as_the_reference_does) {
  router pages("");
  for (const char* target : {"/varz", "/connz?auth=maybe", "/connz", "/subscriptionsz", "/nothing",
                             "/ipqueuesz", "/", "/accstatz?unused=maybe", "/connz?sort=foo"})
    static_cast<void>(answer(pages, target));
  const std::map<std::string, std::uint64_t> expected{
      {"/", 1}, {"/accstatz", 1}, {"/connz", 2}, {"/subsz", 1}, {"/varz", 1}};
  EXPECT_EQ(pages.requests(), expected);
}

TEST(router, counts_survive_in_the_state_that_is_kept) {
  router before("");
  for (int i = 0; i < 3; ++i) static_cast<void>(answer(before, "/varz"));
  router after("");
  after.restore(before.state() + "/unheard 9\nnonsense\n/connz x\n");
  EXPECT_EQ(after.requests(), before.requests());
}

TEST(router, everything_lies_under_the_base_path) {
  router pages("mon/nats");
  EXPECT_EQ(answer(pages, "/mon/nats/healthz").status, 200);
  EXPECT_EQ(answer(pages, "/mon/nats").content_type, "text/html; charset=utf-8");
  EXPECT_EQ(answer(pages, "/healthz").status, 404);
  EXPECT_EQ(answer(pages, "/").status, 404);
  EXPECT_EQ(pages.requests().count("/healthz"), 1) << "counted without the base path";
}

TEST(router, targets_may_be_absolute_or_encoded) {
  router pages("");
  EXPECT_EQ(answer(pages, "http://h:1/healthz").status, 200);
  EXPECT_EQ(answer(pages, "http://h/connz?sort=foo").body, "invalid sorting option: foo");
  EXPECT_EQ(answer(pages, "http://h").content_type, "text/html; charset=utf-8");
  EXPECT_EQ(answer(pages, "/%68ealthz").status, 200);
  EXPECT_EQ(answer(pages, "/health+z").status, 404);
  for (const char* wrong : {"healthz", "*", "", "/%zz", "/healthz%", "ftp://h/healthz"})
    EXPECT_EQ(answer(pages, wrong).status, 400) << wrong;
}

TEST(router, a_redirection_says_where_to_without_markup_of_others) {
  router pages("");
  const page moved = answer(pages, "//varz?\"><script>'&");
  EXPECT_EQ(moved.status, 301);
  EXPECT_EQ(moved.body,
            "<a href=\"/varz?&#34;&#62;&#60;script&#62;&#39;&#38;\">Moved Permanently</a>"
            ".\n\n");
}

TEST(router, a_callback_must_be_an_identifier) {
  router pages("");
  EXPECT_EQ(answer(pages, "/healthz?callback=a.b$_1").body, R"(a.b$_1({"status":"ok"}))");
  EXPECT_EQ(answer(pages, "/healthz?callback=a(1)").status, 400);
  EXPECT_EQ(answer(pages, "/healthz?callback=%3Cscript").status, 400);
  EXPECT_EQ(answer(pages, "/healthz?callback=" + std::string(129, 'a')).status, 400);
}

TEST(router, targets_of_any_bytes_are_answered) {
  router pages("");
  for (const std::string& target : {std::string("?"), std::string(""), std::string(70'000, '/'),
                                    std::string("/connz?") + std::string(70'000, '&'),
                                    std::string("/connz?%"), std::string("/varz\0x", 7)})
    EXPECT_GE(answer(pages, target).status, 200);
}

}  // namespace
}  // namespace wirebird::control
