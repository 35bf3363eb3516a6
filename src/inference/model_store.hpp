// Where the model files lie, and whether they are what they should be. What there is to have (names, hashes, packages,
// licences) stands in models/manifest.json, which is compiled in; `offhook models --fetch` and ./run put the files
// there.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace offhook::inference {

struct ModelFile {
  std::string name;   // "silero-vad"; one file of several: "moonshine-tiny-en/encoder"
  std::string model;  // "moonshine-tiny-en"
  std::string what;   // what it is for, in words
  std::string licence;
  std::string package;     // "moonshine-voice 0.0.73": whence it comes
  std::string url;         // its public home; empty where none is known
  std::string path;        // absolute or relative as the cache's own
  std::string sha256;      // empty: built here (llama-server), so only its presence can be checked
  std::uint64_t size = 0;  // bytes; 0: not known
  int rate = 0;            // Hz of the sound it takes or makes; 0: none
};

enum class FileState { present, missing, damaged };
std::string_view name(FileState state);

class ModelStore {
 public:
  // `cache_dir` need not exist. Errc::internal only if the manifest that is compiled in is broken.
  static Result<ModelStore> open(std::string cache_dir);
  static Result<ModelStore> open(std::string cache_dir, std::string_view manifest);

  // $OFFHOOK_CACHE, else $HOME/.cache/offhook.
  static std::string default_cache_dir();

  // The file's path, after a look at its presence and size: cheap. Errc::not_found, with the command that mends it.
  Result<std::string> path(std::string_view name) const;

  // Hashes the whole file (half a second for 100 MB): blocks, never on a loop.
  Result<void> verify(std::string_view name) const;

  struct Entry {
    ModelFile file;
    FileState state;
  };
  // All files in the manifest's order. `hash` reads every one of them through; otherwise presence and size decide.
  std::vector<Entry> list(bool hash) const;

 private:
  ModelStore(std::string cache_dir, std::vector<ModelFile> files)
      : cache_(std::move(cache_dir)), files_(std::move(files)) {}
  Result<const ModelFile*> find(std::string_view name) const;

  std::string cache_;
  std::vector<ModelFile> files_;
};

}  // namespace offhook::inference
