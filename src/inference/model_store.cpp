#include "inference/model_store.hpp"

#include <boost/json.hpp>

#include <cstdlib>
#include <exception>
#include <filesystem>
#include <map>
#include <system_error>

#include "inference/sha256.hpp"

namespace offhook::embedded {
extern const std::string_view model_manifest;
}

namespace offhook::inference {
namespace {

namespace json = boost::json;
constexpr std::string_view kRemedy = "run `offhook models --fetch` or ./run";

std::string text(const json::object& o, std::string_view key) {
  const auto* v = o.if_contains(key);
  return v && v->is_string() ? std::string(v->get_string()) : std::string();
}

std::string need(const json::object& o, std::string_view key) {
  return std::string(o.at(key).as_string());
}

// Throws what Boost.JSON throws: the manifest is ours, so a mistake in it is a programmer's.
std::vector<ModelFile> read(std::string_view manifest, const std::string& cache) {
  const json::object root = json::parse(json::string_view(manifest.data(), manifest.size())).as_object();
  std::map<std::string, std::string, std::less<>> version;
  for (const auto& p : root.at("packages").as_array())
    version[need(p.as_object(), "name")] = need(p.as_object(), "version");

  std::vector<ModelFile> files;
  for (const auto& value : root.at("models").as_array()) {
    const json::object& model = value.as_object();
    for (const auto& v : model.at("files").as_array()) {
      const json::object& f = v.as_object();
      ModelFile file;
      file.model = need(model, "name");
      const std::string part = text(f, "name");
      file.name = part.empty() ? file.model : file.model + "/" + part;
      file.what = need(model, "what");
      file.licence = need(model, "licence");
      const std::string package = need(model, "package");
      file.package = package + " " + version.at(package);
      file.url = text(f, "url");
      file.path = cache + "/models/" + need(f, "to");
      file.sha256 = need(f, "sha256");
      file.size = f.at("size").to_number<std::uint64_t>();
      if (const auto* rate = model.if_contains("rate")) file.rate = rate->to_number<int>();
      files.push_back(std::move(file));
    }
  }
  // Programs that set-up builds are handed out beside the models: what a local language model needs is one question.
  for (const auto& value : root.at("runtime").as_array()) {
    const json::object& r = value.as_object();
    const auto* make = r.if_contains("make");
    if (!make) continue;
    ModelFile file;
    file.name = file.model = need(r, "name");
    file.what = need(r, "what");
    const std::string package = need(r, "package");
    file.package = package + " " + version.at(package);
    file.path = cache + "/runtime/" + need(r, "to") + "/" + need(make->as_object(), "produces");
    files.push_back(std::move(file));
  }
  return files;
}

// By what a look at the folder tells.
FileState glance(const ModelFile& file) {
  std::error_code failed;
  if (!std::filesystem::is_regular_file(file.path, failed)) return FileState::missing;
  const auto size = std::filesystem::file_size(file.path, failed);
  if (failed) return FileState::missing;
  return file.size != 0 && size != file.size ? FileState::damaged : FileState::present;
}

Error missing(const ModelFile& file) {
  return {Errc::not_found, "model " + file.name + " is missing at " + file.path + ": " + std::string(kRemedy)};
}

Error damaged(const ModelFile& file, const std::string& found, const std::string& expected) {
  return {Errc::not_found, "model " + file.name + " is damaged at " + file.path + " (found " + found + ", expected " +
                               expected + "): delete it, then " + std::string(kRemedy)};
}

}  // namespace

std::string_view name(FileState state) {
  switch (state) {
    case FileState::present: return "present";
    case FileState::missing: return "missing";
    case FileState::damaged: return "damaged";
  }
  return "?";
}

Result<ModelStore> ModelStore::open(std::string cache_dir) {
  return open(std::move(cache_dir), embedded::model_manifest);
}

Result<ModelStore> ModelStore::open(std::string cache_dir, std::string_view manifest) {
  try {
    auto files = read(manifest, cache_dir);
    return ModelStore(std::move(cache_dir), std::move(files));
  } catch (const std::exception& e) {
    return Error{Errc::internal, std::string("reading models/manifest.json as compiled in: ") + e.what()};
  }
}

std::string ModelStore::default_cache_dir() {
  if (const char* set = std::getenv("OFFHOOK_CACHE"); set && *set) return set;
  const char* home = std::getenv("HOME");
  return std::string(home && *home ? home : ".") + "/.cache/offhook";
}

Result<const ModelFile*> ModelStore::find(std::string_view name) const {
  for (const auto& file : files_)
    if (file.name == name) return &file;
  std::string known;
  for (const auto& file : files_) known += (known.empty() ? "" : ", ") + file.name;
  return Error{Errc::not_found, "there is no model named " + std::string(name) + "; known are " + known};
}

Result<std::string> ModelStore::path(std::string_view name) const {
  const auto found = find(name);
  if (!found) return found.error();
  const ModelFile& file = **found;
  switch (glance(file)) {
    case FileState::present: return file.path;
    case FileState::missing: return missing(file);
    case FileState::damaged: break;
  }
  std::error_code failed;
  const auto size = std::filesystem::file_size(file.path, failed);
  return damaged(file, std::to_string(size) + " bytes", std::to_string(file.size));
}

Result<void> ModelStore::verify(std::string_view name) const {
  const auto where = path(name);
  if (!where) return where.error();
  const ModelFile& file = **find(name);
  if (file.sha256.empty()) return {};
  const auto hash = sha256_of_file(file.path);
  if (!hash) return hash.error().within("verifying model " + file.name);
  if (*hash != file.sha256) return damaged(file, "sha256 " + *hash, file.sha256);
  return {};
}

std::vector<ModelStore::Entry> ModelStore::list(bool hash) const {
  std::vector<Entry> entries;
  for (const auto& file : files_) {
    FileState state = glance(file);
    if (state == FileState::present && hash && !verify(file.name)) state = FileState::damaged;
    entries.push_back({file, state});
  }
  return entries;
}

}  // namespace offhook::inference
