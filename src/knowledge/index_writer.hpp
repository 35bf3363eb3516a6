// Writes the file that Index searches.
//   about     contents: the key of what was indexed
//   passages  id, file, line, heading, text
//   words     FTS5, its rows numbered as the passages; heading and text as they are searched, not kept
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "knowledge/folder.hpp"
#include "knowledge/passages.hpp"

namespace offhook::knowledge {

inline constexpr std::size_t kMostPassages = 100'000;

// Names a folder's texts and how they are indexed: another text, or another Offhook, has another.
std::string contents_key(const Folder& folder);

// Of each document. Errc::invalid: more than kMostPassages.
Result<std::vector<std::vector<Passage>>> cut(const Folder& folder);

// Under another name first: what stands under `path` is always whole, and whoever reads the one before goes on with it.
// Blocks. Errc::invalid as cut; unavailable.
Result<void> write_index(const std::string& path, const Folder& folder);

}  // namespace offhook::knowledge
