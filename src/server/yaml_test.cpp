#include "server/yaml.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>

namespace offhook::server::yaml {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;
using Kind = Node::Kind;

std::string wrong(const std::string& text) {
  const auto document = parse(text, "f");
  EXPECT_FALSE(document) << text;
  return document ? "" : document.error().what;
}

TEST(Yaml, a_tree_knows_where_each_part_stands) {
  const auto document =
      parse("# a comment\nname: \"on\"\nturn:\n  min: 0.3s\nlist: [ä, b, {c: ~}]\ntext: |\n  one\n   two\n", "f");
  ASSERT_TRUE(document) << document.error().what;
  const Node& root = document->root;
  ASSERT_EQ(root.kind, Kind::map);
  const Node* name = root.find("name");
  ASSERT_TRUE(name);
  EXPECT_EQ(name->text, "on");
  EXPECT_TRUE(name->quoted);
  EXPECT_EQ(name->key_at.line, 2);
  EXPECT_EQ(name->key_at.column, 1);
  EXPECT_EQ(name->at.column, 7);
  const Node* min = root.find("turn")->find("min");
  ASSERT_TRUE(min);
  EXPECT_EQ(min->text, "0.3s");
  EXPECT_FALSE(min->quoted);
  EXPECT_EQ(min->at.line, 4);
  EXPECT_EQ(min->at.column, 8);
  const Node* list = root.find("list");
  ASSERT_EQ(list->kind, Kind::list);
  ASSERT_EQ(list->items.size(), 3u);
  EXPECT_EQ(list->items[0].text, "ä");
  EXPECT_EQ(list->items[1].at.column, 11) << "columns are characters, not bytes";
  EXPECT_EQ(list->items[2].find("c")->kind, Kind::nothing);
  EXPECT_EQ(root.find("text")->text, "one\n two\n");
  EXPECT_TRUE(root.find("text")->quoted);
  EXPECT_EQ(root.find("absent"), nullptr);
}

TEST(Yaml, what_could_hide_or_multiply_is_refused) {
  EXPECT_THAT(wrong("a: &x b\n"), AllOf(StartsWith("f:1:4: "), HasSubstr("anchor")));
  EXPECT_THAT(wrong("a: *x\n"), HasSubstr("*"));
  EXPECT_THAT(wrong("a: !!str b\n"), HasSubstr("tag"));
  EXPECT_THAT(wrong("a: 1\n---\nb: 2\n"), AllOf(StartsWith("f:2:1: "), HasSubstr("second document")));
  EXPECT_THAT(wrong("a: 1\nb: 2\na: 3\n"), AllOf(StartsWith("f:3:1: "), HasSubstr("second time")));
  EXPECT_THAT(wrong("{[a]: b}"), HasSubstr("as a key"));
  EXPECT_THAT(wrong("'': b"), HasSubstr("empty key"));
  for (const char* text : {"a: b & c *d !e\n", "a: '&x'\n", "a: \"*\"\n", "a: |\n  *x &y !z\n"})
    EXPECT_TRUE(parse(text, "f")) << text;
}

TEST(Yaml, depth_size_and_number_are_bounded) {
  std::string flow(max_depth, '['), block;
  EXPECT_TRUE(parse("a: " + flow.substr(1) + std::string(max_depth - 1, ']'), "f")) << "32 deep with the map";
  EXPECT_THAT(wrong("a: " + flow + std::string(max_depth, ']')), HasSubstr("more than 32 deep"));
  for (int i = 0; i <= max_depth; ++i) block += std::string(static_cast<std::size_t>(i), ' ') + "a:\n";
  EXPECT_THAT(wrong(block + std::string(max_depth + 1, ' ') + "a: b\n"), HasSubstr("more than 32 deep"));
  EXPECT_THAT(wrong("a: " + std::string(max_bytes, 'b')), HasSubstr("262147 bytes"));
  std::string many;
  for (std::size_t i = 0; i <= max_nodes; ++i) many += "- a\n";
  EXPECT_THAT(wrong(many), HasSubstr("more than 20000 values"));
}

// Each of these is the worst of its kind at the largest size: 1 s together, 5 s under the sanitizers.
TEST(Yaml, the_worst_files_are_read_or_refused_soon) {
  const auto begun = std::chrono::steady_clock::now();
  for (const char* piece :
       {"[", "{",  "{a: ", "- ",  "? ",    "a: [", "'a' ", "\"",     " ", "\n",  "\t", "&a ", "*a ",
        "!", ": ", "a ",   "[],", "---\n", "%a\n", "-\n",  "a: |\n", "#", "[\n", "\r", "{?",  "\\"}) {
    std::string text;
    while (text.size() + 4 < max_bytes) text += piece;
    const auto document = parse(text, "f");
    if (!document) {
      EXPECT_THAT(document.error().what, StartsWith("f:")) << piece;
    }
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(60)) << "a quadratic reader takes minutes";
}

TEST(Yaml, a_mistake_is_told_where_it_was_made_and_how_to_mend_it) {
  EXPECT_THAT(wrong("a: b\nstt: { provider: local\nllm: c\n"), AllOf(StartsWith("f:2:6: "), HasSubstr("never closed")));
  EXPECT_THAT(wrong("a: 1\nb: \"never\nc: d\n"), AllOf(StartsWith("f:2:1: "), HasSubstr("quote")));
  EXPECT_THAT(wrong("greeting: Hello: you\n"), AllOf(StartsWith("f:1:16: "), HasSubstr("put quotes around")));
  EXPECT_THAT(wrong("a:\n\tb: c\n"), AllOf(StartsWith("f:2:1: "), HasSubstr("tab"), HasSubstr("spaces")));
  EXPECT_THAT(wrong("a: b\n\t# c\n"), HasSubstr("tab"));
  EXPECT_THAT(wrong("a:\n  \tb: c\n"), AllOf(StartsWith("f:2:"), HasSubstr("tab")));
  EXPECT_THAT(wrong("a:\n  b: 1\n c: 2\n"), AllOf(StartsWith("f:3:2: "), HasSubstr("indentation")));
  EXPECT_THAT(wrong("a: {b: c}}\n"), HasSubstr("closes nothing"));
  EXPECT_THAT(wrong("a: @b\n"), AllOf(StartsWith("f:1:4: "), HasSubstr("quotes")));
  EXPECT_THAT(wrong("a: \xff\n"), AllOf(StartsWith("f:1:4: "), HasSubstr("UTF-8")));
  EXPECT_THAT(wrong(std::string("a: \0b\n", 6)), AllOf(StartsWith("f:1:4: "), HasSubstr("control")));
}

TEST(Yaml, no_error_repeats_the_file) {
  for (const char* text : {"k: *SECRET\n", "k: &SECRET SECRET\n", "k: !SECRET a\n", "k: SECRET: SECRET\n",
                           "SECRET: 1\nSECRET: 2\n", "k: {SECRET\n", "k: 'SECRET\n", "%SECRET\n---\n- [\n"})
    EXPECT_EQ(wrong(text).find("SECRET"), std::string::npos) << wrong(text);
}

TEST(Yaml, every_common_form_is_read) {
  for (const char* text : {"", "# nothing\n", "---\n", "a: b",
                           "\xEF\xBB\xBF"
                           "a: b\n",
                           "a: b\r\nc: d\r\n", "{\"a\": \"b\", \"c\": [1, {\"d\": null}]}", "---\na: b\n...\n",
                           "a: b\n  \t\n# c\n  # d\n", "- a\n- b\n"})
    EXPECT_TRUE(parse(text, "f")) << text;
  EXPECT_EQ(parse("\xEF\xBB\xBF"
                  "a: b",
                  "f")
                ->root.find("a")
                ->text,
            "b");
  EXPECT_EQ(parse("a: b\r\nc: d\r\n", "f")->root.find("a")->text, "b");
}

TEST(Yaml, a_file_that_cannot_be_read_says_why) {
  const auto absent = read("/nonexistent/agent.yaml");
  ASSERT_FALSE(absent);
  EXPECT_EQ(absent.error().code, Errc::not_found);
  EXPECT_THAT(absent.error().what, HasSubstr("/nonexistent/agent.yaml: No such file"));
  const auto folder = read("/tmp");
  ASSERT_FALSE(folder);
  EXPECT_THAT(folder.error().what, HasSubstr("directory"));

  const std::string path = testing::TempDir() + "offhook_yaml_test.yaml";
  std::ofstream(path) << "a: b\n";
  const auto document = read(path);
  std::filesystem::remove(path);
  ASSERT_TRUE(document) << document.error().what;
  EXPECT_EQ(document->file, path);
  EXPECT_EQ(document->root.find("a")->text, "b");
}

}  // namespace
}  // namespace offhook::server::yaml
