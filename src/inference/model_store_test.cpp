#include "inference/model_store.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdlib.h>

#include <filesystem>
#include <fstream>

#include "inference/sha256.hpp"

namespace offhook::inference {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

// A cache of its own, with a manifest of one model in two files and one program.
class ModelStoreTest : public testing::Test {
 protected:
  ModelStoreTest() {
    std::string pattern = (fs::temp_directory_path() / "offhook_store_XXXXXX").string();
    cache_ = mkdtemp(pattern.data());
    manifest_ = R"({"packages":[{"name":"ear-pkg","version":"1.2"}],
      "models":[{"name":"ear","what":"hears","package":"ear-pkg","licence":"MIT","rate":16000,"files":[
        {"name":"left","from":"l","to":"ear/left.bin","size":4,"sha256":")" +
                sha256("left") + R"("},
        {"name":"right","from":"r","to":"ear/right.bin","size":5,"sha256":")" +
                sha256("right") + R"("}]}],
      "runtime":[{"name":"lib","what":"no program","package":"ear-pkg","to":"lib"},
        {"name":"serve","what":"serves","package":"ear-pkg","to":"serve-1.2","make":{"step":"cmake","produces":"bin"}}]})";
  }
  ~ModelStoreTest() override { fs::remove_all(cache_); }

  void write(const std::string& path, std::string_view bytes) {
    fs::create_directories((cache_ / path).parent_path());
    std::ofstream(cache_ / path, std::ios::binary) << bytes;
  }
  ModelStore store() {
    auto opened = ModelStore::open(cache_.string(), manifest_);
    EXPECT_TRUE(opened.ok()) << opened.error().what;
    return std::move(opened).value();
  }

  fs::path cache_;
  std::string manifest_;
};

TEST_F(ModelStoreTest, missing_file_is_named_with_its_place_and_its_remedy) {
  const auto path = store().path("ear/left");
  ASSERT_FALSE(path.ok());
  EXPECT_EQ(path.error().code, Errc::not_found);
  EXPECT_EQ(path.error().what, "model ear/left is missing at " + (cache_ / "models/ear/left.bin").string() +
                                   ": run `offhook models --fetch` or ./run");
}

TEST_F(ModelStoreTest, present_file_is_found_and_verified) {
  write("models/ear/left.bin", "left");
  const auto path = store().path("ear/left");
  ASSERT_TRUE(path.ok());
  EXPECT_EQ(*path, (cache_ / "models/ear/left.bin").string());
  EXPECT_TRUE(store().verify("ear/left").ok());
}

TEST_F(ModelStoreTest, half_a_download_is_damaged_without_hashing) {
  write("models/ear/right.bin", "rig");
  const auto path = store().path("ear/right");
  ASSERT_FALSE(path.ok());
  EXPECT_THAT(path.error().what, HasSubstr("damaged"));
  EXPECT_THAT(path.error().what, HasSubstr("found 3 bytes, expected 5"));
}

TEST_F(ModelStoreTest, changed_byte_is_seen_by_verify) {
  write("models/ear/left.bin", "lefT");
  EXPECT_TRUE(store().path("ear/left").ok());
  const auto verified = store().verify("ear/left");
  ASSERT_FALSE(verified.ok());
  EXPECT_THAT(verified.error().what, HasSubstr(sha256("lefT")));
}

TEST_F(ModelStoreTest, list_tells_present_missing_and_damaged_apart) {
  write("models/ear/left.bin", "lefT");
  write("runtime/serve-1.2/bin", "anything");
  auto glance = store().list(false);
  ASSERT_EQ(glance.size(), 3u);
  EXPECT_EQ(glance[0].state, FileState::present);
  EXPECT_EQ(glance[1].state, FileState::missing);
  EXPECT_EQ(glance[2].state, FileState::present);
  EXPECT_EQ(glance[2].file.name, "serve");
  EXPECT_EQ(store().list(true)[0].state, FileState::damaged);
  EXPECT_EQ(glance[0].file.package, "ear-pkg 1.2");
  EXPECT_EQ(glance[0].file.rate, 16000);
}

TEST_F(ModelStoreTest, unknown_name_lists_the_known_ones) {
  const auto path = store().path("nose");
  ASSERT_FALSE(path.ok());
  EXPECT_THAT(path.error().what, HasSubstr("ear/left, ear/right, serve"));
}

TEST_F(ModelStoreTest, broken_manifest_is_an_error_and_no_exception) {
  EXPECT_FALSE(ModelStore::open("/nowhere", "{").ok());
  EXPECT_FALSE(ModelStore::open("/nowhere", R"({"packages":[],"models":[{"name":"x"}],"runtime":[]})").ok());
}

TEST(ModelStore, manifest_compiled_in_describes_what_set_up_has_put_into_the_cache) {
  const auto store = ModelStore::open(OFFHOOK_CACHE_DIR);
  ASSERT_TRUE(store.ok()) << store.error().what;
  for (const auto& entry : store->list(true)) EXPECT_EQ(entry.state, FileState::present) << entry.file.path;
  for (const char* needed : {"silero-vad", "smart-turn-v3.2", "moonshine-tiny-en/encoder", "moonshine-tiny-en/decoder",
                             "moonshine-tiny-en/tokens", "piper-en_US-joe-medium/voice",
                             "piper-en_US-joe-medium/config", "smollm2-135m-instruct", "llama-server"})
    EXPECT_TRUE(store->path(needed).ok()) << needed;
}

}  // namespace
}  // namespace offhook::inference
