// Of families other than Moonshine no model is at hand: what is tried is that a wrong file is an error, where
// sherpa-onnx itself would end the process.
#include "stt/sherpa.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace offhook::stt {
namespace {

using testing::HasSubstr;

constexpr SherpaFamily kAll[] = {SherpaFamily::moonshine,    SherpaFamily::whisper,     SherpaFamily::transducer,
                                 SherpaFamily::paraformer,   SherpaFamily::sense_voice, SherpaFamily::nemo_ctc,
                                 SherpaFamily::zipformer_ctc};

class Sherpa : public testing::Test {
 protected:
  void SetUp() override { std::filesystem::create_directory(folder_); }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string file(const std::string& name, const std::string& text) {
    std::ofstream(folder_ / name) << text;
    return folder_ / name;
  }
  // All that the family takes, none of it a model.
  SherpaFiles files(SherpaFamily family) {
    SherpaFiles files;
    files.family = family;
    files.tokens = file("tokens.txt", "a 0\n");
    if (family <= SherpaFamily::transducer) {
      files.encoder = file("encoder.onnx", "no model");
      files.decoder = file("decoder.onnx", "no model");
    } else {
      files.model = file("model.onnx", "no model");
    }
    if (family == SherpaFamily::transducer) files.joiner = file("joiner.onnx", "no model");
    return files;
  }
  Error refused(const SherpaFiles& files) {
    const auto loaded = load_sherpa(files, pool_);
    EXPECT_FALSE(loaded.ok()) << name(files.family);
    return loaded.ok() ? Error{} : loaded.error();
  }

  const std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / ("offhook_sherpa_" + std::to_string(::getpid()));
  VirtualClock clock_;
  inference::Pool pool_{clock_, 1};
};

TEST_F(Sherpa, families_are_found_by_name) {
  for (const SherpaFamily family : kAll) EXPECT_EQ(find_sherpa_family(name(family)), family);
  EXPECT_EQ(find_sherpa_family("vosk"), std::nullopt);
}

TEST_F(Sherpa, each_missing_member_is_named_with_its_family_and_remedy) {
  for (const SherpaFamily family : kAll) {
    const SherpaFiles whole = files(family);
    for (const auto& [member, path] : {std::pair{"encoder", &SherpaFiles::encoder},
                                       {"decoder", &SherpaFiles::decoder},
                                       {"joiner", &SherpaFiles::joiner},
                                       {"model", &SherpaFiles::model},
                                       {"tokens", &SherpaFiles::tokens}}) {
      SherpaFiles other = whole;
      if ((whole.*path).empty()) {
        other.*path = "surplus.onnx";
        const Error error = refused(other);
        EXPECT_EQ(error.code, Errc::invalid);
        EXPECT_THAT(error.what, HasSubstr(std::string("it has no ") + member + ", found surplus.onnx"));
        continue;
      }
      (other.*path).clear();
      const Error unnamed = refused(other);
      EXPECT_EQ(unnamed.code, Errc::invalid);
      EXPECT_THAT(unnamed.what, HasSubstr(std::string("its ") + member + " is not named"));
      other.*path = folder_;  // a folder is no file
      const Error missing = refused(other);
      EXPECT_EQ(missing.code, Errc::not_found);
      EXPECT_THAT(missing.what, HasSubstr(std::string("of family ").append(name(family)) + ": its " + member +
                                          " is missing or empty at " + folder_.string()));
      EXPECT_THAT(missing.what, HasSubstr(family == SherpaFamily::moonshine ? "offhook models" : "https://"));
    }
  }
}

TEST_F(Sherpa, model_that_was_exported_for_others_is_an_error_and_not_the_end) {
  for (const auto& [family, key] : {std::pair{SherpaFamily::whisper, "n_mels"},
                                    {SherpaFamily::transducer, "model_type"},
                                    {SherpaFamily::paraformer, "vocab_size"},
                                    {SherpaFamily::sense_voice, "vocab_size"},
                                    {SherpaFamily::nemo_ctc, "vocab_size"}}) {
    const Error error = refused(files(family));
    EXPECT_EQ(error.code, Errc::invalid);
    EXPECT_THAT(error.what, HasSubstr(std::string("lacks the metadata \"") + key + '"'));
  }
}

TEST_F(Sherpa, metadata_are_found_across_the_pieces_of_a_large_file) {
  SherpaFiles whisper = files(SherpaFamily::whisper);
  whisper.encoder = file("large.onnx", std::string((1 << 20) - 3, 'x') + "n_mels" + std::string(1000, 'x'));
  // Found, and so handed over: what sherpa-onnx says of it is another error.
  EXPECT_THAT(refused(whisper).what, testing::Not(HasSubstr("lacks the metadata")));
}

}  // namespace
}  // namespace offhook::stt
