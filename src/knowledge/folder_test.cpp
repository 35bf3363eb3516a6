#include "knowledge/folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/fsuid.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace offhook::knowledge {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
namespace fs = std::filesystem;

// Root may read everything, and continuous integration is root: files are asked for as nobody.
class AsNobody {
 public:
  AsNobody() { setfsuid(65534); }
  ~AsNobody() { setfsuid(geteuid()); }
  AsNobody(const AsNobody&) = delete;
  AsNobody& operator=(const AsNobody&) = delete;
};

class KnowledgeFolder : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = testing::TempDir() + "knowledge-XXXXXX";
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    root_ = fs::canonical(name);
    fs::create_directory(root_ / "shop");
  }
  void TearDown() override { fs::remove_all(root_); }

  void write(const std::string& file, std::string_view text) {
    fs::create_directories((root_ / file).parent_path());
    std::ofstream(root_ / file, std::ios::binary) << text;
  }
  Result<Folder> read(const Limits& limits = {}) { return read_folder((root_ / "shop").string(), limits); }
  std::vector<std::string> skipped() {
    std::vector<std::string> all;
    const Result<Folder> folder = read();
    EXPECT_TRUE(folder.ok());
    if (folder)
      for (const Skipped& s : folder->skipped) all.push_back(s.file + " " + s.why);
    return all;
  }
  std::string error(const Limits& limits = {}) {
    const Result<Folder> folder = read(limits);
    return folder ? "none" : folder.error().what;
  }

  fs::path root_;
};

TEST_F(KnowledgeFolder, texts_are_read_in_the_order_of_their_names_from_folders_below_too) {
  write("shop/b.MD", "# b");
  write("shop/a/z.txt", "z");
  write("shop/c.txt", "c");
  const Result<Folder> folder = read();
  ASSERT_TRUE(folder.ok()) << folder.error().what;
  ASSERT_EQ(folder->documents.size(), 3u);
  EXPECT_EQ(folder->documents[0].file, "a/z.txt");
  EXPECT_EQ(folder->documents[0].markup, Markup::none);
  EXPECT_EQ(folder->documents[1].file, "b.MD");
  EXPECT_EQ(folder->documents[1].markup, Markup::markdown);
  EXPECT_EQ(folder->documents[2].text, "c");
  EXPECT_TRUE(folder->skipped.empty());
}

TEST_F(KnowledgeFolder, what_cannot_be_told_from_is_skipped_and_said) {
  write("shop/ok.md", "# ok");
  write("shop/photo.jpg", "x");
  write("shop/empty.txt", "");
  write("shop/.git/notes.md", "x");
  write("shop/binary.txt", std::string_view("a\0b", 3));
  write("shop/latin.txt", "one\ntwo \xE4\n");
  EXPECT_THAT(skipped(),
              ElementsAre(".git is hidden", "binary.txt holds bytes of value 0: no text, or UTF-16; save it as UTF-8",
                          "empty.txt is empty", "latin.txt is no UTF-8 in line 2; save it as UTF-8",
                          "photo.jpg is neither .txt nor .md"));
}

TEST_F(KnowledgeFolder, links_are_followed_within_the_folder_and_not_out_of_it) {
  write("secret.txt", "secret");
  write("shopping.txt", "a name that begins alike");
  write("shop/..data/mounted.md", "as Kubernetes mounts it");
  fs::create_symlink("..data/mounted.md", root_ / "shop/mounted.md");
  write("shop/real.txt", "real");
  fs::create_symlink("real.txt", root_ / "shop/same.txt");
  fs::create_symlink("../secret.txt", root_ / "shop/secret.txt");
  fs::create_symlink("../shopping.txt", root_ / "shop/shopping.txt");
  fs::create_symlink("nowhere", root_ / "shop/broken.txt");
  fs::create_symlink("loop.txt", root_ / "shop/loop.txt");
  fs::create_directory_symlink("..", root_ / "shop/up");
  ASSERT_EQ(::mkfifo((root_ / "shop/pipe.txt").c_str(), 0600), 0);
  EXPECT_THAT(skipped(), ElementsAre("..data is hidden", "broken.txt cannot be read: No such file or directory",
                                     "loop.txt cannot be read: Too many levels of symbolic links",
                                     "pipe.txt is no file", "same.txt links to a file that is read already",
                                     "secret.txt links to a file outside of the folder",
                                     "shopping.txt links to a file outside of the folder", "up is a link to a folder"));
  EXPECT_EQ(read()->documents[0].text, "as Kubernetes mounts it");
}

TEST_F(KnowledgeFolder, each_limit_is_an_error_that_names_it) {
  write("shop/a.txt", std::string(600, 'a'));
  write("shop/b.txt", std::string(600, 'b'));
  EXPECT_TRUE(read().ok());
  EXPECT_THAT(error({.entries = 1}), HasSubstr("shop': it holds more than 1 files"));
  EXPECT_THAT(error({.files = 1}),
              HasSubstr("it holds more than 1 texts; put a larger collection behind an HTTP tool"));
  EXPECT_THAT(error({.file_bytes = 599}), HasSubstr("a.txt has more than 0.1 MiB, the most a file may have; split it"));
  EXPECT_TRUE(read({.file_bytes = 600}).ok());
  EXPECT_THAT(error({.folder_bytes = 1000}), HasSubstr("its texts have more than 0.1 MiB together"));
}

TEST_F(KnowledgeFolder, no_folder_a_file_in_its_place_and_one_without_text_are_told_apart) {
  EXPECT_THAT(error(), HasSubstr("it holds no text in .txt or .md"));
  write("shop/photo.jpg", "x");
  EXPECT_THAT(error(), HasSubstr("; photo.jpg is neither .txt nor .md"));
  const Result<Folder> none = read_folder((root_ / "nowhere").string());
  ASSERT_FALSE(none.ok());
  EXPECT_EQ(none.error().code, Errc::not_found);
  EXPECT_THAT(none.error().what, HasSubstr("nowhere': it cannot be found: No such file or directory"));
  const Result<Folder> file = read_folder((root_ / "shop/photo.jpg").string());
  ASSERT_FALSE(file.ok());
  EXPECT_THAT(file.error().what, HasSubstr("it is no folder"));
}

TEST_F(KnowledgeFolder, what_may_not_be_read_is_said) {
  fs::permissions(root_, fs::perms(0755));
  write("shop/open.txt", "open");
  write("shop/closed.txt", "closed");
  write("shop/inner/a.txt", "a");
  const auto ask = [&](const char* closed) {
    fs::permissions(root_ / closed, fs::perms::none);
    Result<Folder> folder = [&] {
      const AsNobody nobody;
      return read();
    }();
    fs::permissions(root_ / closed, fs::perms(0755));
    return folder;
  };
  const Result<Folder> without_file = ask("shop/closed.txt"), without_inner = ask("shop/inner"), folder = ask("shop");
  ASSERT_TRUE(without_file.ok() && without_inner.ok());
  EXPECT_EQ(without_file->skipped[0].file + " " + without_file->skipped[0].why,
            "closed.txt cannot be read: Permission denied");
  EXPECT_EQ(without_inner->skipped[0].file + " " + without_inner->skipped[0].why,
            "inner cannot be read: Permission denied");
  ASSERT_FALSE(folder.ok());
  EXPECT_EQ(folder.error().code, Errc::refused);
  EXPECT_THAT(folder.error().what, HasSubstr("its files cannot be listed: Permission denied"));
}

}  // namespace
}  // namespace offhook::knowledge
